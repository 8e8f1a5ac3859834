from datetime import datetime, timezone

from odoo import models
from odoo.tools import SQL

from odoo.addons.smartdairy_iot.models.iot_store_retention import Chunk
from odoo.addons.smartdairy_iot.models.iot_store_rollup import QUARTER
from odoo.addons.smartdairy_iot.rollup import ROLLUP_OF_TABLE, quarter_of

from .. import connection
from .iot_store_rollup import REFRESH, aggregate_of


class IotStore(models.AbstractModel):
    """Chunks are TimescaleDB's. Its own retention policies are not used: they drop what
    was not archived or has just been restored, and raise no horizon.
    """

    _inherit = "iot.store"

    def _chunks(self, table, before):
        if self.env["iot.store.move"]._is_moving(table):
            return []  # what was copied must still be there to be compared
        with self._cursor() as cr:
            cr.execute(SQL(_CHUNKS, table, before))
            return [Chunk(*row) for row in cr.fetchall()]

    def _drop_chunk(self, cr, table, chunk):
        cr.execute(
            SQL(
                "SELECT drop_chunks(%s::regclass, older_than => %s, newer_than => %s)",
                table,
                chunk.end,
                chunk.start,
            )
        )

    def _settle_rollups(self, table, chunk):
        if table not in ROLLUP_OF_TABLE or not self._keeps_rollups():
            super()._settle_rollups(table, chunk)
            return
        # Not what was dropped before, of which one late reading may be left; and not
        # now: beyond the last refresh a query adds what is new by itself.
        with self._cursor() as cr:
            cr.execute(_HORIZON, [table])
            horizons = [horizon for (horizon,) in cr.fetchall()]
        start = max([chunk.start, *horizons])
        end = min(chunk.end, quarter_of(datetime.now(timezone.utc)) - QUARTER)
        if start < end:
            with connection.autocommit_cursor() as cr:
                cr.execute(REFRESH, [aggregate_of(ROLLUP_OF_TABLE[table]), start, end])

    def _follow_retention(self):
        """The policies of refreshing must not reach what is dropped."""
        if self._keeps_rollups():
            with self._cursor() as cr:
                for rollup in ROLLUP_OF_TABLE.values():
                    self._set_policy(cr, rollup)


_HORIZON = "SELECT dropped_before FROM retention_horizon WHERE table_name = %s"
_CHUNKS = """
SELECT format('%%s.%%s', chunk_schema, chunk_name), range_start, range_end
  FROM timescaledb_information.chunks
 WHERE hypertable_name = %s AND range_end <= %s
 ORDER BY range_start
"""
