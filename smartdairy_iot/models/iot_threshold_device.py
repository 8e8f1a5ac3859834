from odoo import api, fields, models


class IotThreshold(models.Model):
    """Where a rule is in force."""

    _inherit = "iot.threshold"

    device_count = fields.Integer(
        string="Devices",
        compute="_compute_device_count",
        help="Where this rule is in force: none more specific watches the same.",
    )

    @api.depends("is_active", "kind", "reading_type")
    def _compute_device_count(self):
        for rule in self:
            rule.device_count = len(rule._origin._devices_in_force()) if rule.id else 0

    def action_view_devices(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "smartdairy_iot.iot_device_action"
        )
        action["domain"] = [("id", "in", self._devices_in_force().ids)]
        action["context"] = {"create": False}
        return action
