from odoo import api, models
from odoo.fields import Domain

from .iot_threshold import SEVERITY_SELECTION

_WORST_FIRST = [severity for severity, _label in reversed(SEVERITY_SELECTION)]
_MOST_LISTED = 200  # more than anybody reads; after a power cut there are thousands


class IotAlert(models.Model):
    """The alerts of the live boards."""

    _inherit = "iot.alert"

    @api.model
    def _to_live_list(self, farms):
        """What waits for somebody first, then the worst, then the newest.

        What is over and has been seen is on no list; ``isListed`` of
        ``telemetry/format.js`` says the same.

        :return: ``{alerts, alert_counts}``: so many as fit, as on the bus, and of all
            ``{severity: how many}``
        """
        listed = Domain(
            [
                ("farm_id", "in", farms.ids),
                ("is_open", "=", True),
                ("is_historic", "!=", True),
            ]
        ) & (Domain("is_active", "=", True) | Domain("acknowledged_at", "=", False))
        groups = self._read_group(listed, ["severity"], ["__count"])
        counts = dict(groups)
        alerts = self.browse()
        for operator in ("=", "!="):
            for severity in filter(counts.get, _WORST_FIRST):
                if left := _MOST_LISTED - len(alerts):
                    alerts += self.search(
                        listed
                        & Domain("acknowledged_at", operator, False)
                        & Domain("severity", "=", severity),
                        order="started_at desc, id desc",
                        limit=left,
                    )
        return {
            "alerts": [alert._to_bus() for alert in alerts],
            "alert_counts": counts,
        }
