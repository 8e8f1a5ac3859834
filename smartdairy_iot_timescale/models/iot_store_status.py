from odoo import models

from odoo.addons.smartdairy_iot.errors import StoreAwayError
from odoo.addons.smartdairy_iot.models.iot_store_status import (
    Compressed,
    StoreStatus,
    StoreTable,
    postgresql_version,
)

from .. import connection


class IotStore(models.AbstractModel):
    _inherit = "iot.store"

    def _status(self):
        problem = connection.find_problem()
        try:
            where = connection.describe()
            with connection.dedicated_cursor() as cr:
                cr.execute(_VERSION)
                version = cr.fetchone()
                size = 0 if problem else self._size(cr)
                return StoreStatus(
                    self._edition() if version else "timescale",
                    version[0] if version else "",
                    postgresql_version(cr),
                    where,
                    size,
                    problem,
                )
        except StoreAwayError:
            return StoreStatus("timescale", "", "", "", 0, problem)

    def _problem(self):
        return connection.find_problem()

    def _table_sizes(self):
        with connection.dedicated_cursor() as cr:
            # Raw SQL: TimescaleDB knows its chunks.
            cr.execute(_TABLES)
            return [StoreTable(*row) for row in cr.fetchall()]

    def _compressed(self):
        with connection.dedicated_cursor() as cr:
            # Raw SQL: TimescaleDB's own account.
            cr.execute(_COMPRESSED)
            return [Compressed(*row) for row in cr.fetchall()]

    def _size(self, cr):
        # Raw SQL: TimescaleDB knows how large its chunks are.
        cr.execute(_SIZE)
        return cr.fetchone()[0]


_VERSION = "SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'"
_SIZE = """
SELECT coalesce(sum(hypertable_size(format('%I.%I', schema, name)::regclass)), 0)::int8
  FROM (SELECT hypertable_schema, hypertable_name
          FROM timescaledb_information.hypertables
         UNION
        SELECT materialization_hypertable_schema, materialization_hypertable_name
          FROM timescaledb_information.continuous_aggregates) AS tables (schema, name)
"""
# A continuous aggregate goes by the name that people know it by.
_TABLES = """
SELECT tables.name,
       coalesce(hypertable_size(
           format('%I.%I', schema, hypertable)::regclass), 0)::bigint,
       count(chunk_name), count(*) FILTER (WHERE is_compressed)
  FROM (SELECT hypertable_name, hypertable_schema, hypertable_name
          FROM timescaledb_information.hypertables
         UNION
        SELECT view_name, materialization_hypertable_schema,
               materialization_hypertable_name
          FROM timescaledb_information.continuous_aggregates)
    AS tables (name, schema, hypertable)
  LEFT JOIN timescaledb_information.chunks
         ON hypertable_schema = schema AND hypertable_name = hypertable
 GROUP BY tables.name, schema, hypertable
 ORDER BY tables.name
"""
# The Apache edition compresses no table, so it is asked of none there.
_COMPRESSED = """
SELECT hypertable_name, sum(before_compression_total_bytes)::bigint,
       sum(after_compression_total_bytes)::bigint
  FROM timescaledb_information.hypertables,
       hypertable_compression_stats(
           format('%I.%I', hypertable_schema, hypertable_name)::regclass)
 WHERE compression_enabled
 GROUP BY 1 HAVING sum(before_compression_total_bytes) > 0 ORDER BY 1
"""
