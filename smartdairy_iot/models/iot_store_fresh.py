from odoo import models
from odoo.tools import SQL

from ..rollup import quarter_of
from .iot_store_rollup import BUCKET, QUARTER

_MAX_RUNS = 50  # each is a part of the query


class IotStore(models.AbstractModel):
    """Rollups as they are now: quarters still to be computed are made of readings."""

    _inherit = "iot.store"

    def _fresh(self, cr, rollup, devices, start, end, cut=()):
        """SQL of the rollup's rows, those not yet up to date made of readings.

        :param devices: their ids; None for all
        :param start, end: aware datetimes
        :param cut: quarters that they cut; of these only readings of the span count
        """
        stale = sorted({*self._stale(cr, rollup, quarter_of(start), end), *cut})
        of_devices = SQL("TRUE")
        if devices is not None:
            of_devices = SQL("device_id = ANY(%s)", list(devices))
        kept = SQL(
            "SELECT %s FROM %s"
            " WHERE %s AND bucket >= %s AND bucket < %s"
            " AND bucket <> ALL(%s::timestamptz[])",
            SQL(", ".join(rollup.columns)),
            SQL.identifier(self._rollup_source(cr, rollup)),
            of_devices,
            start,
            end,
            stale,
        )
        if not stale:
            return kept
        where = f"%s AND time >= %s AND time < %s AND {BUCKET} = ANY(%s::timestamptz[])"
        made = [
            SQL(
                rollup.select(BUCKET, where),
                of_devices,
                max(start, first),
                min(end, last + QUARTER),
                stale,
            )
            for first, last in runs(stale)
        ]
        return SQL(" UNION ALL ").join([kept, *made])

    def _rollup_source(self, cr, rollup):
        """The table or view that has its rows."""
        return rollup.name

    def _stale(self, cr, rollup, start, end):
        """The quarters that wait for their rollup and can be made of readings."""
        cr.execute(SQL(_STALE, table=rollup.table, start=start, end=end))
        return [bucket for (bucket,) in cr.fetchall()]


def runs(quarters):
    """``[(first, last)]`` of those that follow each other; in one if there are many.

    :param quarters: sorted
    """
    runs = []
    for quarter in quarters:
        if runs and quarter - runs[-1][1] <= QUARTER:
            runs[-1] = (runs[-1][0], quarter)
        else:
            runs.append((quarter, quarter))
    return runs if len(runs) <= _MAX_RUNS else [(quarters[0], quarters[-1])]


_STALE = """
SELECT DISTINCT bucket FROM rollup_dirty
 WHERE table_name = %(table)s AND bucket >= %(start)s AND bucket < %(end)s
   AND bucket >= coalesce((SELECT dropped_before FROM retention_horizon
                            WHERE table_name = %(table)s), '-infinity')
"""
