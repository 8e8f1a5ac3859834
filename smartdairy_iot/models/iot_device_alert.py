from odoo import _, api, fields, models
from odoo.exceptions import UserError


class IotDevice(models.Model):
    """The alerts of a device; one that had any stays on record with them."""

    _inherit = "iot.device"

    alert_ids = fields.One2many("iot.alert", "device_id", string="Alerts")
    alert_count = fields.Integer(string="Active Alerts", compute="_compute_alert_count")

    def _compute_alert_count(self):
        counts = dict(
            self.env["iot.alert"]._read_group(
                [("device_id", "in", self.ids), ("is_open", "=", True)],
                ["device_id"],
                ["__count"],
            )
        )
        for device in self:
            device.alert_count = counts.get(device, 0)

    def action_view_alerts(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "smartdairy_iot.iot_alert_action"
        )
        action["domain"] = [("device_id", "=", self.id)]
        action["context"] = {"default_device_id": self.id}
        return action

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_alerts(self):
        # sudo - iot.alert: those that one may not see count too.
        alert = self.env["iot.alert"].sudo()
        alert = alert.search([("device_id", "in", self.ids)], limit=1)
        if alert:
            raise UserError(
                _(
                    "%(name)s has alerts, which are kept as a record. Retire the "
                    "device instead of deleting it.",
                    name=alert.device_id.name,
                )
            )
