from datetime import timedelta
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

_LATE = timedelta(days=7)  # before a day, that late readings are looked for


class Digest(NamedTuple):
    """What the readings of one device in one hour are, in 64 characters."""

    table: str
    device_id: str
    hour: int  # of the day, counted from its beginning: 0 … 24
    count: int
    digest: str  # SHA-256, hex


class IotStore(models.AbstractModel):
    """Readings as a record: any that is altered, removed or put in changes its digest.

    Readings that the law asks for: temperatures and milk. What they are made of stands
    in ``_RECORDED``; what a machine may recompute (metadata) is not part of it.
    """

    _inherit = "iot.store"

    @api.model
    def _digests(self, device_ids, start, end, sealed_at):
        """Of each device and hour.

        :param start, end: aware datetimes of a day; ``end`` is not part of it
        :param sealed_at: aware; what was received later does not count
        :return: list of :class:`Digest`, by device and hour
        """
        arrived = SQL("coalesce(received_at, time) <= %s", sealed_at)
        return self._digest(device_ids, start, end, start, arrived)

    @api.model
    def _late_digests(self, device_ids, start, since, sealed_at):
        """Of what came after its own day was sealed; parameters as above.

        :param start: of the day in which it is told; looked for a week back
        :param since: aware, when the day before was sealed
        """
        arrived = SQL("received_at > %s AND received_at <= %s", since, sealed_at)
        first = start - _LATE
        return self._digest(device_ids, first, start, first, arrived)

    def _digest(self, device_ids, start, end, zero, arrived):
        found = []
        with self._cursor() as cr:
            for table, (columns, order) in _RECORDED.items():
                # Raw SQL: tables of the store are no models.
                cr.execute(
                    SQL(
                        _DIGEST,
                        table=SQL.identifier(table),
                        row=SQL(" || '|' || ").join(_to_text(c) for c in columns),
                        order=SQL(order),
                        devices=list(device_ids),
                        start=start,
                        end=end,
                        zero=zero,
                        arrived=arrived,
                    )
                )
                found += [Digest(table, *row) for row in cr.fetchall()]
        return found


def _to_text(column):
    if column == "time":  # in microseconds, whatever the session's time zone
        return SQL("(extract(epoch FROM time) * 1000000)::bigint")
    return SQL("coalesce(%s::text, '')", SQL.identifier(column))


_RECORDED = {
    "temperature_readings": (
        (
            *("time", "temperature_celsius", "humidity_percent", "quality"),
            *("is_alarm", "alarm_type"),
        ),
        "time",
    ),
    "milk_meter_readings": (
        (
            *("time", "message_type", "animal_id", "session_id", "volume_liters"),
            *("flow_rate_lpm", "conductivity", "temperature_celsius", "fat_percent"),
            *("protein_percent", "somatic_cell_count", "is_complete", "quality"),
        ),
        "time, message_type",
    ),
}
_DIGEST = """
SELECT device_id,
       floor(extract(epoch FROM time - %(zero)s::timestamptz) / 3600)::int AS hour,
       count(*),
       encode(sha256(convert_to(
           string_agg(%(row)s, E'\\n' ORDER BY %(order)s), 'UTF8')), 'hex')
  FROM %(table)s
 WHERE device_id = ANY(%(devices)s)
   AND time >= %(start)s AND time < %(end)s AND %(arrived)s
 GROUP BY device_id, hour
 ORDER BY device_id, hour
"""
