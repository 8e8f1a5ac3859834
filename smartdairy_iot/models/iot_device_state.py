from datetime import timezone

from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.tools import SQL

from ..ingest.codec.generic import measured_by
from ..ingest.codec.number import unit_of
from .farm_farm import to_iso


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
    battery_level = fields.Integer()
    signal_strength = fields.Integer()
    firmware_version = fields.Char()
    last_values = fields.Json(help="{reading type: value} of the newest readings")
    value_time = fields.Datetime()
    alarm_type = fields.Char(index="btree_not_null")
    location_type = fields.Char()

    _device_unique = models.Constraint("UNIQUE(device_id)")

    def _describe(self):
        """``3.8 °C · 81 %``"""
        values = self.last_values or {}
        return " · ".join(
            f"{values[reading_type]:g} {unit_of(reading_type)}"
            for reading_type in measured_by(self.device_id.device_type)
            if reading_type in values
        )

    @api.model
    def _apply(self, news, devices):
        """Upsert what the listener committed; the newest value never goes back.

        :param news: ``{device_id: DeviceNews}``
        :param devices: the listener's ``{device_id: Device}``
        """
        # In the order of the key, so that two listeners never wait for each other.
        rows = [
            _to_row(devices[device_id].id, device_news)
            for device_id, device_news in sorted(news.items())
            if device_id in devices
        ]
        if rows:
            # Raw SQL: one upsert for all; a device unlinked meanwhile is left out.
            self.env.cr.execute(SQL(_UPSERT, SQL(", ").join(rows)))

    @api.model
    def _cron_detect_offline(self):
        """Devices that were silent for longer than they may be."""
        # Raw SQL: one set-based update on a table that only machines write.
        self.env.cr.execute(
            SQL(
                """
                UPDATE iot_device_state AS live
                   SET is_online = FALSE
                  FROM iot_device AS device
                 WHERE device.id = live.device_id
                   AND live.is_online
                   AND live.last_seen < now() AT TIME ZONE 'UTC'
                       - device.offline_after * interval '1 second'
                RETURNING live.id
                """
            )
        )
        ids = [row_id for (row_id,) in self.env.cr.fetchall()]
        self.invalidate_model(["is_online"])
        self.browse(ids)._send_status()

    def _send_status(self):
        for farm, states in self.grouped(lambda s: s.device_id.farm_id).items():
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
    return SQL(
        "(%s, %s::timestamp, %s, %s::int, %s::int, %s,"
        " %s::jsonb, %s::timestamp, %s, %s)",
        device_id,
        _naive(news.last_seen),
        news.is_online,
        news.battery,
        news.signal,
        news.firmware,
        Json(news.values) if news.values else None,
        _naive(news.time),
        news.alarm_type,
        news.location_type,
    )


def _naive(time):
    """Odoo's columns hold UTC without a zone."""
    return time and time.astimezone(timezone.utc).replace(tzinfo=None)


_UPSERT = """
WITH said (device_id, last_seen, is_online, battery_level, signal_strength,
           firmware_version, last_values, value_time, alarm_type, location_type)
  AS (VALUES %s)
INSERT INTO iot_device_state AS live (device_id, last_seen, is_online, battery_level,
       signal_strength, firmware_version, last_values, value_time, alarm_type,
       location_type)
SELECT said.*
  FROM said
 WHERE EXISTS (SELECT 1 FROM iot_device WHERE id = said.device_id)
    ON CONFLICT (device_id) DO UPDATE
   SET last_seen = greatest(live.last_seen, EXCLUDED.last_seen),
       is_online = EXCLUDED.is_online,
       battery_level = coalesce(EXCLUDED.battery_level, live.battery_level),
       signal_strength = coalesce(EXCLUDED.signal_strength, live.signal_strength),
       firmware_version = coalesce(EXCLUDED.firmware_version, live.firmware_version),
       last_values = CASE
           WHEN EXCLUDED.value_time >= coalesce(live.value_time, '-infinity')
           THEN coalesce(live.last_values, '{}') || EXCLUDED.last_values
           ELSE live.last_values END,
       alarm_type = CASE
           WHEN EXCLUDED.value_time >= coalesce(live.value_time, '-infinity')
           THEN EXCLUDED.alarm_type ELSE live.alarm_type END,
       location_type = CASE
           WHEN EXCLUDED.value_time >= coalesce(live.value_time, '-infinity')
           THEN EXCLUDED.location_type ELSE live.location_type END,
       value_time = greatest(live.value_time, EXCLUDED.value_time)
"""
