"""Words for a list of alerts: how severe, and from when to when."""

from odoo import _, models


class IotAlert(models.Model):
    _inherit = "iot.alert"

    def _describe_severity(self):
        labels = dict(self._fields["severity"]._description_selection(self.env))
        return labels[self.severity]

    def _describe_span(self):
        """``since 6:02 AM``, or ``was outside from … to …``"""
        words = {
            "begin": self._describe_time(self.started_at),
            "end": self._describe_time(self.cleared_at),
        }
        if self.is_active or not self.cleared_at:
            return _("since %(begin)s", **words)
        return _("was outside from %(begin)s to %(end)s", **words)
