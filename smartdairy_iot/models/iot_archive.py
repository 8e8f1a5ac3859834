from datetime import timedelta, timezone
from pathlib import Path
from tempfile import TemporaryFile

from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import config

from ..archive import file as archive_file
from ..settings import get_settings
from .iot_retention import TABLES
from .iot_store_retention import Chunk

_DAYS_RESTORED = 30


class IotArchive(models.Model):
    """A file with readings that left the database."""

    _name = "iot.archive"
    _description = "Archive of Readings"
    _order = "date_from desc, id desc"
    _rec_name = "file_name"

    table_name = fields.Selection(TABLES, string="Kind", required=True, readonly=True)
    file_name = fields.Char(string="File", required=True, readonly=True)
    date_from = fields.Datetime(string="From", required=True, readonly=True)
    date_to = fields.Datetime(string="To", required=True, readonly=True)
    rows = fields.Float(string="Readings", digits=(16, 0), readonly=True)
    size = fields.Float(string="Bytes", digits=(16, 0), readonly=True)
    sha256 = fields.Char(string="Checksum (SHA-256)", readonly=True)
    dropped_at = fields.Datetime(string="Dropped from the Database", readonly=True)
    verified_at = fields.Datetime(string="Verified", readonly=True)
    restored_until = fields.Datetime(
        readonly=True, help="Until then its readings are in the database once more."
    )

    _file_unique = models.Constraint("UNIQUE(file_name)", "That file exists already.")

    def action_verify(self):
        for archive in self:
            summary = archive._read(archive_file.verify)
            if summary != archive._summary():
                raise UserError(
                    _("%(file)s is not what was written.", file=archive.file_name)
                )
            archive.verified_at = fields.Datetime.now()
        return self._notify(_("What was written is still there, to the last bit."))

    def action_restore(self):
        new = sum(archive._restore() for archive in self)
        return self._notify(
            _(
                "%(count)s readings are back, for %(days)s days.",
                count=new,
                days=_DAYS_RESTORED,
            )
        )

    @api.model
    def _write_chunk(self, table, chunk):
        """:return: the archive of the chunk; the file is on the disk, and whole"""
        store = self.env["iot.store"]
        folder = self._folder()
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{table}_{chunk.start:%Y%m%dT%H%M}_{chunk.end:%Y%m%dT%H%M}"
        path = folder / f"{name}{archive_file.SUFFIX}"
        number = 1
        while path.exists():  # of another time that it was dropped
            number += 1
            path = folder / f"{name}_{number}{archive_file.SUFFIX}"
        span = {"from": chunk.start.isoformat(), "to": chunk.end.isoformat()}
        summary = archive_file.write(
            path,
            {"table": table, "columns": store._describe(table), **span},
            lambda file: store._export_chunk(table, chunk, file),
        )
        return self.create(
            {
                "table_name": table,
                "file_name": path.name,
                "date_from": _naive(chunk.start),
                "date_to": _naive(chunk.end),
                "rows": summary.rows,
                "size": path.stat().st_size,
                "sha256": summary.sha256,
                "verified_at": fields.Datetime.now(),
            }
        )

    @api.model
    def _spared(self, table):
        """Spans that were restored: ``[(from, to)]``, aware."""
        now = fields.Datetime.now()
        domain = [("table_name", "=", table), ("restored_until", ">", now)]
        return [archive._chunk()[1:] for archive in self.search(domain)]

    def _restore(self):
        """:return: how many readings were not there"""
        header = self._read(archive_file.describe)
        with TemporaryFile() as readings:
            found = self._read(lambda path: archive_file.content(path, readings.write))
            if found != self._summary():
                raise UserError(_("%(name)s is damaged.", name=self.file_name))
            readings.seek(0)
            new = self.env["iot.store"]._restore_rows(
                self.table_name, self._chunk(), header["columns"], readings
            )
        self.restored_until = fields.Datetime.now() + timedelta(days=_DAYS_RESTORED)
        return new

    def _read(self, read):
        """``read`` of the file, its errors as what a person can act on."""
        path = self._folder() / self.file_name
        try:
            return read(path)
        except archive_file.ArchiveError as error:
            raise UserError(
                _("In %(folder)s: %(error)s", folder=path.parent, error=error)
            ) from error

    def _discard(self):
        """The file says less than the database does."""
        for archive in self:
            (self._folder() / archive.file_name).unlink(missing_ok=True)
        self.unlink()

    def _summary(self):
        return archive_file.Summary(int(self.rows), self.sha256)

    def _chunk(self):
        start, end = (
            time.replace(tzinfo=timezone.utc) for time in (self.date_from, self.date_to)
        )
        return Chunk("", start, end)

    def _folder(self):
        """Where the files are: the path that is set, or beside Odoo's own files."""
        if path := get_settings().archive_path:
            return Path(path)
        return Path(config.filestore(self.env.cr.dbname)) / "iot_archive"

    @staticmethod
    def _notify(message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"message": message, "type": "success", "sticky": False},
        }


def _naive(time):
    return time.astimezone(timezone.utc).replace(tzinfo=None)
