from odoo import models
from odoo.tools import SQL

from odoo.addons.smartdairy_iot.models.iot_store_retention import Chunk
from odoo.addons.smartdairy_iot.rollup import ROLLUP_OF_TABLE

from .. import connection
from .iot_store_rollup import REFRESH, aggregate_of


class IotStore(models.AbstractModel):
    """Chunks are TimescaleDB's. Its own retention policies (Community) serve where
    nothing is archived first; they would drop what was not.
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
        with connection.autocommit_cursor() as cr:
            cr.execute(
                REFRESH, [aggregate_of(ROLLUP_OF_TABLE[table]), chunk.start, chunk.end]
            )

    def _follow_retention(self):
        """The policies of refreshing must not reach what is dropped."""
        if self._edition() != "timescale":
            return
        with self._cursor() as cr:
            if self._keeps_rollups():
                for rollup in ROLLUP_OF_TABLE.values():
                    self._set_policy(cr, rollup)
            # sudo - iot.retention: what is set, whoever upgrades.
            for kept in self.env["iot.retention"].sudo().search([]):
                cr.execute(_NO_RETENTION, [kept.table_name])
                if not kept.is_archived:
                    cr.execute(_RETENTION, [kept.table_name, f"{kept.days} days"])


_NO_RETENTION = "SELECT remove_retention_policy(%s, if_exists => TRUE)"
_RETENTION = "SELECT add_retention_policy(%s, drop_after => %s::interval)"
_CHUNKS = """
SELECT format('%%s.%%s', chunk_schema, chunk_name), range_start, range_end
  FROM timescaledb_information.chunks
 WHERE hypertable_name = %s AND range_end <= %s
 ORDER BY range_start
"""
