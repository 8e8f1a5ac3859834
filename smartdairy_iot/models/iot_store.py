"""The one seam between the add-ons: where readings are kept."""

import json
from collections import Counter
from contextlib import contextmanager
from datetime import datetime, timezone
from io import StringIO

import psycopg2.errors
from psycopg2 import Binary

from odoo import api, models
from odoo.tools import SQL, file_open

from ..ingest.rows import to_rows
from ..rollup import ROLLUPS

_FIRST = datetime(1, 1, 2, tzinfo=timezone.utc)
_LAST = datetime(9999, 1, 1, tzinfo=timezone.utc)
# Longer than a connection that is cut can go unnoticed: 1.5 × the keepalive.
_MARKS_KEPT = "3 minutes"


class IotStore(models.AbstractModel):
    """Readings, natively range-partitioned, in the Odoo database.

    ``smartdairy_iot_timescale`` inherits this and overrides :meth:`_cursor` and the
    partitioning. Contract: what was inserted is durable when the transaction of the
    call commits; a dedicated cursor has committed when the call returns.
    """

    _name = "iot.store"
    _description = "Time-Series Store"

    def init(self):
        self._create_schema()
        self._create_rollups()

    @api.model
    def _create_schema(self):
        """Tables, keys and indexes; idempotent."""
        with file_open("smartdairy_iot/data/store_schema.sql") as sql:
            self.env.cr.execute(sql.read())

    @contextmanager
    def _cursor(self):
        """A cursor of the database that holds the readings.

        :raise StoreAwayError: another database than Odoo's does not answer
        """
        yield self.env.cr

    @api.model
    def _settle(self):
        """Return when everybody who reads is shown what this call's store has stored.

        For what a person changes and looks at next. In Odoo's own database, that is
        when the transaction commits.
        """

    # Write side -----------------------------------------------------------------

    @api.model
    def _insert(self, samples, session=None, marks=b""):
        """Store samples; what the store already has is absorbed by the unique key.

        :param samples: list of :class:`~..ingest.message.Sample`
        :param session, marks: what to remember of their delivery in the same
            transaction, see :meth:`_marks`
        :return: ``(rows, new rows)``
        :raise psycopg2.DataError: a row that no column can take
        """
        rows = new = 0
        if not samples and not marks:
            return rows, new
        with self._cursor() as cr:
            for table, columns, lines in to_rows(samples):
                self._make_room(cr, table, samples)
                rows += len(lines)
                new += self._copy(cr, table, columns, lines)
            if new:
                self._touch_rollups(cr, samples)
            if marks:
                cr.execute(
                    SQL(
                        "INSERT INTO redelivery_marks (session, marks) VALUES (%s, %s)",
                        session,
                        Binary(marks),
                    )
                )
        return rows, new

    @api.model
    def _marks(self, session):
        """All that is kept of the deliveries of that MQTT session, oldest first.

        :return: bytes for :meth:`~..ingest.redelivery.Redelivery.learn`
        """
        with self._cursor() as cr:
            cr.execute(
                SQL(
                    "SELECT marks FROM redelivery_marks WHERE session = %s"
                    " ORDER BY committed_at",
                    session,
                )
            )
            return b"".join(bytes(marks) for (marks,) in cr.fetchall())

    @api.model
    def _forget_marks(self, session):
        """Those that the broker had time enough to hear the acknowledgement of."""
        with self._cursor() as cr:
            cr.execute(
                SQL(
                    "DELETE FROM redelivery_marks"
                    " WHERE session = %s AND committed_at < now() - interval %s",
                    session,
                    _MARKS_KEPT,
                )
            )

    @api.model
    def _insert_status(self, statuses):
        """:param statuses: list of :class:`~..ingest.message.StatusChange`"""
        statuses = [status for status in statuses if not status.is_retained]
        if not statuses:
            return
        with self._cursor() as cr:
            self._make_room(cr, "device_status", statuses)
            cr.execute(
                SQL(
                    "INSERT INTO device_status (time, device_id, is_online) VALUES %s"
                    " ON CONFLICT DO NOTHING",
                    SQL(", ").join(
                        SQL("(%s, %s, %s)", s.received_at, s.device_id, s.is_online)
                        for s in statuses
                    ),
                )
            )

    @api.model
    def _insert_history(self, table, rows):
        """What Odoo itself has to tell, see :class:`IotStoreOutbox`.

        :param rows: list of ``{column: value}``; ``time`` is an ISO 8601 text
        :raise psycopg2.DataError: a row that no column can take; nothing is stored
        """
        times = [datetime.fromisoformat(row["time"]) for row in rows]
        # Raw SQL: tables of the store are no models.
        with self._cursor() as cr, cr.savepoint(flush=False):
            self._make_partitions(cr, table, {(t.year, t.month) for t in times})
            cr.execute(
                SQL(
                    "INSERT INTO %(table)s SELECT * FROM"
                    " jsonb_populate_recordset(NULL::%(table)s, %(rows)s)"
                    " ON CONFLICT DO NOTHING",
                    table=SQL.identifier(table),
                    rows=json.dumps(rows),
                ),
                log_exceptions=False,
            )

    def _copy(self, cr, table, columns, lines):
        """COPY; only a batch that meets a row we already have takes the slower path.

        :return: how many lines were new
        """
        # Raw SQL: COPY is ten times faster than INSERT, and the ORM has neither.
        target = f"{table} ({', '.join(columns)})"
        try:
            with cr.savepoint(flush=False):
                cr.copy_expert(f"COPY {target} FROM STDIN", StringIO("".join(lines)))
            return len(lines)
        except psycopg2.errors.UniqueViolation:
            return self._copy_new(cr, table, columns, lines)

    def _copy_new(self, cr, table, columns, lines):
        staging = SQL.identifier(f"staging_{table}")
        names = SQL(", ").join(map(SQL.identifier, columns))
        cr.execute(
            SQL(
                "CREATE TEMPORARY TABLE %s ON COMMIT DROP AS"
                " SELECT %s FROM %s WITH NO DATA",
                staging,
                names,
                SQL.identifier(table),
            )
        )
        cr.copy_expert(
            f"COPY staging_{table} ({', '.join(columns)}) FROM STDIN",
            StringIO("".join(lines)),
        )
        cr.execute(
            SQL(
                "INSERT INTO %s (%s) SELECT %s FROM %s ON CONFLICT DO NOTHING",
                SQL.identifier(table),
                names,
                names,
                staging,
            )
        )
        new = cr.rowcount
        cr.execute(SQL("DROP TABLE %s", staging))
        return new

    # Read side ------------------------------------------------------------------

    @api.model
    def _count_readings(self, device_ids):
        """``{device_id: rows}`` of the devices that ever had any, dropped ones too.

        From rollups: the rows of a device become millions.
        """
        counts = Counter()
        with self._cursor() as cr:
            for rollup in ROLLUPS:
                quarters = self._fresh(cr, rollup, device_ids, _FIRST, _LAST)
                cr.execute(SQL(_COUNTS, quarters=quarters))
                for device_id, rows in cr.fetchall():
                    counts[device_id] += rows
        return dict(counts)


_COUNTS = """
SELECT device_id, sum(reading_count + fault_count)::bigint
  FROM (%(quarters)s) AS quarters
 GROUP BY device_id
"""
