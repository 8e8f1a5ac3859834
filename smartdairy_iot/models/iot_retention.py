import logging
from datetime import datetime, timedelta, timezone

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from ..archive.summary import ArchiveError
from ..errors import another_time

_logger = logging.getLogger(__name__)

TABLES = [
    ("temperature_readings", "Temperatures"),
    ("milk_meter_readings", "Milk Meters"),
    ("sensor_readings", "Other Sensors"),
    ("device_status", "Device Status"),
    ("alert_history", "Alert History"),
]


class IotRetention(models.Model):
    """How long each kind of reading stays in the database; rollups stay for ever."""

    _name = "iot.retention"
    _description = "Retention"
    _order = "sequence, id"
    _rec_name = "table_name"

    sequence = fields.Integer(default=10)
    table_name = fields.Selection(TABLES, string="Kind", required=True, readonly=True)
    days = fields.Integer(
        string="Keep (days)",
        required=True,
        help="Then they are archived, and dropped from the database. Minimum, average "
        "and maximum of each quarter of an hour stay for ever.",
    )
    legal_days = fields.Integer(string="Legal Minimum (days)", readonly=True)
    legal_note = fields.Char(string="Why", readonly=True, translate=True)
    is_shorter_confirmed = fields.Boolean(
        string="Shorter on Purpose",
        help="The law that applies here asks for less, or the archive files count as "
        "the record.",
    )
    is_archived = fields.Boolean(
        string="Archive First",
        default=True,
        help="Write a compressed, checksummed file before dropping. What cannot be "
        "written is not dropped.",
    )
    error = fields.Char(string="Last Error", readonly=True)

    _table_unique = models.Constraint(
        "UNIQUE(table_name)", "There is one retention for each kind of reading."
    )
    _days_positive = models.Constraint(
        "CHECK(days > 0)", "Readings are kept for at least one day."
    )

    @api.constrains("days", "is_shorter_confirmed", "legal_days")
    def _check_legal(self):
        labels = dict(self._fields["table_name"]._description_selection(self.env))
        for kept in self:
            if kept.days < kept.legal_days and not kept.is_shorter_confirmed:
                raise ValidationError(
                    _(
                        "%(kind)s: %(days)s days are less than %(legal)s (%(why)s). "
                        "Tick Shorter on Purpose if that is meant.",
                        kind=labels[kept.table_name],
                        days=kept.days,
                        legal=kept.legal_days,
                        why=kept.legal_note,
                    )
                )

    def write(self, vals):
        is_new = "days" in vals and any(kept.days != vals["days"] for kept in self)
        done = super().write(vals)
        if is_new:
            self.flush_recordset()
            self.env["iot.store"]._follow_retention()
        return done

    @api.model
    def _days_of(self, table):
        # sudo - iot.retention: the listener and the scheduled actions need it.
        return self.sudo().search([("table_name", "=", table)], limit=1).days

    @api.model
    @another_time
    def _cron_drop_old(self):
        """Archive and drop, one chunk at a time."""
        for kept in self.search([]):
            if not kept._drop_old():
                break  # the rest another time
        self.env["iot.store"]._follow_retention()

    def _drop_old(self):
        """:return: False when the time for it is over"""
        self.ensure_one()
        store = self.env["iot.store"]
        before = datetime.now(timezone.utc) - timedelta(days=self.days)
        spared = self.env["iot.archive"]._spared(self.table_name)
        chunks = [
            chunk
            for chunk in store._chunks(self.table_name, before)
            if not any(chunk.start < end and start < chunk.end for start, end in spared)
        ]
        for number, chunk in enumerate(chunks, 1):
            self.error = self._drop(store, chunk)
            left = len(chunks) - number
            if not self.env["ir.cron"]._commit_progress(1, remaining=left):
                return False
            if self.error:
                break  # what is older goes first
        return True

    def _drop(self, store, chunk):
        """:return: why it could not be, None when it is gone"""
        table = self.table_name
        # No snapshot of before the locks that settling takes.
        self.env["ir.cron"]._commit_progress()
        store._settle_rollups(table, chunk)
        archive = self.env["iot.archive"]
        try:
            if self.is_archived:
                archive = self._archived(store, chunk)
        except (OSError, ArchiveError) as error:
            _logger.warning("%s is not archived, and kept: %s", chunk.name, error)
            return _("%(chunk)s is kept: %(error)s", chunk=chunk.name, error=error)
        summary = archive and archive._summary()
        # What is gone must be listed, whatever happens between the two databases. And
        # the store must look at the readings after it has locked them, not before: no
        # field may be read in between, since that takes the transaction's snapshot.
        self.env["ir.cron"]._commit_progress()
        if store._drop_archived(table, chunk, summary):
            archive.dropped_at = fields.Datetime.now()
            where = archive.file_name or "no file, as set in Retention"
            _logger.info("Dropped %s, archived in %s", chunk.name, where)
            return None
        archive._discard()
        return _(
            "%(chunk)s got late readings or is in use: tried again", chunk=chunk.name
        )

    def _archived(self, store, chunk):
        """The chunk's archive; one that a run left behind if it says the same."""
        archives = self.env["iot.archive"]
        if left := archives._undropped(self.table_name, chunk):
            now = store._sum_up_chunk(self.table_name, chunk)
            for archive in left:
                if archive._summary() == now and archive._is_whole():
                    return archive
        return archives._write_chunk(self.table_name, chunk)
