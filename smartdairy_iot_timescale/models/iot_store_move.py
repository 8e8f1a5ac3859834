import logging
from datetime import timedelta, timezone

from odoo import _, api, fields, models
from odoo.exceptions import AccessError

from odoo.addons.smartdairy_iot.errors import another_time
from odoo.addons.smartdairy_iot.models.iot_retention import TABLES
from odoo.addons.smartdairy_iot.models.iot_store_retention import Chunk
from odoo.addons.smartdairy_iot.rollup import ROLLUP_OF_TABLE

from ..transfer import DifferentError

_logger = logging.getLogger(__name__)

_SLICE = timedelta(days=1)
_GOES_ON = timedelta(minutes=1)
# The rules look back so far beyond their watermark, and no less is carried over.
_OVERLAP = timedelta(minutes=1)


class IotStoreMove(models.Model):
    """What Odoo's database had when TimescaleDB came, and how far it has moved.

    One record for each month of a kind of reading, worked off a day at a time, the
    newest first; and one for the rollups of readings that are gone. A month is dropped
    from Odoo's database when all of its days are the same on both sides.
    """

    _name = "iot.store.move"
    _description = "Move to TimescaleDB"
    _order = "is_rollup desc, date_from desc, id"
    _rec_name = "source"

    table_name = fields.Selection(TABLES, string="Kind", required=True, readonly=True)
    is_rollup = fields.Boolean(
        string="Rollups", readonly=True, help="Of readings that were dropped before."
    )
    source = fields.Char(string="Table", required=True, readonly=True)
    date_from = fields.Datetime(string="From", required=True, readonly=True)
    date_to = fields.Datetime(string="To", required=True, readonly=True)
    moved_from = fields.Datetime(
        string="Moved Back To",
        readonly=True,
        help="From then on it is in TimescaleDB, and compared.",
    )
    rows = fields.Float(digits=(16, 0), readonly=True)
    rows_moved = fields.Float(string="Moved", digits=(16, 0), readonly=True)
    progress = fields.Float(compute="_compute_progress")
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("moving", "Moving"),
            ("done", "Moved"),
            ("kept", "Differs"),
        ],
        default="waiting",
        required=True,
        readonly=True,
    )
    error = fields.Char(readonly=True)
    done_at = fields.Datetime(string="Dropped from Odoo's Database", readonly=True)

    _source_unique = models.UniqueIndex("(source) WHERE state != 'done'")

    @api.depends("rows", "rows_moved", "state")
    def _compute_progress(self):
        for move in self:
            share = 100 * move.rows_moved / move.rows if move.rows else 0
            move.progress = 100 if move.state == "done" else min(share, 100)

    def action_retry(self):
        """Compare what differs once more, for who acts for all companies."""
        self.check_access("read")
        if not self.env.user._acts_for_all_companies():
            raise AccessError(
                _(
                    "The readings of all companies move together: an administrator, "
                    "or a manager of every company, tries it again."
                )
            )
        # sudo - iot.store.move: written by its own methods only.
        for move in self.sudo().filtered(lambda move: move.state == "kept"):
            move.write({"error": False, **move._from_the_start()})
        self._wake()

    def _from_the_start(self):
        return {"state": "waiting", "moved_from": self.date_to, "rows_moved": 0}

    @api.model
    def _wake(self, at=None):
        # sudo - ir.cron: a trigger is no change of the job.
        self.env.ref("smartdairy_iot_timescale.ir_cron_move").sudo()._trigger(at)

    # Work it off ----------------------------------------------------------------------

    @api.model
    @another_time
    def _cron_move(self):
        self._find()
        if self._open():  # should this run be killed, another goes on
            self._wake(fields.Datetime.now() + _GOES_ON)
        while move := self._open(limit=1):
            move._move_next()
            left = len(self._open())
            if not self.env["ir.cron"]._commit_progress(1, remaining=left):
                break

    @api.model
    def _open(self, limit=None):
        return self.search([("state", "in", ("waiting", "moving"))], limit=limit)

    @api.model
    def _is_moving(self, table):
        # sudo - iot.store.move: whoever drops old readings must know.
        return bool(self.sudo()._open().filtered(lambda m: m.table_name == table))

    @api.model
    def _find(self):
        """What is in Odoo's database, and not yet known here."""
        store = self.env["iot.store"]
        store._carry_marks()
        known = self.search([("state", "!=", "done")]).mapped("source")
        found = [
            self._vals(rollup.table, rollup.name, *span, is_rollup=True)
            for rollup, *span in store._rollups_left(known)
        ]
        found += [
            self._vals(table, chunk.name, chunk.start, chunk.end, rows)
            for table, chunk, rows in store._partitions_left(known)
        ]
        if found:
            store._carry_horizons()
            store._carry_unjudged(self._judged_until() - _OVERLAP)
        return self.create(found)

    @staticmethod
    def _vals(table, source, start, end, rows, **vals):
        return {
            "table_name": table,
            "source": source,
            "date_from": _naive(start),
            "date_to": _naive(end),
            "moved_from": _naive(end),
            "rows": rows,
            **vals,
        }

    @api.model
    def _judged_until(self):
        # sudo - iot.rule.watermark: read only, by the scheduled action.
        watermark = (
            self.env["iot.rule.watermark"]
            .sudo()
            .search([("name", "=", "readings")], limit=1)
        )
        return _aware(watermark.received_at or fields.Datetime.now())

    def _move_next(self):
        """A day of it; or the end, when all days have been moved."""
        self.ensure_one()
        try:
            if self.is_rollup:
                self._move_rollup()
            elif self.moved_from > self.date_from:
                self._move_slice()
            else:
                self._drop()
        except DifferentError as error:
            _logger.warning("%s is kept in Odoo's database: %s", self.source, error)
            self.write({"state": "kept", "error": str(error)})

    def _move_rollup(self):
        store, rollup = self.env["iot.store"], ROLLUP_OF_TABLE[self.table_name]
        self.rows_moved = store._transfer_rollup(rollup, _aware(self.date_to))
        store._forget_rollup(rollup)
        self._finish()

    def _move_slice(self):
        start = max(self.moved_from - _SLICE, self.date_from)
        span = Chunk(self.source, _aware(start), _aware(self.moved_from))
        rows = self.env["iot.store"]._transfer(self.table_name, span)
        self.write(
            {
                "state": "moving",
                "moved_from": start,
                "rows_moved": self.rows_moved + rows,
            }
        )

    def _drop(self):
        store = self.env["iot.store"]
        span = Chunk(self.source, _aware(self.date_from), _aware(self.date_to))
        rows = int(self.rows_moved)
        store._settle_rollups(self.table_name, span)
        self.env["ir.cron"]._commit_progress()  # see _drop_left
        if store._drop_left(span.name, rows):
            self._finish()
        else:  # something was stored there meanwhile
            self.write({"rows": store._count_left(span.name), **self._from_the_start()})

    def _finish(self):
        self.write({"state": "done", "done_at": fields.Datetime.now(), "error": False})
        _logger.info(
            "Moved %s to TimescaleDB: %.0f rows, the same on both sides",
            self.source,
            self.rows_moved,
        )

    # What people see of it ------------------------------------------------------------

    @api.model
    def _summary(self):
        """One line about a move that goes on, empty when none does."""
        (rows, moved) = self._read_group(
            [("state", "!=", "done"), ("is_rollup", "=", False)],
            aggregates=["rows:sum", "rows_moved:sum"],
        )[0]
        if not rows:
            return ""
        line = _(
            "%(left)s readings are still in Odoo's database and are being moved "
            "(%(percent).0f %% of these months). Until then, charts and lists show "
            "only what has been moved.",
            left=f"{max(rows - moved, 0):,.0f}",
            percent=100 * moved / rows,
        )
        if kept := self.search_count([("state", "=", "kept")]):
            line += " " + _("Months that differ and are kept: %(count)s.", count=kept)
        return line


def _aware(time):
    return time.replace(tzinfo=timezone.utc)


def _naive(time):
    return time.astimezone(timezone.utc).replace(tzinfo=None)
