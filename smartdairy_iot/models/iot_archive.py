from contextlib import contextmanager
from datetime import timedelta, timezone
from pathlib import Path
from tempfile import TemporaryFile

from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import config

from ..archive import file as archive_file
from ..archive.summary import ArchiveError, Summary
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
    # It is a name in our folder, and never a way out of it.
    _file_plain = models.Constraint(
        "CHECK(file_name ~ '^[A-Za-z0-9_][A-Za-z0-9_.-]*$')",
        "The name of an archive has letters, digits and _ . - only.",
    )

    def action_verify(self):
        self.check_access("read")
        # sudo - iot.archive: nobody may edit one, lest it names another file.
        for archive in self.sudo():
            with archive._file() as path:
                if archive_file.verify(path) != archive._summary():
                    raise ArchiveError(f"{path.name} is not what was written")
            archive.verified_at = fields.Datetime.now()
        return self._notify(_("What was written is still there, to the last bit."))

    def _is_whole(self):
        try:
            self.action_verify()
        except UserError:
            return False
        return True

    def action_download(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/smartdairy_iot/archive/{self.id}",
            "target": "download",
        }

    def action_restore(self):
        self.check_access("read")
        # sudo - iot.archive: nobody may edit one, lest it names another file.
        new = sum(archive._restore() for archive in self.sudo())
        self.env["iot.store"]._settle()
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
        path = self._free_path(
            f"{table}_{chunk.start:%Y%m%dT%H%M}_{chunk.end:%Y%m%dT%H%M}"
        )
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

    def _free_path(self, name):
        folder = self._folder()
        folder.mkdir(parents=True, exist_ok=True)
        suffix = archive_file.suffix()
        path = folder / f"{name}{suffix}"
        number = 1
        # Of another time that it was dropped; or archive_path has changed since.
        while path.exists() or self.search_count([("file_name", "=", path.name)]):
            number += 1
            path = folder / f"{name}_{number}{suffix}"
        return path

    @api.model
    def _undropped(self, table, chunk):
        """Archives of that chunk by a run that was cut off before it dropped it."""
        return self.search(
            [
                ("table_name", "=", table),
                ("date_from", "=", _naive(chunk.start)),
                ("date_to", "=", _naive(chunk.end)),
                ("dropped_at", "=", False),
            ]
        )

    @api.model
    def _spared(self, table):
        """Spans that were restored: ``[(from, to)]``, aware."""
        now = fields.Datetime.now()
        domain = [("table_name", "=", table), ("restored_until", ">", now)]
        return [archive._chunk()[1:] for archive in self.search(domain)]

    def _restore(self):
        """:return: how many readings were not there"""
        with self._file() as path, TemporaryFile() as readings:
            columns = archive_file.describe(path)["columns"]
            archive_file.content(path, readings.write)
            readings.seek(0)
            new = self.env["iot.store"]._restore_rows(
                self.table_name, self._chunk(), columns, readings, self._summary()
            )
        self.restored_until = fields.Datetime.now() + timedelta(days=_DAYS_RESTORED)
        return new

    @contextmanager
    def _file(self):
        """Its path; what is wrong with it becomes what a person can act on."""
        path = self._path()
        try:
            yield path
        except ArchiveError as error:
            raise UserError(
                _(
                    "%(name)s in %(folder)s cannot be used: %(error)s",
                    name=path.name,
                    folder=path.parent,
                    error=error,
                )
            ) from error

    def _discard(self):
        """The file says less than the database does."""
        for archive in self:
            archive._path().unlink(missing_ok=True)
        self.unlink()

    def _path(self):
        return self._folder() / self.file_name

    def _summary(self):
        return Summary(int(self.rows), self.sha256)

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
