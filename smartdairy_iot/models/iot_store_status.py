from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ..rollup import ROLLUPS
from .iot_store_partition import TABLES


class StoreTable(NamedTuple):
    """One table of readings, with its rollup's apart."""

    name: str
    size: int  # bytes, with indexes
    chunks: int
    compressed: int  # of the chunks


class Compressed(NamedTuple):
    """What compression made of the chunks that it has compressed, in bytes."""

    name: str  # of the table
    before: int
    after: int


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

    @api.model
    def _problem(self):
        """One line: what is wrong and what to do; empty: nothing is.

        What a load balancer asks each second: it measures nothing.
        """
        return ""  # Odoo's own database: who asks was answered by it

    @api.model
    def _table_sizes(self):
        """:return: list of :class:`StoreTable`; the store must not be away"""
        with self._cursor() as cr:
            # Raw SQL: the ORM knows no tables' sizes.
            cr.execute(SQL(_TABLES, [*TABLES, *(rollup.name for rollup in ROLLUPS)]))
            return [StoreTable(*row) for row in cr.fetchall()]

    @api.model
    def _compressed(self):
        """:return: list of :class:`Compressed`; none where the edition has no such"""
        return []

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
_TABLES = """
SELECT name,
       (pg_total_relation_size(whole.oid)
        + coalesce(sum(pg_total_relation_size(part.inhrelid)), 0))::bigint,
       count(part.inhrelid), 0
  FROM unnest(%s::text[]) AS name
  JOIN pg_class AS whole ON whole.oid = to_regclass(name)
  LEFT JOIN pg_inherits AS part ON part.inhparent = whole.oid
 GROUP BY name, whole.oid ORDER BY name
"""
