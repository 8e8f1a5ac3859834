from odoo import fields, models


class IotDeviceProfile(models.Model):
    """What devices of this profile can be told."""

    _inherit = "iot.device.profile"

    setting_ids = fields.One2many(
        "iot.device.profile.setting", "profile_id", string="Settings", copy=True
    )

    def action_copy_type_settings(self):
        """Start with what its type has, to take some away or to change them."""
        settings = self.env["iot.device.profile.setting"]
        for profile in self.filtered(lambda profile: not profile.setting_ids):
            for setting in settings._of(settings.profile_id, profile.device_type):
                setting.copy({"profile_id": profile.id})
        return True
