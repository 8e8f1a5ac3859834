from odoo import fields, models


class IotAlertAssign(models.TransientModel):
    _name = "iot.alert.assign"
    _description = "Assign Alerts"

    alert_ids = fields.Many2many("iot.alert", required=True)
    user_id = fields.Many2one(
        "res.users",
        string="Assign To",
        domain="[('share', '=', False)]",
        default=lambda self: self.env.user,
        help="Nobody: they are assigned to no one any more.",
    )

    def action_confirm(self):
        self.ensure_one()
        return self.alert_ids._assign_open(self.user_id)
