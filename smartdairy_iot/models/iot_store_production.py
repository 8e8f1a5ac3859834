from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ..rollup import MILK, quarter_of

_BUCKETS = ("day", "week", "month")
_NOTHING = timedelta()
_LONGEST = timedelta(hours=6)  # a milking, with what comes late of it
_KEYS = {"device": "device_id", "animal": "animal_id", "session": "session_id"}


class Production(NamedTuple):
    """What was milked in one day, week or month of the farm's calendar."""

    time: datetime | None  # aware, its beginning; None: of the whole span
    key: str | int | None  # of what it is, see ``by``
    liters: float
    sessions: int


class Quality(NamedTuple):
    """The milk of a span. By volume: a litre counts, not a message."""

    time: datetime | None  # aware
    key: str | int | None
    fat_percent: float | None
    protein_percent: float | None
    scc: float | None  # cells/mL, the geometric mean
    highest_scc: int | None
    conductivity: float | None  # mS/cm
    highest_conductivity: float | None


class IotStore(models.AbstractModel):
    """The read side of milk, over rollups: complete long after readings are dropped."""

    _inherit = "iot.store"

    @api.model
    def _production(self, device_ids, start, end, bucket=None, tz="UTC", by=None):
        """How much milk.

        A milking (session of a device) counts as the volume that its end declares; one
        without an end, as what its readings add up to. It counts where it ends.

        :param start, end: aware datetimes; ``end`` is not part of it
        :param bucket: ``day``, ``week`` or ``month`` there; None: the span in one
        :param tz: name of the farm's time zone
        :param by: ``device``, ``animal`` or ``session``; None: all in one
        :return: list of :class:`Production`, by time and key
        """
        rows = self._milk(
            _PRODUCTION, device_ids, start, end, bucket, tz, by, around=_LONGEST
        )
        return [Production(*row) for row in rows]

    @api.model
    def _quality(self, device_ids, start, end, bucket=None, tz="UTC", by=None):
        """How good it is; parameters as those of :meth:`_production`.

        :return: list of :class:`Quality`, by time and key
        """
        rows = self._milk(_QUALITY, device_ids, start, end, bucket, tz, by)
        return [Quality(*row) for row in rows]

    def _milk(self, query, device_ids, start, end, bucket, tz, by, around=_NOTHING):
        """:param around: how much before and after the span is looked at, too"""
        if bucket not in (None, *_BUCKETS):
            raise ValueError(f"bucket is {bucket!r}, not day, week, month or None")
        start = quarter_of(start.astimezone(timezone.utc))
        time = SQL("date_trunc(%s, bucket, %s)", bucket, tz) if bucket else SQL("NULL")
        key = SQL.identifier(_KEYS[by]) if by else SQL("NULL")
        with self._cursor() as cr:
            fresh = self._fresh(
                cr, MILK, list(device_ids), start - around, end + around
            )
            parts = {"time": time, "key": key, "quarters": fresh}
            cr.execute(SQL(query, start=start, end=end, **parts))
            return cr.fetchall()


# A milking may reach from one quarter, and one day, into the next: it is where it ends.
# It is of one animal, though not every message of it may say so.
_PRODUCTION = """
WITH milkings AS (
    SELECT max(bucket) AS bucket, device_id, max(animal_id) AS animal_id, session_id,
           coalesce(sum(total_volume), sum(reading_volume), 0) AS liters
      FROM (%(quarters)s) AS quarters
     GROUP BY device_id, session_id,
              CASE WHEN session_id IS NULL THEN bucket END,
              CASE WHEN session_id IS NULL THEN animal_id END)
SELECT %(time)s::timestamptz, %(key)s, sum(liters), count(session_id)
  FROM milkings
 WHERE bucket >= %(start)s AND bucket < %(end)s
 GROUP BY 1, 2 ORDER BY 1, 2
"""
_QUALITY = """
SELECT %(time)s::timestamptz, %(key)s,
       sum(fat_volume) / nullif(sum(fat_weight), 0),
       sum(protein_volume) / nullif(sum(protein_weight), 0),
       exp(sum(sum_ln_scc) / nullif(sum(scc_count), 0)),
       max(max_scc),
       sum(sum_conductivity) / nullif(sum(conductivity_count), 0),
       max(max_conductivity)
  FROM (%(quarters)s) AS quarters
 GROUP BY 1, 2 ORDER BY 1, 2
"""
