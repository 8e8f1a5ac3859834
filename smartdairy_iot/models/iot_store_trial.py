from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ..rules.trial import Quarter
from .iot_store_rollup import BUCKET

_QUARTER = timedelta(minutes=15)


class IotStore(models.AbstractModel):
    """Where in the past a rule may have something to tell."""

    _inherit = "iot.store"

    @api.model
    def _quarters_outside(self, rules, start, end):
        """Quarters that are not all inside, and the first one after each that is.

        :param rules: ``{device_id: Rule}``, all of the same kind and reading type
        :param start, end: aware datetimes
        :return: ``{device_id: [Quarter, …]}``, in order of time
        """
        rule = next(iter(rules.values()))
        by_quarter = True  # humidity's have a minimum, too
        is_rate = rule.kind == "rate"
        found = {}
        with self._cursor() as cr:
            rows = self._numbers(
                cr, list(rules), rule.reading_type, start, end, by_quarter
            )
            cr.execute(
                SQL(
                    _OUTSIDE,
                    rows=rows,
                    bucket=SQL(BUCKET),
                    bounds=SQL(
                        "unnest(%s::varchar[], %s::float8[], %s::float8[],"
                        " %s::float8[])",
                        list(rules),
                        [rule.low for rule in rules.values()],
                        [rule.high for rule in rules.values()],
                        [rule.deadband for rule in rules.values()],
                    ),
                    fall=SQL("low - max(high) OVER recent" if is_rate else "low"),
                    rise=SQL("high - min(low) OVER recent" if is_rate else "high"),
                    within=rule.window + _QUARTER,
                )
            )
            for device_id, *quarter in cr.fetchall():
                found.setdefault(device_id, []).append(Quarter(*quarter))
        return found


_OUTSIDE = """
WITH bound AS MATERIALIZED (
    SELECT * FROM %(bounds)s AS bound (device_id, lowest, highest, deadband)
), quarters AS (
    SELECT device_id, %(bucket)s AS bucket, min(low) AS low, max(high) AS high,
           sum(n)::bigint AS n
      FROM (%(rows)s)
        AS rows (device_id, time, low, total, squares, high, n, alarms, faults)
     WHERE n > 0
     GROUP BY 1, 2
), moved AS (
    SELECT device_id, bucket, n, %(fall)s AS fall, %(rise)s AS rise FROM quarters
    WINDOW recent AS (PARTITION BY device_id ORDER BY bucket
                      RANGE BETWEEN %(within)s PRECEDING AND CURRENT ROW)
), judged AS (
    SELECT device_id, bucket, n,
           CASE WHEN rise > highest OR fall < lowest THEN 2
                WHEN rise > highest - deadband OR fall < lowest + deadband THEN 1
                ELSE 0 END AS state
      FROM moved JOIN bound USING (device_id)
), followed AS (
    SELECT *, lag(state, 1, 0) OVER (PARTITION BY device_id ORDER BY bucket) AS before
      FROM judged
)
SELECT device_id, bucket, state, n FROM followed
 WHERE state > 0 OR before > 0
 ORDER BY device_id, bucket
"""
