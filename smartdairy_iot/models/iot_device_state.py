import json
from datetime import timezone
from operator import itemgetter

from odoo import _, api, fields, models
from odoo.tools import SQL, split_every

from .. import spoken
from ..ingest.codec.generic import measured_by
from ..ingest.codec.number import unit_of
from ..ingest.message import Fault
from .farm_farm import to_iso
from .iot_threshold import READING_TYPES

_AT_ONCE = 2000  # rows: with tens of thousands, their text would be most of the memory


class IotDeviceState(models.Model):
    """What changes with every message, apart from the row that people edit.

    Odoo's cursors are REPEATABLE READ: were this in ``iot.device``, each message
    would make a person's save fail with a serialization error.
    """

    _name = "iot.device.state"
    _description = "Live State of a Device"
    _log_access = False

    device_id = fields.Many2one("iot.device", required=True, ondelete="cascade")
    last_seen = fields.Datetime()
    is_online = fields.Boolean(index=True)
    status_since = fields.Datetime(help="Since when it is on or off line.")
    absent_from = fields.Datetime(help="Last heard before it was last offline …")
    absent_until = fields.Datetime(help="… and heard again.")
    battery_level = fields.Integer()
    signal_strength = fields.Integer()
    firmware_version = fields.Char()
    last_values = fields.Json(help="{reading type: value} of the newest readings")
    value_time = fields.Datetime()
    data_at = fields.Datetime(
        help="When its newest reading was received, whatever its own clock says."
    )
    clock_offset = fields.Float(help="Seconds that its clock is ahead of ours.")
    alarm_type = fields.Char(index="btree_not_null")
    fault = fields.Char(
        index="btree_not_null",
        help="Why the newest value is not believed, such as stuck_temperature.",
    )
    fault_since = fields.Datetime()
    steady_since = fields.Json(
        help="{reading type: since when its value is the very same}"
    )
    location_type = fields.Char()

    _device_unique = models.Constraint("UNIQUE(device_id)")

    def _describe(self):
        """``3.8 °C · 81 %``"""
        values = self.last_values or {}
        return " · ".join(
            f"{spoken.number(self.env, values[reading_type])} {unit_of(reading_type)}"
            for reading_type in measured_by(self.device_id.device_type)
            if reading_type in values
        )

    def _describe_fault(self):
        """``Temperature: the value is stuck``, or False."""
        if not self.fault:
            return False
        kind = next(kind for kind in Fault if self.fault.startswith(kind.value))
        reading_type = self.fault.removeprefix(f"{kind.value}_")
        return _(
            "%(reading)s: %(fault)s",
            reading=dict(READING_TYPES).get(reading_type, reading_type),
            fault={
                Fault.PROBE_ERROR: _("the probe reports an error"),
                Fault.STUCK: _("the value is stuck"),
                Fault.JUMP: _("an impossible jump"),
            }[kind],
        )

    @api.model
    def _apply(self, news, devices):
        """Upsert what the listener committed; the newest value never goes back.

        A device that came or went, or a fault that began or ended, wakes the rules.

        :param news: ``{device_id: DeviceNews}``
        :param devices: the listener's ``{device_id: Device}``
        """
        # In the order of the key, so that two listeners never wait for each other.
        known = sorted(
            (
                (devices[device_id].id, device_news)
                for device_id, device_news in news.items()
                if device_id in devices
            ),
            key=itemgetter(0),
        )
        changed = 0
        for part in split_every(_AT_ONCE, known):
            # Raw SQL: one statement for many rows that only machines write. No ON
            # CONFLICT DO UPDATE: it takes an id for every row, and 500 devices would
            # use up all of them in seven weeks.
            ids = [record_id for record_id, _news in part]
            self.env.cr.execute(SQL(_INSERT, ids), log_exceptions=False)
            rows = [_to_row(record_id, device_news) for record_id, device_news in part]
            self.env.cr.execute(SQL(_UPDATE, json.dumps(rows)), log_exceptions=False)
            changed += self.env.cr.fetchone()[0]
        if changed:
            self.env["iot.alert"]._wake_conditions()

    @api.model
    def _memory(self):
        """What a listener that starts must know to judge the next values.

        :return: ``{device_id: (values, steady since)}``
        """
        # Raw SQL: tens of thousands of rows, once, without a record for each.
        self.env.cr.execute(
            "SELECT device.device_id, live.last_values, live.steady_since"
            " FROM iot_device_state AS live"
            " JOIN iot_device AS device ON device.id = live.device_id"
            " WHERE live.last_values IS NOT NULL AND live.steady_since IS NOT NULL"
        )
        return {row[0]: row[1:] for row in self.env.cr.fetchall()}

    def _tell_history(self):
        """They have gone when they were due, not when that was noticed."""
        self.env["iot.store.outbox"]._put(
            "device_status",
            [
                {
                    "time": to_iso(state.status_since),
                    "device_id": state.device_id.device_id,
                    "is_online": state.is_online,
                    "battery_level": state.battery_level,
                    "signal_strength": state.signal_strength,
                    "firmware_version": (state.firmware_version or "")[:30] or None,
                }
                for state in self
            ],
        )

    def _send_status(self):
        self.env["iot.live.watch"]._tell(self)

    def _send_to(self, audiences):
        """:param audiences: see :meth:`IotLiveWatch._audiences`"""
        for farm, states in self.grouped(lambda s: s.device_id.farm_id).items():
            if farm.id not in audiences["boards"]:
                continue
            farm._bus_send(
                "smartdairy_iot/status",
                {
                    "farm_id": farm.id,
                    "devices": [
                        {
                            "device_id": state.device_id.device_id,
                            "online": state.is_online,
                            "last_seen": to_iso(state.last_seen),
                        }
                        for state in states
                    ],
                },
            )


def _to_row(device_id, news):
    return {
        "device_id": device_id,
        "last_seen": _naive(news.last_seen),
        "is_online": news.is_online,
        "status_since": _naive(news.online_at),
        "battery_level": news.battery,
        "signal_strength": news.signal,
        "firmware_version": news.firmware,
        "last_values": news.values,
        "steady_since": news.steady_since,
        "value_time": _naive(news.time),
        "data_at": _naive(news.data_at),
        "clock_offset": news.clock_offset,
        "alarm_type": news.alarm_type,
        "fault": news.fault,
        "location_type": news.location_type,
    }


def _naive(time):
    """Odoo's columns hold UTC without a zone."""
    return time and time.astimezone(timezone.utc).replace(tzinfo=None).isoformat()


_INSERT = """
INSERT INTO iot_device_state (device_id)
SELECT device.id
  FROM iot_device AS device
 WHERE device.id = ANY(%s)
   AND NOT EXISTS (SELECT 1 FROM iot_device_state WHERE device_id = device.id)
    ON CONFLICT DO NOTHING
"""
# A device that is heard of again: when, is history. What the broker repeats of one that
# was heard by us is no news: it may have been said before that.
_UPDATE = """
WITH changed AS (
UPDATE iot_device_state AS live
   SET last_seen = greatest(live.last_seen, said.last_seen),
       is_online = now.is_online,
       status_since = CASE WHEN live.is_online = now.is_online THEN live.status_since
                           ELSE said.status_since END,
       (absent_from, absent_until) = (
           SELECT live.last_seen, said.status_since
            WHERE now.is_online AND live.is_online IS FALSE
            UNION ALL
           SELECT live.absent_from, live.absent_until
            LIMIT 1),
       battery_level = coalesce(said.battery_level, live.battery_level),
       signal_strength = coalesce(said.signal_strength, live.signal_strength),
       firmware_version = coalesce(said.firmware_version, live.firmware_version),
       clock_offset = coalesce(said.clock_offset, live.clock_offset),
       (last_values, steady_since, alarm_type, fault, fault_since, location_type) = (
           SELECT coalesce(live.last_values, '{}') || said.last_values,
                  said.steady_since, said.alarm_type, said.fault,
                  CASE WHEN said.fault = live.fault THEN live.fault_since
                       WHEN said.fault IS NOT NULL THEN said.data_at END,
                  said.location_type
            WHERE said.value_time >= coalesce(live.value_time, '-infinity')
            UNION ALL
           SELECT live.last_values, live.steady_since, live.alarm_type,
                  live.fault, live.fault_since, live.location_type
            LIMIT 1),
       value_time = greatest(live.value_time, said.value_time),
       data_at = greatest(live.data_at, said.data_at)
  FROM json_to_recordset(%s) AS said (device_id int, last_seen timestamp,
       is_online bool, status_since timestamp, battery_level int, signal_strength int,
       firmware_version varchar, last_values jsonb, steady_since jsonb,
       value_time timestamp, data_at timestamp, clock_offset float, alarm_type varchar,
       fault varchar, location_type varchar)
  JOIN iot_device_state AS was USING (device_id),
       LATERAL (SELECT CASE WHEN said.last_seen IS NULL AND was.last_seen IS NOT NULL
                            THEN was.is_online
                            ELSE said.is_online END) AS now (is_online)
 WHERE live.device_id = said.device_id
RETURNING live.*, was.is_online AS was_online, was.fault AS was_fault),
told AS (
INSERT INTO iot_store_outbox (table_name, row)
SELECT 'device_status', jsonb_build_object(
           'time', changed.last_seen AT TIME ZONE 'UTC',
           'device_id', device.device_id,
           'is_online', TRUE,
           'battery_level', changed.battery_level,
           'signal_strength', changed.signal_strength,
           'firmware_version', left(changed.firmware_version, 30))
  FROM changed JOIN iot_device AS device ON device.id = changed.device_id
 WHERE changed.is_online AND changed.was_online IS NOT TRUE)
SELECT count(*) FROM changed
 WHERE is_online IS DISTINCT FROM was_online OR fault IS DISTINCT FROM was_fault
"""
