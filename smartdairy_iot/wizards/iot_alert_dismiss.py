from odoo import fields, models


class IotAlertDismiss(models.TransientModel):
    _name = "iot.alert.dismiss"
    _description = "Dismiss Alerts"

    alert_ids = fields.Many2many("iot.alert", required=True)
    reason = fields.Text()

    def action_confirm(self):
        self.ensure_one()
        return self.alert_ids._dismiss_open(self.reason)
