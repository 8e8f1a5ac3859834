import json
from datetime import datetime, timezone

from odoo import api, fields, models
from odoo.tools import SQL, split_every

from ..health.tally import Counts

_AT_ONCE = 2000  # rows in one statement
_COUNT = {"digits": (16, 0), "readonly": True, "aggregator": "sum"}


class IotDeviceCounter(models.Model):
    """How many messages came of a device, and what became of them.

    Written by the listener, half a minute late and apart from the row that people edit.
    A day is the farm's.
    """

    _name = "iot.device.counter"
    _description = "Messages of a Device"
    _log_access = False
    _order = "rejected desc, id"
    _rec_name = "device_id"

    device_id = fields.Many2one(
        "iot.device", required=True, readonly=True, ondelete="cascade"
    )
    farm_id = fields.Many2one(related="device_id.farm_id")
    day = fields.Date(readonly=True, help="Of the counts of a day.")
    received = fields.Float(**_COUNT)
    rejected = fields.Float(**_COUNT)
    again = fields.Float("Sent Again", **_COUNT, help="By the broker: stored once.")
    late = fields.Float(**_COUNT, help="Received 5 minutes or more after measuring.")
    received_day = fields.Float("Received That Day", **_COUNT)
    rejected_day = fields.Float("Rejected That Day", **_COUNT)
    again_day = fields.Float("Sent Again That Day", **_COUNT)
    late_day = fields.Float("Late That Day", **_COUNT)

    _device_unique = models.Constraint("UNIQUE(device_id)")

    @api.model
    def _add(self, tally, devices):
        """:param tally: ``{device_id: Counts}``

        :param devices: the listener's ``{device_id: Device}``
        """
        if not tally:
            return
        now = datetime.now(timezone.utc)
        rows = sorted(
            (devices[name].id, now.astimezone(devices[name].tz).date(), counts)
            for name, counts in tally.items()
            if name in devices  # in the order of the key: no two wait for each other
        )
        for part in split_every(_AT_ONCE, rows):
            said = [
                {"device_id": id_, "day": day.isoformat(), **counts._asdict()}
                for id_, day, counts in part
            ]
            # Raw SQL: many rows that only machines write, see iot.device.state.
            ids = [id_ for id_, _day, _counts in part]
            update = SQL(_UPDATE, SQL(_ADDED), json.dumps(said))
            self.env.cr.execute(SQL(_INSERT, ids), log_exceptions=False)
            self.env.cr.execute(update, log_exceptions=False)
        self.invalidate_model()

    def _today(self):
        """:class:`Counts` of today, nothing when none came."""
        today = fields.Date.context_today(
            self.with_context(tz=self.farm_id.tz or "UTC")
        )
        if not self or self.day != today:
            return Counts()
        return Counts(*(int(self[f"{name}_day"]) for name in Counts._fields))

    def _total(self):
        return Counts(*(int(self[name]) for name in Counts._fields))


_INSERT = """
INSERT INTO iot_device_counter (device_id)
SELECT device.id
  FROM iot_device AS device
 WHERE device.id = ANY(%s)
   AND NOT EXISTS (SELECT 1 FROM iot_device_counter WHERE device_id = device.id)
    ON CONFLICT DO NOTHING
"""
_ADDED = ",\n".join(
    f"       {name} = coalesce(known.{name}, 0) + said.{name},\n"
    f"       {name}_day = said.{name} + CASE WHEN known.day = said.day"
    f" THEN known.{name}_day ELSE 0 END"
    for name in Counts._fields
)
_UPDATE = """
UPDATE iot_device_counter AS known
   SET day = said.day,
%s
  FROM json_to_recordset(%s) AS said (device_id int, day date, received int,
       rejected int, again int, late int)
 WHERE known.device_id = said.device_id
"""
