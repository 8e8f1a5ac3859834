from odoo import api, fields, models


class IotDeviceProfile(models.Model):
    """The devices that have a profile, and the rules that come with it."""

    _inherit = "iot.device.profile"

    device_count = fields.Integer(compute="_compute_device_count")
    threshold_ids = fields.One2many(
        "iot.threshold",
        "profile_id",
        string="Rules",
        help="They apply to every device of this profile.",
    )
    rule_count = fields.Integer(compute="_compute_rule_count")

    def _compute_device_count(self):
        counts = dict(
            self.env["iot.device"]._read_group(
                [("profile_id", "in", self.ids)], ["profile_id"], ["__count"]
            )
        )
        for profile in self:
            profile.device_count = counts.get(profile._origin, 0)

    @api.depends("threshold_ids")
    def _compute_rule_count(self):
        for profile in self:
            profile.rule_count = len(profile.threshold_ids)

    def action_view_devices(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "smartdairy_iot.iot_device_action"
        )
        action["domain"] = [("profile_id", "=", self.id)]
        action["context"] = {
            "default_profile_id": self.id,
            "default_device_type": self.device_type,
        }
        return action

    def action_view_rules(self):
        """The rules of this profile, those included that are switched off."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "smartdairy_iot.iot_threshold_action"
        )
        action["domain"] = [("profile_id", "=", self.id)]
        action["context"] = {
            "default_profile_id": self.id,
            "default_device_type": self.device_type,
        }
        return action
