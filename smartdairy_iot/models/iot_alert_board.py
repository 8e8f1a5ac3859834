from datetime import timedelta

from odoo import api, fields, models

from .farm_farm import to_iso

_ENDED_WITHIN = timedelta(days=1)
_TIMELINE = timedelta(days=7)
_MOST_ENDED = 100
_MOST_SPANS = 500


class IotAlert(models.Model):
    """The alerts board: what ended of late, and when which alerts held.

    What is open comes live, see ``get_live_board`` and the bus.
    """

    _inherit = "iot.alert"

    @api.model
    def get_alert_board(self):
        """
        :return: ``{now, ended, timeline, is_cut, me}``: ``ended`` as on the bus,
            newest first, ``timeline`` ``[{id, device_name, severity, message, start,
            end, acknowledged}]`` by start, ``is_cut`` whether there were more; times
            are ISO 8601 UTC, an open end is False
        """
        now = fields.Datetime.now()
        ended = self.search(
            [("is_open", "=", False), ("resolved_at", ">=", now - _ENDED_WITHIN)],
            order="resolved_at desc, id desc",
            limit=_MOST_ENDED,
        )
        spans = self.search(
            [
                "|",
                ("is_open", "=", True),
                ("started_at", ">=", now - _TIMELINE),
            ],
            order="started_at desc, id desc",
            limit=_MOST_SPANS + 1,
        )
        return {
            "now": to_iso(now),
            "start": to_iso(now - _TIMELINE),
            "ended": [
                alert._to_bus() | {"resolved_at": to_iso(alert.resolved_at)}
                for alert in ended
            ],
            "timeline": [alert._to_span() for alert in reversed(spans[:_MOST_SPANS])],
            "is_cut": len(spans) > _MOST_SPANS,
        }

    def _to_span(self):
        return {
            "id": self.id,
            "device_id": self.device_id.id,
            "device_name": self.device_id.name,
            "farm_id": self.farm_id.id,
            "severity": self.severity,
            "message": self.message,
            "start": to_iso(self.started_at),
            "end": to_iso(self.cleared_at or self.resolved_at),
            "acknowledged": to_iso(self.acknowledged_at),
        }
