from datetime import timedelta
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ..ingest.message import Fault
from ..milking.message import Message
from ..rollup import MILK, touched
from .iot_store_rollup import BUCKET, QUARTER

_BEFORE = timedelta(days=2)  # what a counter showed longer ago is not this milking's


class MilkGroup(NamedTuple):
    """What a meter said under one session id (None: without any), in one span."""

    device_id: str
    session: str | None
    start: object  # aware datetimes, both included
    end: object


class IotStore(models.AbstractModel):
    """What milkings are made of: messages, and marks of where there are new ones.

    A mark is written by the transaction that stores the messages, so none is missed,
    whatever dies when. It is forgotten only after the milkings are committed: to make
    them twice gives the same.
    """

    _inherit = "iot.store"

    @api.model
    def _create_rollups(self):
        with self._cursor() as cr:
            if not self._has_relation(cr, "milking_marks"):
                # Raw SQL, here and below: tables of the store are no models.
                cr.execute(_TABLE)
                self._mark_milkings(cr)  # of readings stored by an earlier version
        super()._create_rollups()

    def _touch_rollups(self, cr, samples):
        super()._touch_rollups(cr, samples)
        milk = [s for s in samples if s.device_type == "milk_meter"]
        if marks := [SQL("(%s, %s)", *mark[1:]) for mark in touched(milk)]:
            cr.execute(
                SQL(
                    "INSERT INTO milking_marks (bucket, device_ids) VALUES %s",
                    SQL(", ").join(marks),
                )
            )

    def _mark_span(self, cr, table, start=None, end=None):
        super()._mark_span(cr, table, start, end)
        if table == MILK.table:
            self._mark_milkings(cr, start, end)

    def _mark_milkings(self, cr, start=None, end=None, device_ids=None):
        """Make the milkings of this span anew.

        :param start, end: aware datetimes; None for no bound
        :param device_ids: list, None for all
        """
        cr.execute(
            SQL(
                _MARK,
                bucket=SQL(BUCKET),
                devices=device_ids,
                start=start,
                end=end,
            )
        )

    @api.model
    def _milking_marks(self, limit):
        """The newest first: after an upgrade, the history waits and not today.

        :param limit: quarters, each with all its marks
        :return: ``(ids, [(quarter, [device id, …] or None for all)])``
        """
        with self._cursor() as cr:
            cr.execute(
                SQL(
                    "SELECT id, bucket, device_ids FROM milking_marks"
                    " WHERE bucket IN (SELECT DISTINCT bucket FROM milking_marks"
                    "                   ORDER BY bucket DESC LIMIT %s)",
                    limit,
                )
            )
            ids, quarters = [], {}
            for mark_id, bucket, devices in cr.fetchall():
                ids.append(mark_id)
                known = quarters.setdefault(bucket, set())
                if devices is None or known is None:
                    quarters[bucket] = None
                else:
                    known.update(devices)
        return ids, [(b, known and sorted(known)) for b, known in quarters.items()]

    @api.model
    def _forget_milking_marks(self, ids):
        with self._cursor() as cr:
            cr.execute(SQL("DELETE FROM milking_marks WHERE id = ANY(%s)", ids))

    @api.model
    def _milk_groups(self, quarters):
        """:return: list of :class:`MilkGroup`: who said what in these quarters"""
        found = []
        with self._cursor() as cr:
            for bucket, devices in quarters:
                of_devices = SQL("device_id = ANY(%s)", devices)
                cr.execute(
                    SQL(
                        _GROUPS,
                        start=bucket,
                        end=bucket + QUARTER,
                        of_devices=SQL("TRUE") if devices is None else of_devices,
                    )
                )
                found += [MilkGroup(*row) for row in cr.fetchall()]
        return found

    @api.model
    def _milk_messages(self, groups):
        """:return: a list of :class:`Message` for each group, by time"""
        if not groups:
            return []
        found = [[] for _group in groups]
        with self._cursor() as cr:
            cr.execute(
                SQL(
                    _MESSAGES,
                    devices=[group.device_id for group in groups],
                    sessions=[group.session for group in groups],
                    starts=[group.start for group in groups],
                    ends=[group.end for group in groups],
                    first=min(group.start for group in groups),
                    last=max(group.end for group in groups),
                )
            )
            for place, faults, *said in cr.fetchall():
                message = Message(*said)
                found[place - 1].append(
                    _believed(message, faults) if faults else message
                )
        return found

    @api.model
    def _milk_counters(self, asked):
        """What counters showed before.

        :param asked: list of ``(device id, aware datetime)``
        :return: ``{(device id, datetime): litres}``; those not known are missing
        """
        if not asked:
            return {}
        with self._cursor() as cr:
            cr.execute(
                SQL(
                    _COUNTERS,
                    devices=[device_id for device_id, _time in asked],
                    times=[time for _device_id, time in asked],
                    first=min(time for _device_id, time in asked) - _BEFORE,
                    last=max(time for _device_id, time in asked),
                    before=_BEFORE,
                )
            )
            return {(row[0], row[1]): row[2] for row in cr.fetchall()}

    @api.model
    def _milk_following(self, asked):
        """:return: a :class:`MilkGroup` for the message next to each

        :param asked: as in :meth:`_milk_counters`
        """
        if not asked:
            return []
        with self._cursor() as cr:
            cr.execute(
                SQL(
                    _FOLLOWING,
                    devices=[device_id for device_id, _time in asked],
                    times=[time for _device_id, time in asked],
                    first=min(time for _device_id, time in asked),
                    last=max(time for _device_id, time in asked) + _BEFORE,
                    within=_BEFORE,
                )
            )
            return [MilkGroup(*row, row[-1]) for row in cr.fetchall()]

    @api.model
    def _milk_dropped_before(self):
        """Aware datetime before which messages were dropped, or None."""
        with self._cursor() as cr:
            cr.execute(
                SQL(
                    "SELECT dropped_before FROM retention_horizon"
                    " WHERE table_name = %s",
                    MILK.table,
                )
            )
            row = cr.fetchone()
        return row and row[0]


def _believed(message, faults):
    """Without what is the probe's fault."""
    names = {
        "volume": "volume",
        "flow_rate": "flow",
        "conductivity": "conductivity",
        "fat_percent": "fat",
        "protein_percent": "protein",
        "scc": "scc",
    }
    doubted = {
        names[reading_type]: None
        for reading_type, fault in faults.items()
        if reading_type in names and fault != Fault.STUCK.value
    }
    return message._replace(**doubted)


_TABLE = """
CREATE TABLE milking_marks (
    id bigserial PRIMARY KEY,
    bucket timestamptz NOT NULL,
    device_ids varchar(50)[]
)
"""
_MARK = """
INSERT INTO milking_marks (bucket, device_ids)
SELECT DISTINCT %(bucket)s, %(devices)s::varchar[]
  FROM milk_meter_readings
 WHERE time >= coalesce(%(start)s, '-infinity'::timestamptz)
   AND time < coalesce(%(end)s, 'infinity'::timestamptz)
   AND (%(devices)s::varchar[] IS NULL OR device_id = ANY(%(devices)s::varchar[]))
"""
_GROUPS = """
SELECT device_id, session_id, min(time), max(time)
  FROM milk_meter_readings
 WHERE time >= %(start)s AND time < %(end)s AND %(of_devices)s
 GROUP BY device_id, session_id
"""
# The two bounds of all of them are for the planner: it leaves out other partitions.
_MESSAGES = """
SELECT place, said.metadata -> 'faults', time, message_type, said.session_id, animal_id,
       said.metadata ->> 'animal', volume_liters, flow_rate_lpm, conductivity,
       fat_percent, protein_percent, somatic_cell_count,
       coalesce(extract(epoch FROM received_at - time), 0)::float8
  FROM unnest(%(devices)s::varchar[], %(sessions)s::varchar[],
              %(starts)s::timestamptz[], %(ends)s::timestamptz[]) WITH ORDINALITY
           AS asked (device_id, session_id, start, until, place)
  JOIN milk_meter_readings AS said USING (device_id)
 WHERE said.time BETWEEN %(first)s AND %(last)s
   AND said.time BETWEEN asked.start AND asked.until
   AND said.session_id IS NOT DISTINCT FROM asked.session_id
 ORDER BY place, time
"""
_COUNTERS = """
SELECT asked.device_id, asked.at, shown.volume_liters
  FROM unnest(%(devices)s::varchar[], %(times)s::timestamptz[])
           AS asked (device_id, at),
       LATERAL (SELECT volume_liters FROM milk_meter_readings AS said
                 WHERE said.device_id = asked.device_id
                   AND said.time BETWEEN %(first)s AND %(last)s
                   AND said.time < asked.at AND said.time >= asked.at - %(before)s
                   AND volume_liters IS NOT NULL
                 ORDER BY time DESC LIMIT 1) AS shown
"""
_FOLLOWING = """
SELECT asked.device_id, said.session_id, said.time
  FROM unnest(%(devices)s::varchar[], %(times)s::timestamptz[])
           AS asked (device_id, at),
       LATERAL (SELECT session_id, time FROM milk_meter_readings AS said
                 WHERE said.device_id = asked.device_id
                   AND said.time BETWEEN %(first)s AND %(last)s
                   AND said.time > asked.at AND said.time <= asked.at + %(within)s
                 ORDER BY time LIMIT 1) AS said
"""
