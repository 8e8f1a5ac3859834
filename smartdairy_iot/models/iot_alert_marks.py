from odoo import models

from .iot_device_series import to_millis

_MOST_MARKS = 200


class IotAlert(models.Model):
    _inherit = "iot.alert"

    def _to_marks(self, domain, since, until):
        """Of the alerts that one may see and that began in that time."""
        alerts = self.search(
            [
                *domain,
                ("started_at", ">=", since.replace(tzinfo=None)),
                ("started_at", "<", until.replace(tzinfo=None)),
            ],
            order="started_at desc",
            limit=_MOST_MARKS,
        )
        return [
            {
                "id": alert.id,
                "ms": to_millis(alert.started_at),
                "label": alert.message,
                "severity": alert.severity,
            }
            for alert in alerts
        ]
