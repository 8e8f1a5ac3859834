from contextlib import contextmanager
from tempfile import TemporaryFile

from odoo import models
from odoo.tools import SQL

from odoo.addons.smartdairy_iot.models.iot_store_partition import TABLES
from odoo.addons.smartdairy_iot.models.iot_store_retention import partitions
from odoo.addons.smartdairy_iot.rollup import ROLLUP_OF_TABLE

from .. import transfer


class IotStore(models.AbstractModel):
    """Readings that Odoo's database still has, and how they get into this one.

    Odoo's side is ``self.env.cr``, the other :meth:`_cursor`. There is no transaction
    over both, so a span is copied, committed there, compared, and only then said to be
    moved: whatever dies in between, it is copied once more, and the unique key absorbs
    what is there.
    """

    _inherit = "iot.store"

    def _partitions_left(self, known=()):
        """``[(table, Chunk, rows)]`` of what Odoo's database has.

        :param known: names of partitions that need not be looked at
        """
        found = []
        for table in TABLES:
            for chunk in partitions(self.env.cr, table):
                if chunk.name not in known and (rows := self._count_left(chunk.name)):
                    found.append((table, chunk, rows))
        return found

    def _count_left(self, name):
        # Raw SQL, here and below: tables of the store are no models.
        self.env.cr.execute(SQL("SELECT count(*) FROM %s", SQL.identifier(name)))
        return self.env.cr.fetchone()[0]

    def _transfer(self, table, span):
        """Copy and compare what a partition has of a span.

        :param span: :class:`Chunk`: the partition's name, and a part of its time
        :return: how many rows that were
        :raise DifferentError: they are not the same on both sides
        """
        within = SQL("time >= %s AND time < %s", span.start, span.end)
        with self._staged(table, span.name, within) as (here, columns, cr):
            if not here.rows:
                return 0
            transfer.insert_staged(cr, table, columns)
            if table in ROLLUP_OF_TABLE:
                self._mark_span(cr, table, span.start, span.end)
            # What is compared is what would be there after a crash. This is not Odoo's
            # transaction.
            cr.commit()  # pylint: disable=invalid-commit
            self._compare(cr, table, columns, here)
        return here.rows

    @contextmanager
    def _staged(self, table, source, where):
        """Rows of Odoo's database in a temporary table of the other.

        :return: ``(Summary, columns, cursor)``; no cursor when there are no rows
        """
        columns = transfer.columns_of(self.env.cr, table)
        with TemporaryFile() as file:
            here = transfer.copy_out(
                self.env.cr,
                SQL("%s AS moved", SQL.identifier(source)),
                columns,
                transfer.keys_of(table),
                file,
                where,
            )
            if not here.rows:
                yield here, columns, None
                return
            with self._cursor() as cr:
                transfer.stage(cr, table, columns, file)
                yield here, columns, cr
                cr.execute(SQL("DROP TABLE %s", transfer.STAGED))

    def _compare(self, cr, table, columns, here):
        if transfer.sum_up_stored(cr, table, columns) == here:
            return
        if transfer.sum_up_staged(cr, columns, transfer.keys_of(table)) != here:
            raise transfer.DifferentError(self.env._("It did not arrive whole."))
        missing, other, example = transfer.differences(cr, table, columns)
        if missing or other:
            raise transfer.DifferentError(
                self.env._(
                    "Of %(rows)s rows, %(missing)s are missing and %(other)s differ in "
                    "the time-series database, such as %(example)s.",
                    rows=here.rows,
                    missing=missing,
                    other=other,
                    example=example,
                )
            )

    def _drop_left(self, name, rows):
        """Drop a partition if it still has just what was moved.

        To be called first in a transaction: only then does it see what was committed
        before it got the lock.
        """
        self.env.cr.execute(
            SQL("LOCK TABLE %s IN ACCESS EXCLUSIVE MODE", SQL.identifier(name))
        )
        if self._count_left(name) != rows:
            return False
        self.env.cr.execute(SQL("DROP TABLE %s", SQL.identifier(name)))
        return True

    # What must not wait for its turn --------------------------------------------------

    def _carry_marks(self):
        """What was delivered a moment ago may be delivered again, to this store."""
        self.env.cr.execute(
            "DELETE FROM redelivery_marks RETURNING session, committed_at, marks"
        )
        if marks := self.env.cr.fetchall():
            with self._cursor() as cr:
                rows = SQL(", ").join(SQL("%s", mark) for mark in marks)
                cr.execute(SQL("INSERT INTO redelivery_marks VALUES %s", rows))

    def _carry_unjudged(self, since):
        """Alarms that the rules have not looked at yet: they look here from now on.

        :param since: when they were received, aware
        """
        unjudged = SQL("is_alarm AND received_at >= %s", since)
        for table in ROLLUP_OF_TABLE:
            with self._staged(table, table, unjudged) as (here, columns, cr):
                if here.rows:
                    transfer.insert_staged(cr, table, columns)
