from datetime import date, datetime, time, timedelta, timezone
from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..milking.day import local_day
from ..zone import to_zone

_KEYS = {
    **{"animal": "animal_id", "stall": "stall_id", "session": "session_ref"},
    **{"device": "device_id", "farm": "farm_id", "milking": "milking"},
}
_BUCKETS = {
    "day": "day",
    **{
        name: f"date_trunc('{name}', day::timestamp)::date"
        for name in ("week", "month")
    },
    "hour": "date_trunc('hour', \"end\")",
}
# The specification's periods (Day 256): days back, and their bucket.
_PERIODS = {"24h": (1, "hour"), "7d": (7, "day"), "30d": (30, "day")}


class Production(NamedTuple):
    """What was milked in one day, week or month of the farm's calendar."""

    time: date | datetime | None  # its first; naive UTC of an hour; None: of all
    key: str | int | None  # of what it is, see ``by``
    liters: float
    sessions: int
    fat: float | None = None  # %, by volume: a litre counts, not a milking
    protein: float | None = None


class IotMilkingSession(models.Model):
    """How much milk, of whom, where and when: of the milkings, and of nothing else.

    What a meter's volumes mean, its profile says, and only a milking knows. So there is
    one truth of litres; it stays when the readings are dropped.
    """

    _inherit = "iot.milking.session"

    def init(self):
        super().init()
        # Raw SQL: the specification's rollup (Day 252), for who reads the database.
        self.env.cr.execute("DROP VIEW IF EXISTS milk_production_daily")
        self.env.cr.execute(_DAILY)

    @api.model
    def _production(self, domain, bucket=None, by=None):
        """How much milk, of the milkings that the user may read.

        A milking is of the day, and of the hour, in which it ends. One that runs counts
        with what it has given so far.

        :param domain: of milkings, such as ``[("farm_id", "=", 1), ("day", ">=", …)]``
        :param bucket: ``hour``, or ``day``, ``week`` or ``month`` of the farm's
            calendar; None: all in one
        :param by: ``animal``, ``stall``, ``session``, ``device`` (ids, or the session's
            name), ``farm`` or ``milking``; None: all in one
        :return: list of :class:`Production`, by time and key
        """
        if bucket not in (None, *_BUCKETS):
            known = ", ".join(_BUCKETS)
            raise ValueError(f"bucket is {bucket!r}, not {known} or None")
        query = self._search(Domain(domain))
        at = SQL(_BUCKETS[bucket]) if bucket else SQL("NULL")
        key = SQL.identifier(_KEYS[by]) if by else SQL("NULL")
        # Raw SQL: averages by volume, of what was measured.
        columns = [SQL.identifier(self._table, name) for name in _READ]
        rows = self.env.execute_query(
            SQL(_PRODUCTION, time=at, key=key, rows=query.select(*columns))
        )
        return [Production(*row) for row in rows]

    @api.model
    def get_milk_production(self, farm_id=None, period="7d"):
        """The specification's answer (Day 256, ``/dashboard/milk/production``).

        :param farm_id: a farm's id; None for all that one may see, in one
        :param period: ``24h`` by the hour, ``7d`` or ``30d`` by the day
        :return: ``{period, data: [{timestamp, volume, sessions, avg_fat,
            avg_protein}]}``; what nobody measured is 0.0, as in the specification
        """
        if period not in _PERIODS:
            raise ValueError(f"period is {period!r}, not {', '.join(_PERIODS)}")
        days, bucket = _PERIODS[period]
        farm = self.env["farm.farm"].browse(farm_id or ())
        tz = farm.tz or self.env.user.tz or "UTC"
        now = datetime.now(timezone.utc)
        first = local_day(now - timedelta(days=days), to_zone(tz))
        domain = [("day", ">=", first)]
        if bucket == "hour":
            since = (now - timedelta(days=days)).replace(tzinfo=None)
            domain.append(("end", ">=", since))
        if farm_id:
            domain.append(("farm_id", "=", farm_id))
        return {
            "period": period,
            "data": [
                {
                    "timestamp": _begin(row.time, tz).isoformat(),
                    "volume": round(row.liters, 2),
                    "sessions": row.sessions,
                    "avg_fat": round(row.fat or 0, 2),
                    "avg_protein": round(row.protein or 0, 2),
                }
                for row in self._production(domain, bucket)
            ],
        }


def _begin(at, tz):
    """When a day there, or an hour, began; aware."""
    if isinstance(at, datetime):
        return at.replace(tzinfo=timezone.utc)
    return datetime.combine(at, time(), to_zone(tz))


_READ = (
    *("day", "end", "device_id", "farm_id", "stall_id", "animal_id", "session_ref"),
    *("milking", "liters", "fat", "protein"),
)
_PRODUCTION = """
SELECT %(time)s AS time, %(key)s AS key, coalesce(sum(liters), 0), count(*),
       sum(fat * liters) / nullif(sum(liters) FILTER (WHERE fat IS NOT NULL), 0),
       sum(protein * liters)
           / nullif(sum(liters) FILTER (WHERE protein IS NOT NULL), 0)
  FROM (%(rows)s) AS milkings
 GROUP BY 1, 2 ORDER BY 1, 2
"""
# By the farm's calendar, where the specification's is by UTC.
_DAILY = """
CREATE VIEW milk_production_daily AS
SELECT milking.day AS bucket, device.device_id, milking.animal_id,
       sum(milking.liters) AS total_volume,
       sum(fat * liters) / nullif(sum(liters) FILTER (WHERE fat IS NOT NULL), 0)
           AS avg_fat,
       sum(protein * liters)
           / nullif(sum(liters) FILTER (WHERE protein IS NOT NULL), 0) AS avg_protein,
       avg(conductivity) AS avg_conductivity,
       count(*) AS session_count
  FROM iot_milking_session AS milking
  JOIN iot_device AS device ON device.id = milking.device_id
 GROUP BY milking.day, device.device_id, milking.animal_id
"""
