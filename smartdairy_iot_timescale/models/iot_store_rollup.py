import logging

from odoo import models, tools
from odoo.tools import SQL

from odoo.addons.smartdairy_iot.rollup import ROLLUPS

from .. import connection, schema

_logger = logging.getLogger(__name__)

_BUCKET = "time_bucket('15 minutes', time)"
# A day inside the raw readings' retention: a refresh over a time whose readings were
# dropped would erase what was computed of them.
_WINDOW_DAYS = {
    "temperature_readings": 189,
    "sensor_readings": 89,
    "milk_meter_readings": 179,
}


class IotStore(models.AbstractModel):
    """Rollups where TimescaleDB keeps them: continuous aggregates (Community edition).

    The Apache edition has none; there they are tables, kept up as without TimescaleDB.
    """

    _inherit = "iot.store"

    @tools.ormcache()
    def _edition(self):
        return schema.edition_of(connection.dedicated_cursor)

    @tools.ormcache()
    def _keeps_rollups(self):
        """Whether TimescaleDB does, so that there is nothing to mark.

        A server that got the Community edition later goes on with its tables: to make
        continuous aggregates of them would lose what was computed of dropped readings.
        """
        with self._cursor() as cr:
            cr.execute(
                "SELECT 1 FROM timescaledb_information.continuous_aggregates"
                " WHERE view_name = %s",
                [ROLLUPS[0].name],
            )
            return bool(cr.rowcount)

    def _create_rollup(self, cr, rollup):
        if self._edition() != "timescale":
            super()._create_rollup(cr, rollup)
            cr.execute(_TO_HYPERTABLE, [rollup.name])
            return
        cr.execute(
            f"CREATE MATERIALIZED VIEW {rollup.name} WITH (timescaledb.continuous,"
            f" timescaledb.materialized_only = FALSE) AS {rollup.select(_BUCKET)}"
            " WITH NO DATA"
        )
        cr.execute(
            SQL(
                "SELECT add_continuous_aggregate_policy(%s, start_offset => %s,"
                " end_offset => INTERVAL '15 minutes',"
                " schedule_interval => INTERVAL '15 minutes')",
                rollup.name,
                f"{_WINDOW_DAYS[rollup.table]} days",
            )
        )

    def _touch_rollups(self, cr, samples):
        if not self._keeps_rollups():
            super()._touch_rollups(cr, samples)

    def _refresh_rollups(self):
        if not self._keeps_rollups():
            return super()._refresh_rollups()
        with connection.autocommit_cursor() as cr:
            for rollup in ROLLUPS:
                cr.execute(
                    "CALL refresh_continuous_aggregate(%s, now() - %s::interval, NULL)",
                    [rollup.name, f"{_WINDOW_DAYS[rollup.table]} days"],
                )
        return 0

    def _mark_span(self, cr, table, start=None, end=None):
        if not self._keeps_rollups():
            super()._mark_span(cr, table, start, end)


_TO_HYPERTABLE = (
    "SELECT create_hypertable(%s::regclass, 'bucket', create_default_indexes => FALSE,"
    " chunk_time_interval => INTERVAL '90 days', migrate_data => TRUE)"
)
