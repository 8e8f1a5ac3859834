from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    iot_move_summary = fields.Char(
        compute="_compute_iot_move_summary", groups="smartdairy_iot.group_iot_manager"
    )

    def _compute_iot_move_summary(self):
        self.iot_move_summary = self.env["iot.store.move"]._summary()
