from datetime import datetime, timedelta, timezone

from odoo import models, tools
from odoo.tools import SQL

from odoo.addons.smartdairy_iot.models.iot_store_fresh import runs
from odoo.addons.smartdairy_iot.models.iot_store_rollup import QUARTER
from odoo.addons.smartdairy_iot.rollup import MILK, ROLLUPS, TABLE_OF_TYPE

from .. import connection, schema

_BUCKET = "time_bucket('15 minutes', time)"
_DAYS = 90  # where no retention says how long readings are kept


class IotStore(models.AbstractModel):
    """Rollups where TimescaleDB keeps them: continuous aggregates (Community edition).

    The Apache edition has none; there they are tables, kept up as without TimescaleDB.
    What was computed elsewhere cannot be put into a continuous aggregate, so there the
    name that is read is a view: of the aggregate, and of a table of moved quarters.
    """

    _inherit = "iot.store"

    @tools.ormcache()
    def _edition(self):
        return schema.edition_of(connection.dedicated_cursor)

    @tools.ormcache()
    def _keeps_rollups(self):
        """Whether TimescaleDB does.

        A server that got the Community edition later goes on with its tables: to make
        continuous aggregates of them would lose what was computed of dropped readings.
        """
        with self._cursor() as cr:
            cr.execute(
                "SELECT 1 FROM timescaledb_information.continuous_aggregates"
                " WHERE view_name = %s",
                [aggregate_of(ROLLUPS[0])],
            )
            return bool(cr.rowcount)

    def _create_rollup(self, cr, rollup):
        if self._edition() != "timescale":
            super()._create_rollup(cr, rollup)
            cr.execute(_TO_HYPERTABLE, [rollup.name])
            return
        cr.execute(
            SQL(
                "CREATE MATERIALIZED VIEW %s WITH (timescaledb.continuous,"
                " timescaledb.materialized_only = FALSE) AS %s WITH NO DATA",
                SQL.identifier(aggregate_of(rollup)),
                SQL(rollup.select(_BUCKET)),
            )
        )
        cr.execute(
            SQL(
                _WITH_MOVED,
                name=SQL.identifier(rollup.name),
                aggregate=SQL.identifier(aggregate_of(rollup)),
                moved=SQL.identifier(_moved_of(rollup)),
                columns=SQL(", ").join(map(SQL.identifier, rollup.columns)),
            )
        )
        self._set_policy(cr, rollup)

    def _moved_to(self, rollup):
        """The table for rows of it that were computed elsewhere."""
        return _moved_of(rollup) if self._keeps_rollups() else rollup.name

    def _rollup_source(self, cr, rollup):
        """Not the view, where nothing was moved: it costs as much as the aggregate."""
        if not self._keeps_rollups():
            return super()._rollup_source(cr, rollup)
        moved = SQL.identifier(_moved_of(rollup))
        cr.execute(SQL("SELECT EXISTS (SELECT FROM %s)", moved))
        return rollup.name if cr.fetchone()[0] else aggregate_of(rollup)

    def _set_policy(self, cr, rollup):
        cr.execute(
            "SELECT remove_continuous_aggregate_policy(%s, if_exists => TRUE)",
            [aggregate_of(rollup)],
        )
        cr.execute(
            SQL(
                "SELECT add_continuous_aggregate_policy(%s, start_offset => %s,"
                " end_offset => INTERVAL '15 minutes',"
                " schedule_interval => INTERVAL '15 minutes')",
                aggregate_of(rollup),
                self._reach(cr, rollup.table),
            )
        )

    def _reach(self, cr, table):
        """How far back a refresh may go: a day less than readings are kept.

        Over a time whose readings were dropped it would erase what was made of them,
        also where readings are to be kept for longer than they were until now.
        """
        days = self.env["iot.retention"]._days_of(table) or _DAYS
        cr.execute(_SINCE_DROPPED, [table])
        kept = [since for (since,) in cr.fetchall()]
        return max(timedelta(days=1), min([timedelta(days=days - 1), *kept]))

    def _touch_rollups(self, cr, samples):
        if self._keeps_rollups():
            # What is younger, a query adds by itself (materialized_only is off); but
            # of milk meters each message marks where milkings are to be made.
            added = datetime.now(timezone.utc) - QUARTER
            samples = [s for s in samples if s.time < added or _is_milk(s)]
        super()._touch_rollups(cr, samples)

    def _recompute_all(self, cr, quarters, horizons):
        """Late readings need not wait for the policy, nor be within its reach."""
        if not self._keeps_rollups():
            super()._recompute_all(cr, quarters, horizons)
            return
        for rollup in ROLLUPS:
            # Raw SQL: TimescaleDB's catalogue.
            cr.execute(_WATERMARK, [aggregate_of(rollup)])
            ((watermark,),) = cr.fetchall()
            horizon = horizons.get(rollup.table, _EVER)
            late = sorted(
                bucket
                for table, bucket in quarters
                if table == rollup.table and horizon <= bucket < watermark
            )
            if not late:
                continue
            # A refresh runs in no transaction; this one holds off who drops meanwhile.
            with connection.autocommit_cursor() as own:
                for first, last in runs(late):
                    own.execute(REFRESH, [aggregate_of(rollup), first, last + QUARTER])


_EVER = datetime(1, 1, 2, tzinfo=timezone.utc)
REFRESH = "CALL refresh_continuous_aggregate(%s, %s, %s)"
# From then on a query adds what was not refreshed yet.
_WATERMARK = """
SELECT greatest(_timescaledb_functions.to_timestamp(
           _timescaledb_functions.cagg_watermark(mat_hypertable_id)), '2000-01-01')
  FROM _timescaledb_catalog.continuous_agg WHERE user_view_name = %s
"""
_SINCE_DROPPED = (
    "SELECT now() - dropped_before FROM retention_horizon WHERE table_name = %s"
)


def _is_milk(sample):
    return TABLE_OF_TYPE.get(sample.device_type) == MILK.table


def aggregate_of(rollup):
    """The continuous aggregate's name (Community edition)."""
    return f"{rollup.name}_live"


def _moved_of(rollup):
    return f"{rollup.name}_moved"


# A moved quarter was made of readings that are gone: it counts, whatever comes late.
_WITH_MOVED = """
CREATE TABLE %(moved)s AS SELECT %(columns)s FROM %(aggregate)s WITH NO DATA;
CREATE INDEX ON %(moved)s (device_id, bucket);
CREATE INDEX ON %(moved)s (bucket);
CREATE VIEW %(name)s AS
SELECT %(columns)s FROM %(aggregate)s AS live
 WHERE NOT EXISTS (SELECT FROM %(moved)s AS moved
                    WHERE moved.bucket = live.bucket
                      AND moved.device_id = live.device_id)
 UNION ALL
SELECT %(columns)s FROM %(moved)s;
"""
_TO_HYPERTABLE = (
    "SELECT create_hypertable(%s::regclass, 'bucket', create_default_indexes => FALSE,"
    " chunk_time_interval => INTERVAL '90 days', migrate_data => TRUE)"
)
