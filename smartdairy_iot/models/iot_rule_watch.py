import json
from datetime import timezone

from odoo import api, fields, models
from odoo.tools import SQL

from ..rules.attention import Watch


class IotRuleWatch(models.Model):
    """What the last evaluation of a rule left to be looked at, by device.

    A delay that runs, a cooldown, the last reading outside of an alert that holds: all
    that the rules must remember, so that a restart changes nothing. See
    :class:`~..rules.attention.Watch`.
    """

    _name = "iot.rule.watch"
    _description = "What a Rule Waits For"
    _log_access = False

    device_id = fields.Many2one("iot.device", required=True, ondelete="cascade")
    threshold_id = fields.Many2one("iot.threshold", required=True, ondelete="cascade")
    look_from = fields.Datetime(required=True, help="The first reading that matters.")
    look_at = fields.Datetime(help="When to look even if no alarm comes.")
    level = fields.Integer(help="The most severe level that was violated by then.")
    is_of_readings = fields.Boolean(help="Not of a condition of the device itself.")

    _pair = models.UniqueIndex("(device_id, threshold_id)")
    _look_at_index = models.Index("(look_at)")

    # Raw SQL throughout: rows that only machines write, thousands in a second when the
    # power of a site fails, and their times keep their fraction.

    @api.model
    def _all(self, of_readings):
        """``{(id of device, id of threshold): Watch}``, of readings or of conditions"""
        self.env.cr.execute(
            SQL(
                "SELECT device_id, threshold_id, look_from, look_at, level"
                " FROM iot_rule_watch WHERE is_of_readings = %s",
                of_readings,
            )
        )
        return {
            (device_id, threshold_id): Watch(_aware(start), _aware(at), level)
            for device_id, threshold_id, start, at, level in self.env.cr.fetchall()
        }

    @api.model
    def _due(self):
        """Of what something is due: of readings (True), of conditions (False)."""
        self.env.cr.execute(
            "SELECT DISTINCT is_of_readings FROM iot_rule_watch"
            " WHERE look_at <= now() AT TIME ZONE 'UTC'"
        )
        return {of_readings for (of_readings,) in self.env.cr.fetchall()}

    @api.model
    def _replace(self, watches, of_readings=True):
        """:param watches: ``{(id of device, id of threshold): Watch or None}``"""
        gone = [pair for pair, watch in watches.items() if watch is None]
        if gone:
            self.env.cr.execute(
                SQL(
                    "DELETE FROM iot_rule_watch AS watch"
                    " USING unnest(%s::int[], %s::int[]) AS gone (device, rule)"
                    " WHERE watch.device_id = device AND watch.threshold_id = rule",
                    [device for device, _threshold in gone],
                    [threshold for _device, threshold in gone],
                )
            )
        rows = [
            {
                "device_id": pair[0],
                "threshold_id": pair[1],
                "is_of_readings": of_readings,
                **_to_row(watch),
            }
            for pair, watch in watches.items()
            if watch is not None
        ]
        if rows:
            said = SQL(_ROWS, json.dumps(rows))
            # No ON CONFLICT DO UPDATE: it takes an id for every row.
            self.env.cr.execute(SQL(_UPDATE, said))
            self.env.cr.execute(SQL(_INSERT, said))
        self.invalidate_model()


def _to_row(watch):
    return {
        "look_from": _naive(watch.look_from),
        "look_at": _naive(watch.look_at),
        "level": watch.level,
    }


def _aware(time):
    return time and time.replace(tzinfo=timezone.utc)


def _naive(time):
    return time and time.astimezone(timezone.utc).replace(tzinfo=None).isoformat()


_ROWS = """json_to_recordset(%s) AS said
    (device_id int, threshold_id int, look_from timestamp, look_at timestamp, level int,
     is_of_readings bool)
"""
_UPDATE = """
UPDATE iot_rule_watch AS watch
   SET look_from = said.look_from, look_at = said.look_at, level = said.level
  FROM %s
 WHERE watch.device_id = said.device_id AND watch.threshold_id = said.threshold_id
"""
_INSERT = """
INSERT INTO iot_rule_watch
       (device_id, threshold_id, look_from, look_at, level, is_of_readings)
SELECT said.device_id, said.threshold_id, said.look_from, said.look_at, said.level,
       said.is_of_readings
  FROM %s
 WHERE NOT EXISTS (SELECT 1 FROM iot_rule_watch AS watch
                    WHERE watch.device_id = said.device_id
                      AND watch.threshold_id = said.threshold_id)
"""
