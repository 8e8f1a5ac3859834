from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from psycopg2.errors import DeadlockDetected, LockNotAvailable

from odoo import api, models
from odoo.tools import SQL

from ..archive.summary import ArchiveError, Hash, Summary


class Chunk(NamedTuple):
    """What is dropped at once: a month here, a day or a week in TimescaleDB."""

    name: str  # as the database has it
    start: datetime  # aware
    end: datetime


class IotStore(models.AbstractModel):
    """How readings leave the database: exported, compared, dropped; and come back."""

    _inherit = "iot.store"

    @api.model
    def _chunks(self, table, before):
        """:class:`Chunk` of each that lies wholly before that time, oldest first."""
        with self._cursor() as cr:
            chunks = partitions(cr, table)
        return [chunk for chunk in chunks if chunk.end <= before]

    @api.model
    def _describe(self, table):
        """``{column: type}``"""
        with self._cursor() as cr:
            cr.execute(SQL(_COLUMNS, table))
            return dict(cr.fetchall())

    @api.model
    def _export_chunk(self, table, chunk, file):
        """Write it as CSV; :return: rows"""
        with self._cursor() as cr:
            return self._copy_out(cr, table, chunk, file)

    @api.model
    def _sum_up_chunk(self, table, chunk):
        """:return: :class:`~..archive.summary.Summary` of what is in it now"""
        with self._cursor() as cr:
            return self._sum_up(cr, table, chunk)

    def _copy_out(self, cr, table, chunk, file, source=None):
        write_plainly(cr)
        query = SQL(
            "SELECT * FROM %s WHERE time >= %s AND time < %s ORDER BY %s",
            SQL.identifier(source or table),
            chunk.start,
            chunk.end,
            in_order(KEYS[table]),
        )
        copied = cr.mogrify(query).decode()
        cr.copy_expert(f"COPY ({copied}) TO STDOUT (FORMAT csv, HEADER)", file)
        return cr.rowcount

    @api.model
    def _drop_archived(self, table, chunk, summary):
        """Drop it, if it still is what was archived.

        Its rollups stay, and are not made again of what may come late of that time.

        :param summary: :class:`~..archive.summary.Summary`; None: it is not archived
        :return: False when something was stored in it meanwhile, or it is in use
        """
        try:
            with self._cursor() as cr, cr.savepoint(flush=False):
                cr.execute(SQL("SET LOCAL lock_timeout = %s", _PATIENCE))
                # Neither rolled up meanwhile, nor written: a late reading waits until
                # it is gone, and then makes a chunk of its own. Rows never change, so
                # their number tells whether one has come.
                cr.execute("LOCK TABLE retention_horizon IN EXCLUSIVE MODE")
                self._lock_chunk(cr, chunk)
                if summary and self._count_rows(cr, table, chunk) != summary.rows:
                    return False
                self._drop_chunk(cr, table, chunk)
                cr.execute(SQL(_RAISE_HORIZON, table, chunk.end))
                cr.execute("SET LOCAL lock_timeout = DEFAULT")
        except (LockNotAvailable, DeadlockDetected):
            return False
        return True

    def _count_rows(self, cr, table, chunk):
        cr.execute(
            SQL(
                "SELECT count(*) FROM %s WHERE time >= %s AND time < %s",
                SQL.identifier(table),
                chunk.start,
                chunk.end,
            )
        )
        return cr.fetchone()[0]

    def _sum_up(self, cr, table, chunk, source=None):
        content = Hash()
        rows = self._copy_out(cr, table, chunk, content, source)
        return Summary(rows, content.hexdigest())

    def _lock_chunk(self, cr, chunk):
        cr.execute(SQL("LOCK TABLE %s IN EXCLUSIVE MODE", _name(chunk.name)))

    def _drop_chunk(self, cr, table, chunk):
        cr.execute(SQL("DROP TABLE %s", _name(chunk.name)))

    @api.model
    def _restore_rows(self, table, chunk, columns, file, summary):
        """Bring back what is missing; rollups were never gone, and stay as they are.

        :param columns: names, in the file's order
        :param file: of CSV with a header line
        :param summary: what the rows must sum up to
        :return: how many rows were new
        :raise ArchiveError: they are not what was archived; nothing is restored
        """
        names = SQL(", ").join(map(SQL.identifier, columns))
        target = SQL.identifier(table)
        with self._cursor() as cr:
            last = chunk.end - timedelta(microseconds=1)
            months = {(time.year, time.month) for time in (chunk.start, last)}
            self._make_partitions(cr, table, months)
            cr.execute(
                SQL(
                    "CREATE TEMPORARY TABLE restored ON COMMIT DROP AS"
                    " SELECT %s FROM %s WITH NO DATA",
                    names,
                    target,
                )
            )
            cr.copy_expert("COPY restored FROM STDIN (FORMAT csv, HEADER)", file)
            if self._sum_up(cr, table, chunk, "restored") != summary:
                raise ArchiveError("it does not hold what was archived")
            cr.execute(
                SQL(
                    "INSERT INTO %s (%s) SELECT %s FROM restored"
                    " ON CONFLICT DO NOTHING",
                    target,
                    names,
                    names,
                )
            )
            new = cr.rowcount
            cr.execute("DROP TABLE restored")
        return new

    def _follow_retention(self):
        """The days to keep have changed."""

    def _settle_rollups(self, table, chunk):
        """Nothing of it must wait for its rollup when it is dropped."""
        self._refresh_rollups()


def partitions(cr, table):
    """:class:`Chunk` of each month of the store without TimescaleDB, oldest first."""
    cr.execute(_PARTITIONS, [table])
    return sorted(Chunk(name, *_month_named(name)) for (name,) in cr.fetchall())


def write_plainly(cr):
    """The same rows must give the same bytes, whoever asks and whenever."""
    cr.execute("SET LOCAL timezone = 'UTC'")
    cr.execute("SET LOCAL datestyle = 'ISO'")
    cr.execute("SET LOCAL extra_float_digits = 1")


def in_order(names, alias=None):
    """SQL of an order that is the same in every database, whatever its language.

    :param names: of columns
    """
    terms = []
    for name in names:
        column = SQL.identifier(alias, name) if alias else SQL.identifier(name)
        terms.append(SQL('%s COLLATE "C"', column) if name in _TEXTS else column)
    return SQL(", ").join(terms)


def _month_named(name):
    year, month = map(int, name.split("_")[-2:])
    start = datetime(year, month, 1, tzinfo=timezone.utc)
    return start, start.replace(year=year + month // 12, month=month % 12 + 1)


def _name(name):
    return SQL.identifier(*name.split("."))


# The unique key of each: the same rows, in the same order.
KEYS = {
    "temperature_readings": ("device_id", "time"),
    "milk_meter_readings": ("device_id", "time", "message_type"),
    "sensor_readings": ("device_id", "reading_type", "time"),
    "device_status": ("device_id", "time"),
    "alert_history": ("alert_id", "time"),
}
_TEXTS = {"device_id", "reading_type", "message_type", "alert_id", "session_id"}
_PATIENCE = "10s"  # who waits for a lock on a table holds up those who come after
_PARTITIONS = """
SELECT relid::text FROM pg_partition_tree(%s::regclass) WHERE isleaf AND level = 1
"""
_COLUMNS = """
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
 WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
_RAISE_HORIZON = """
INSERT INTO retention_horizon AS known (table_name, dropped_before) VALUES (%s, %s)
    ON CONFLICT (table_name) DO UPDATE
   SET dropped_before = greatest(known.dropped_before, EXCLUDED.dropped_before)
"""
