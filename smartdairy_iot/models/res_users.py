from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _iot_visible(self, alerts):
        """Those of the alerts that this user may see, in any of their companies."""
        self.ensure_one()
        # An environment of theirs: whoever acts now works in companies of their own.
        theirs = self.env(user=self.id, su=False, context={})
        visible = theirs["iot.alert"].browse(alerts.ids)._filtered_access("read")
        return alerts.browse(visible.ids)
