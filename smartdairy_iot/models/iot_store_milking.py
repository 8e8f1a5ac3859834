from datetime import datetime, timezone

from odoo import models
from odoo.tools import SQL

from ..rollup import LONGEST_MILKING, MILK, around

_EVER = (
    datetime(1, 1, 2, tzinfo=timezone.utc),
    datetime(9999, 1, 1, tzinfo=timezone.utc),
)


class IotStore(models.AbstractModel):
    """Milkings: made of quarters, as these are made of readings, and kept for ever.

    A session is spread over quarters, and to put it together takes longer than to read
    it. So this is done once: where a mark is worked off, for what is near its quarter.
    What still waits is put together by the query. It is a table of ours in every store,
    since what ends a session is not known within a bucket.
    """

    _inherit = "iot.store"

    def _create_milkings(self):
        """Idempotent; of quarters that an earlier version has made, too."""
        with self._cursor() as cr:
            if not self._has_relation(cr, "milkings"):
                # Raw SQL, here and below: tables of the store are no models.
                cr.execute(_TABLE)
                self._keep_milkings(cr, None, *_EVER)

    def _recompute_milkings(self, cr, quarters):
        """
        :param quarters: as those of :meth:`_recompute_all`, still marked: where a
            refresh runs in another transaction, this one sees them made of readings
        """
        marked = {
            bucket: devices
            for (table, bucket), devices in quarters.items()
            if table == MILK.table
        }
        is_all = None in marked.values()
        devices = None if is_all else sorted(set().union(*marked.values()))
        for start, end in around(sorted(marked), LONGEST_MILKING):
            self._keep_milkings(cr, devices, start, end)

    def _keep_milkings(self, cr, devices, start, end):
        """Those that end in the span, as the quarters tell them now.

        :param devices: list of device ids, None for all
        """
        of_devices = SQL("TRUE") if devices is None else SQL(_OF_DEVICES, devices)
        cr.execute(
            SQL(
                "DELETE FROM milkings WHERE bucket >= %s AND bucket < %s AND %s",
                start,
                end,
                of_devices,
            )
        )
        made = self._made_milkings(cr, devices, start, end)
        cr.execute(SQL("INSERT INTO milkings %s", made))

    def _milkings(self, cr, devices, start, end):
        """SQL of rows ``(bucket, device_id, animal_id, session_id, liters)``.

        :param start, end: aware UTC datetimes; which end in that span
        """
        reach = LONGEST_MILKING
        stale = self._stale(cr, MILK, start - reach, end + reach)
        waiting = [
            (max(start, first), min(end, last)) for first, last in around(stale, reach)
        ]
        kept = SQL(
            "SELECT * FROM milkings WHERE %s AND bucket >= %s AND bucket < %s",
            SQL(_OF_DEVICES, devices),
            start,
            end,
        )
        waits = [SQL(" AND NOT (bucket >= %s AND bucket < %s)", *w) for w in waiting]
        made = [self._made_milkings(cr, devices, *span) for span in waiting]
        return SQL(" UNION ALL ").join([SQL("").join([kept, *waits]), *made])

    def _made_milkings(self, cr, devices, start, end):
        reach = LONGEST_MILKING
        quarters = self._fresh(cr, MILK, devices, start - reach, end + reach)
        return SQL(_MADE, quarters=quarters, reach=reach, start=start, end=end)


_OF_DEVICES = "device_id = ANY(%s)"
_TABLE = """
CREATE TABLE milkings (
    bucket timestamptz NOT NULL,
    device_id varchar(50) NOT NULL,
    animal_id integer,
    session_id varchar(50),
    liters double precision NOT NULL
);
CREATE INDEX ON milkings (device_id, bucket);
CREATE INDEX ON milkings (bucket);
"""
# It ends in the last quarter that a session has within the longest milking after it. So
# each quarter is in one milking, whichever span is looked at, also where a meter counts
# its sessions anew each day. It is of one animal, though not every message may say so.
_MADE = """
(SELECT bucket, device_id, max(animal_id) AS animal_id, session_id,
        coalesce(sum(total_volume), sum(reading_volume), 0) AS liters
   FROM (SELECT CASE WHEN session_id IS NULL THEN bucket
                     ELSE last_value(bucket) OVER (
                          PARTITION BY device_id, session_id ORDER BY bucket
                          RANGE BETWEEN CURRENT ROW AND %(reach)s FOLLOWING) END
                AS bucket, device_id, animal_id, session_id, total_volume,
                reading_volume
           FROM (%(quarters)s) AS quarters) AS parts
  WHERE bucket >= %(start)s AND bucket < %(end)s
  GROUP BY bucket, device_id, session_id,
           CASE WHEN session_id IS NULL THEN animal_id END)
"""
