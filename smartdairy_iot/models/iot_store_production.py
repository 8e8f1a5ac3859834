from datetime import datetime, timezone
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ..rollup import MILK, quarter_of

_BUCKETS = ("day", "week", "month")
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
        asked = device_ids, start, end, bucket, tz, by
        rows = self._milk(_PRODUCTION, self._milkings, *asked)
        return [Production(*row) for row in rows]

    @api.model
    def _quality(self, device_ids, start, end, bucket=None, tz="UTC", by=None):
        """How good it is; parameters as those of :meth:`_production`.

        :return: list of :class:`Quality`, by time and key
        """

        def quarters(cr, *asked):
            return self._fresh(cr, MILK, *asked)

        asked = device_ids, start, end, bucket, tz, by
        rows = self._milk(_QUALITY, quarters, *asked)
        return [Quality(*row) for row in rows]

    def _milk(self, query, source, device_ids, start, end, bucket, tz, by):
        """:param source: makes SQL of the rows that the query adds up"""
        if bucket not in (None, *_BUCKETS):
            raise ValueError(f"bucket is {bucket!r}, not day, week, month or None")
        start = quarter_of(start.astimezone(timezone.utc))
        end = end.astimezone(timezone.utc)  # where an hour more is an hour later
        time = SQL("date_trunc(%s, bucket, %s)", bucket, tz) if bucket else SQL("NULL")
        key = SQL.identifier(_KEYS[by]) if by else SQL("NULL")
        with self._cursor() as cr:
            rows = source(cr, list(device_ids), start, end)
            cr.execute(SQL(query, time=time, key=key, rows=rows))
            return cr.fetchall()


# By quarter first: what day it is costs more than adding up.
_PRODUCTION = """
SELECT %(time)s::timestamptz, key, sum(liters), sum(sessions)::bigint
  FROM (SELECT bucket, %(key)s AS key, sum(liters) AS liters,
               count(session_id) AS sessions
          FROM (%(rows)s) AS milkings
         GROUP BY 1, 2) AS quarters
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
  FROM (%(rows)s) AS quarters
 GROUP BY 1, 2 ORDER BY 1, 2
"""
