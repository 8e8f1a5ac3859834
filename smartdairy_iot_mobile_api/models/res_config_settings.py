from odoo import _, models

from odoo.addons.smartdairy_iot.settings import get_settings


class ResConfigSettings(models.TransientModel):
    """Whether phones can be told."""

    _inherit = "res.config.settings"

    def _describe_push(self):
        if not get_settings().fcm_service_account:
            line = _(
                "Phones: not set up, browsers are told. Name Google's service account, "
                "fcm_service_account, in odoo.conf, and restart Odoo."
            )
            return [line, *super()._describe_push()]
        # sudo - iot.app.session: how many phones of one's own are signed in.
        sessions = self.env["iot.app.session"].sudo()._with_push(self.env.user)
        count = len(sessions.get(self.env.user, ()))
        line = _(
            "Phones: FCM is set up, and %(count)s of yours signed in.", count=count
        )
        return [line, *super()._describe_push()]
