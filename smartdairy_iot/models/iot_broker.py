import logging
import time
from datetime import datetime, timedelta, timezone

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..identity.authority import serials_in
from ..identity.export import ExportError, Folder, render_acl, render_passwd, users_of
from ..ingest.election import lock_class
from ..settings import SettingsError, get_settings
from .iot_certificate import LIVE

_logger = logging.getLogger(__name__)
_ALIVE = timedelta(seconds=15)  # a listener beats every five
# A revocation is in force within 60 seconds: so long, and then some for the restart.
_PATIENCE = timedelta(seconds=30)
_GLANCE = 1.0  # seconds
_AT_ONCE = ("key_compromise", "cessation", "unspecified")


class IotBroker(models.Model):
    """What the broker is told: who has a token, who may nothing, what is revoked."""

    _name = "iot.broker"
    _description = "Export to the Broker"

    exported_at = fields.Datetime(string="Last Export", readonly=True)
    checked_at = fields.Datetime(string="Last Comparison", readonly=True)
    waits_since = fields.Datetime(readonly=True)
    action = fields.Char(readonly=True)
    problem = fields.Char(readonly=True)

    @api.model
    def _wake(self):
        """Export after this transaction, once for all that it changes."""
        # sudo - ir.cron: whoever revokes a certificate may not trigger jobs.
        self.env.ref("smartdairy_iot.ir_cron_export_broker").sudo()._trigger()

    @api.model
    def _cron_export(self):
        self._export(is_patient=True)

    def action_export(self):
        """Now, and say what became of it.

        :raise UserError: why it failed
        """
        self.env["iot.device"]._require_technician()
        if problem := self._export():
            raise UserError(problem)
        return True

    @api.model
    def _export(self, is_patient=False):
        """Write what has changed.

        :param is_patient: wait for a listener that is away for a moment, as after a
            restart of the broker
        :return: the problem, if there is one
        """
        # sudo - iot.broker: its one row is this method's own.
        row = self.env.ref("smartdairy_iot.iot_broker").sudo()
        self._take_turns(row)
        now = fields.Datetime.now()
        values = {"checked_at": now, "problem": False, "waits_since": False}
        try:
            folder = self._folder()
            changed, values["problem"] = self._changes(folder)
            if changed and is_patient and self._must_wait(row, now):
                row.waits_since = row.waits_since or now
                time.sleep(_GLANCE)
                self._wake()
                return False
            if changed:
                action = self._action(folder, "crl.pem" in changed)
                folder.write(changed, action)
                what = ", ".join(sorted(changed))
                _logger.info("Exported %s to the broker: %s", what, action)
                values |= {"exported_at": now, "action": action}
        except (ExportError, SettingsError) as error:
            values["problem"] = self._explain(error)
        if values["problem"] and values["problem"] != row.problem:
            _logger.warning("Export to the broker: %s", values["problem"])
        row.write(values)
        return values["problem"]

    def _take_turns(self, row):
        """Two at once, and the one that knows less could write last: a revocation
        would be undone at the broker. Who comes second fails here, before it writes,
        and is tried again by Odoo with what the first has left."""
        # Raw SQL: waits for the other one; the ORM's lock would not.
        self.env.cr.execute(
            "SELECT id FROM iot_broker WHERE id = %s FOR UPDATE",
            [row.id],
            log_exceptions=False,
        )

    def _must_wait(self, row, now):
        since = row.waits_since or now
        return now < since + _PATIENCE and self._is_a_listener_away()

    def _folder(self):
        """:raise ExportError: it cannot be used; :return: None when none is wanted"""
        path = get_settings().broker_folder
        if not path:
            return None
        folder = Folder(path, self._owner())
        folder.check()
        for name in ("acl.base", "passwd.base"):
            if not (folder.path / name).exists():
                raise ExportError("missing", str(folder.path / name))
        return folder

    def _changes(self, folder):
        """:return: ``{name: bytes}`` of what is no longer as it should be, and what
        kept the revocation list from being made: the rest does not wait for it
        """
        if not folder:
            return {}, False
        acl, passwd = (folder.read(f"{n}.base").decode() for n in ("acl", "passwd"))
        others = users_of(acl, passwd)
        files = {
            "passwd": render_passwd(passwd, self._tokens(), others).encode(),
            "acl": render_acl(acl, self._denied(), others).encode(),
        }
        problem = False
        try:
            files |= self._crl_if_changed(folder.read("crl.pem"))
        except UserError as error:
            problem = str(error)
        return {n: text for n, text in files.items() if text != folder.read(n)}, problem

    @api.model
    def _names_of_others(self):
        """Who has rights of their own at the broker: no device may be that."""
        path = get_settings().broker_folder
        folder = Folder(path, self._owner())
        read = folder.read if path else lambda _name: b""
        names = ("acl.base", "passwd.base")
        try:
            return users_of(*(read(name).decode(errors="replace") for name in names))
        except ExportError as error:
            raise UserError(self._explain(error)) from None

    def _owner(self):
        # sudo - ir.config_parameter: which database this is.
        uuid = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        return f"{self.env.cr.dbname} {uuid}"

    # sudo - iot.certificate, iot.device.token, iot.device: of all companies, and hashes
    # that nobody reads.
    def _tokens(self):
        valid = self.env["iot.device.token"].sudo().search([("state", "=", "valid")])
        return {token.username: token.hashed for token in valid}

    def _names_with_credentials(self):
        certificates = self.env["iot.certificate"].sudo()
        live = certificates.search([("state", "in", LIVE)]).mapped("common_name")
        return {*live, *self._tokens()}

    def _denied(self):
        """Whose every certificate was revoked, and the retired: an open connection
        stays open, but is good for nothing."""
        revoked = self.env["iot.certificate"].sudo().search([("state", "=", "revoked")])
        retired = self.env["iot.device"].sudo().search([("state", "=", "retired")])
        names = {*revoked.mapped("common_name"), *retired.mapped("device_id")}
        return names - self._names_with_credentials()

    def _revoked(self):
        """Those the broker would otherwise take: an expired one it refuses anyway."""
        domain = [("state", "=", "revoked"), ("not_after", ">", fields.Datetime.now())]
        return self.env["iot.certificate"].sudo().search(domain, order="id")

    def _crl_if_changed(self, old):
        """Not each time anew: a list with another date is no news."""
        revoked = self._revoked()
        if not get_settings().ca_cert and not revoked:
            return {}  # a broker whose certificates come from elsewhere
        authority = self.env["iot.certificate"]._authority()
        if authority.lists_exactly(old, revoked.mapped("serial")):
            return {}
        entries = [
            (one.serial, one.revoked_at.replace(tzinfo=timezone.utc), one.reason)
            for one in revoked
        ]
        now = datetime.now(timezone.utc)
        return {"crl.pem": authority.revocation_list(entries, now)}

    def _action(self, folder, has_new_crl):
        """A reload, unless it would lose readings, or leave a thief connected.

        Reloading, Mosquitto forgets what a session that is away may read, and drops
        without a word what comes for it until it is back. And it looks at a certificate
        at the handshake only: of a device that also has a good one, nothing but a new
        handshake tells which of them an open connection has shown.
        """
        if self._is_a_listener_away():
            return "restart"
        if has_new_crl and self._revokes_one_of_several(folder.read("crl.pem")):
            return "restart"
        return "reload"

    def _revokes_one_of_several(self, old_crl):
        names = self._names_with_credentials()
        known = serials_in(old_crl)
        return any(
            one.serial not in known
            and one.common_name in names
            and (one.reason in _AT_ONCE or one.revoked_by)
            for one in self._revoked()
        )

    def _is_a_listener_away(self):
        """Whether one of them has a session at the broker, and no connection."""
        settings = get_settings()
        # sudo - iot.listener: managers read it; here only whether one is there.
        listeners = self.env["iot.listener"].sudo()
        if not settings.enabled or not listeners.search_count([], limit=1):
            return False
        since = fields.Datetime.now() - _ALIVE
        newest = listeners.search([("beat_at", ">", since)], limit=settings.listeners)
        # Raw SQL: whoever leads holds a lock, which falls with its process.
        self.env.cr.execute(
            "SELECT count(*) FROM pg_locks"
            " WHERE locktype = 'advisory' AND granted AND classid::bigint = %s"
            " AND database = (SELECT oid FROM pg_database"
            " WHERE datname = current_database())",
            [lock_class() % 2**32],
        )
        (leading,) = self.env.cr.fetchone()
        connected = newest.filtered("is_connected")
        return min(len(connected), leading) < settings.listeners

    def _explain(self, error):
        if isinstance(error, SettingsError):
            return str(error)
        detail = {"detail": error.detail}
        return {
            "missing": _(
                "%(detail)s is not there. broker_folder in odoo.conf must be a folder "
                "with acl.base and passwd.base, see docs/identity.md.",
                **detail,
            ),
            "foreign": _(
                "Another database writes into broker_folder: %(detail)s. Give each its "
                "own; if that one is no more, remove the file “owner” in the folder.",
                **detail,
            ),
            "unwritable": _(
                "broker_folder cannot be read and written by Odoo: %(detail)s", **detail
            ),
            "reserved": _(
                "passwd.base and the devices' tokens have names in common, and nothing "
                "was exported: %(detail)s. Revoke the token, or rename the user.",
                **detail,
            ),
        }[error.problem]
