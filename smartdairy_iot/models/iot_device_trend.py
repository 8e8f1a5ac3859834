import logging
from datetime import datetime, timedelta, timezone

import psycopg2

from odoo import api, fields, models
from odoo.tools import SQL, split_every

from ..errors import another_time

_logger = logging.getLogger(__name__)

_AT_ONCE = 1000
_SPANS = {"uptime_day": 1, "uptime_week": 7, "uptime_month": 30}  # days
_SETTLED = timedelta(minutes=10)  # what was so then, no message on its way changes
_PERCENT = {"digits": (5, 2), "readonly": True, "aggregator": "avg"}


class IotDeviceTrend(models.Model):
    """How a device was of late, and what of its battery and signal is in the history.

    Written by scheduled actions alone, apart from what the listener writes.
    """

    _name = "iot.device.trend"
    _description = "Uptime of a Device"
    _log_access = False
    _order = "uptime_day, id"
    _rec_name = "device_id"

    device_id = fields.Many2one(
        "iot.device", required=True, readonly=True, ondelete="cascade"
    )
    farm_id = fields.Many2one(related="device_id.farm_id")
    device_type = fields.Selection(related="device_id.device_type")
    told_at = fields.Datetime(readonly=True, help="The newest one in the history.")
    battery_told = fields.Integer(readonly=True, aggregator=None)
    signal_told = fields.Integer(readonly=True, aggregator=None)
    uptime_day = fields.Float("Uptime 24 h (%)", **_PERCENT)
    uptime_week = fields.Float("Uptime 7 Days (%)", **_PERCENT)
    uptime_month = fields.Float("Uptime 30 Days (%)", **_PERCENT)
    outages_day = fields.Integer("Outages in 24 h", readonly=True)
    computed_at = fields.Datetime("As Of", readonly=True)

    _device_unique = models.Constraint("UNIQUE(device_id)")

    @api.model
    @another_time
    def _cron_sample(self):
        """Battery and signal of who is there: once an hour, or when they change.

        Who tells neither, or is away, is noted once a day: else nothing would be known
        of it when the days in which it came or went are dropped.
        """
        self._add_missing()
        self.env["iot.device.state"].flush_model()
        # Raw SQL: one statement for all devices, and of a table that machines write.
        rows = []
        now = datetime.now(timezone.utc).replace(tzinfo=None)
        for query in (SQL(_SAMPLE), SQL(_STILL_AWAY, then=now - _SETTLED)):
            self.env.cr.execute(query)
            rows += self.env.cr.fetchall()
        rows = [(time.replace(tzinfo=timezone.utc), *rest) for time, *rest in rows]
        self.invalidate_model()
        for part in split_every(_AT_ONCE, rows):
            self.env["iot.store"]._insert_trends(list(part))

    @api.model
    @another_time
    def _cron_uptime(self):
        """For lists, and to compare farms; the page of a device asks the store."""
        self._add_missing()
        self.env.cr.execute(
            "SELECT trend.id, device.device_id FROM iot_device_trend AS trend"
            " JOIN iot_device AS device ON device.id = trend.device_id"
            " ORDER BY trend.id"
        )
        for part in split_every(_AT_ONCE, self.env.cr.fetchall()):
            self._compute_uptime(dict(part))

    def _compute_uptime(self, names):
        """:param names: ``{id of the record: device_id}``"""
        now = datetime.now(timezone.utc)
        start = now - timedelta(days=max(_SPANS.values()))
        found = self.env["iot.store"]._uptime(list(names.values()), start, now)
        rows = []
        for id_, name in names.items():
            parts = [
                found[name].since(now - timedelta(days=d)) for d in _SPANS.values()
            ]
            percents = [part.percent for part in parts]
            day = now - timedelta(days=1)
            outages = sum(outage.start > day for outage in parts[0].outages)
            # Of whom nothing is known: no percentage, rather than 0 %.
            known_at = now.replace(tzinfo=None) if percents[-1] is not None else None
            rows.append((id_, *percents, outages, known_at))
        values = SQL(", ").join(SQL("%s", row) for row in rows)
        self.env.cr.execute(SQL(_KEEP, values))
        self.invalidate_model()

    @api.model
    def _add_missing(self):
        self.env["iot.device"].flush_model(["state"])
        try:
            with self.env.cr.savepoint():
                self.env.cr.execute(_ADD, log_exceptions=False)
        except psycopg2.errors.SerializationFailure:
            # The other scheduled action adds them at this moment: for the next time.
            _logger.debug("The devices are being added by another transaction")


_ADD = """
INSERT INTO iot_device_trend (device_id)
SELECT device.id FROM iot_device AS device
 WHERE device.state = 'active'
   AND NOT EXISTS (SELECT 1 FROM iot_device_trend WHERE device_id = device.id)
    ON CONFLICT DO NOTHING
"""
# Said as of when it was heard, so it never contradicts what else is in the history.
_SAMPLE = """
UPDATE iot_device_trend AS trend
   SET told_at = live.last_seen,
       battery_told = live.battery_level,
       signal_told = live.signal_strength
  FROM iot_device_state AS live
  JOIN iot_device AS device ON device.id = live.device_id
 WHERE trend.device_id = live.device_id
   AND live.is_online
   AND live.last_seen > coalesce(trend.told_at, '-infinity')
   AND (live.last_seen >= coalesce(trend.told_at, '-infinity') + CASE
            WHEN live.battery_level IS NULL AND live.signal_strength IS NULL
            THEN interval '1 day' ELSE interval '1 hour' END
        OR live.battery_level IS DISTINCT FROM trend.battery_told
        OR (live.signal_strength IS NULL) <> (trend.signal_told IS NULL)
        OR abs(live.signal_strength - trend.signal_told) >= 5)
RETURNING live.last_seen, device.device_id, TRUE, live.battery_level,
          live.signal_strength
"""
_STILL_AWAY = """
UPDATE iot_device_trend AS trend
   SET told_at = %(then)s
  FROM iot_device_state AS live
  JOIN iot_device AS device ON device.id = live.device_id
 WHERE trend.device_id = live.device_id
   AND live.is_online IS FALSE
   AND greatest(live.last_seen, live.status_since) < %(then)s
   AND coalesce(trend.told_at, '-infinity') <= %(then)s - interval '1 day'
RETURNING trend.told_at, device.device_id, FALSE, NULL::int, NULL::int
"""
_KEEP = """
UPDATE iot_device_trend AS trend
   SET uptime_day = said.day::numeric, uptime_week = said.week::numeric,
       uptime_month = said.month::numeric, outages_day = said.outages,
       computed_at = said.at::timestamp
  FROM (VALUES %s) AS said (id, day, week, month, outages, at)
 WHERE trend.id = said.id
"""
