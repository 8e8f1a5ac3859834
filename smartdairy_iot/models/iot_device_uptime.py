from datetime import datetime, timedelta, timezone

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..readings.environment import told_when_away
from ..zone import to_zone

SPANS = {"day": 1, "week": 7, "month": 30}  # in days
FLAPPING = 3  # outages in 24 hours; more is no accident
_DAY = timedelta(days=1)
_MOST_POINTS = 300  # of a small chart
_MOST_OUTAGES = 100


class IotDevice(models.Model):
    """How a device has been: its page Health, and to find those that are not well."""

    _inherit = "iot.device"

    counter_ids = fields.One2many("iot.device.counter", "device_id")
    trend_ids = fields.One2many("iot.device.trend", "device_id")
    outages_day = fields.Integer(
        string="Outages in 24 h",
        compute="_compute_outages_day",
        search="_search_outages_day",
    )
    uptime_week = fields.Float(
        string="Uptime 7 Days (%)",
        related="trend_ids.uptime_week",
        digits=(5, 2),
    )
    rejected_day = fields.Integer(
        string="Rejected Today",
        compute="_compute_rejected_day",
        search="_search_rejected_day",
    )

    def _compute_outages_day(self):
        with told_when_away():
            found = self.env["iot.store"]._uptime(
                self.mapped("device_id"), _now() - _DAY, _now()
            )
        for device in self:
            since = _now() - _DAY
            outages = found[device.device_id].outages if device.device_id else ()
            device.outages_day = sum(outage.start > since for outage in outages)

    def _search_outages_day(self, operator, value):
        """Only ``>`` and ``>=``: who has few is everybody else."""
        if operator not in (">", ">=") or value < (operator == ">="):
            return NotImplemented
        more_than = value if operator == ">" else value - 1
        with told_when_away():
            found = self.env["iot.store"]._count_outages(_now() - _DAY, more_than)
        return Domain("device_id", "in", list(found))

    @api.depends("counter_ids")
    def _compute_rejected_day(self):
        for device in self:
            device.rejected_day = device.counter_ids._today().rejected

    def _search_rejected_day(self, operator, value):
        if operator not in (">", ">=") or value < (operator == ">="):
            return NotImplemented
        more_than = value if operator == ">" else value - 1
        # Raw SQL: a day is the farm's own.
        found = SQL(
            "(SELECT counter.device_id FROM iot_device_counter AS counter"
            " JOIN iot_device AS device ON device.id = counter.device_id"
            " LEFT JOIN farm_farm AS farm ON farm.id = device.farm_id"
            " WHERE counter.rejected_day > %s"
            " AND counter.day = (now() AT TIME ZONE coalesce(farm.tz, 'UTC'))::date)",
            more_than,
        )
        return Domain("id", "in", found)

    # The page Health -----------------------------------------------------------------

    @api.readonly
    def get_health(self, span="week"):
        """All that the page Health shows; times are ISO 8601 in the farm's timezone.

        :param str span: of timeline, outages and trends: ``day``, ``week``, ``month``
        :return: ``{tz, start, end, uptime, spans, outages, outage_count, battery,
            signal, today, total, last_seen, is_online, clock_offset,
            may_see_refused}``; uptime is in percent, None where nothing is known
        """
        self.ensure_one()
        self.check_access("read")
        end = _now()
        start = end - timedelta(days=SPANS[span])
        store, name = self.env["iot.store"], self.device_id
        with told_when_away():
            longest = end - timedelta(days=max(SPANS.values()))
            known = store._uptime([name], longest, end)[name]
            history = store._status_history([name], start, end)
        shown = known.since(start)
        parts = {part: known.since(end - days * _DAY) for part, days in SPANS.items()}
        tz = to_zone(self.farm_id.tz or "UTC")
        return {
            "tz": tz.key,
            "start": _iso(start, tz),
            "end": _iso(end, tz),
            "uptime": {
                name: None if part.percent is None else round(part.percent, 2)
                for name, part in parts.items()
            },
            "spans": [_span(one, end, tz) for one in shown.spans],
            "outages": [_span(o, end, tz) for o in shown.outages[::-1][:_MOST_OUTAGES]],
            "outage_count": len(shown.outages),
            "battery": _points(history, "battery", tz),
            "signal": _points(history, "signal", tz),
            "today": self.counter_ids._today()._asdict(),
            "total": self.counter_ids._total()._asdict(),
            **self._health_now(tz),
        }

    def _health_now(self, tz):
        live = self.live_ids
        seen = live.last_seen and live.last_seen.replace(tzinfo=timezone.utc)
        return {
            "last_seen": _iso(seen, tz) if seen else False,
            "is_online": live.is_online,
            "clock_offset": round(live.clock_offset, 1) if live else False,
            "may_see_refused": self.env["iot.rejected.message"].has_access("read"),
        }

    def action_view_rejected(self):
        """What the line refused of this device."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "smartdairy_iot.iot_rejected_message_action"
        )
        # A gateway's message is counted by its topic, of whichever child it was.
        action["domain"] = [
            "|",
            ("device_ref", "=", self.device_id),
            ("topic", "=", self.mqtt_topic),
        ]
        action["context"] = {}
        return action

    def action_view_quarantine(self):
        """What waits of devices that nobody registered: its own name, or behind it."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "smartdairy_iot.iot_discovered_device_action"
        )
        action["domain"] = [
            "|",
            ("device_ref", "in", [self.device_id, self.source_key or self.device_id]),
            ("gateway_id", "=", self.id),
        ]
        action["context"] = {}
        return action


def _now():
    return datetime.now(timezone.utc)


def _iso(time, tz):
    return time.astimezone(tz).isoformat(timespec="seconds")


def _span(span, end, tz):
    return {
        "is_online": span.is_online,
        "start": _iso(span.start, tz),
        "end": _iso(span.end, tz),
        "seconds": round(span.duration.total_seconds()),
        "is_open": span.end >= end,
    }


def _points(history, name, tz):
    """``[[time, value]]``, thinned out evenly, the newest always there."""
    points = [(one.time, getattr(one, name)) for one in history]
    points = [point for point in points if point[1] is not None][::-1]
    step = -(-len(points) // _MOST_POINTS) or 1
    return [[_iso(time, tz), value] for time, value in points[::step]][::-1]
