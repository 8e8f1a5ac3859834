from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ..rollup import ROLLUPS
from .iot_store_partition import TABLES


class StoreStatus(NamedTuple):
    """Where the readings are, for people."""

    edition: str  # base, or TimescaleDB's: apache, timescale (Community)
    timescaledb: str  # its version, empty without
    postgresql: str  # its version
    where: str  # without password
    size: int  # bytes of the tables, with their indexes and rollups
    problem: str  # one line: what is wrong and what to do; empty: nothing is


class IotStore(models.AbstractModel):
    """What Settings shows of the store."""

    _inherit = "iot.store"

    @api.model
    def _status(self):
        """:class:`StoreStatus`; never raises when the store is away"""
        with self._cursor() as cr:
            return StoreStatus(
                self._edition(),
                "",
                postgresql_version(cr),
                cr.dbname,
                self._size(cr),
                "",
            )

    def _size(self, cr):
        # Raw SQL: the ORM knows no tables' sizes.
        cr.execute(SQL(_SIZE, [*TABLES, *(rollup.name for rollup in ROLLUPS)]))
        return cr.fetchone()[0]


def postgresql_version(cr):
    version = cr.connection.server_version
    return f"{version // 10000}.{version % 10000}"


_SIZE = """
SELECT coalesce(sum(pg_total_relation_size(pg_class.oid)), 0)::bigint
  FROM unnest(%s::text[]) AS name
  JOIN pg_class ON pg_class.oid = to_regclass(name) OR pg_class.oid IN (
       SELECT inhrelid FROM pg_inherits WHERE inhparent = to_regclass(name))
"""
