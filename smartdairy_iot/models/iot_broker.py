import logging
import time
from datetime import datetime, timedelta, timezone

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..identity.authority import serials_in
from ..identity.export import ExportError, Folder, render_acl, render_passwd
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
        """A listener that is away for a moment, as after a restart, is waited for."""
        row = self.env.ref("smartdairy_iot.iot_broker").sudo()
        now = fields.Datetime.now()
        since = row.waits_since or now
        if self._is_a_listener_away() and now < since + _PATIENCE:
            row.waits_since = since
            time.sleep(_GLANCE)
            self._wake()
            return
        row.waits_since = False
        self._export()

    def action_export(self):
        """Now, and say what became of it.

        :raise UserError: why it failed
        """
        self.env["iot.device"]._require_technician()
        problem = self._export()
        if problem:
            raise UserError(problem)
        return True

    @api.model
    def _export(self):
        """Write what has changed.

        :return: the problem, if there is one
        """
        # sudo - iot.broker: its one row is this method's own.
        row = self.env.ref("smartdairy_iot.iot_broker").sudo()
        values = {"checked_at": fields.Datetime.now(), "problem": False}
        try:
            if action := self._write_changes():
                values |= {"exported_at": fields.Datetime.now(), "action": action}
        except (ExportError, SettingsError, UserError) as error:
            values["problem"] = self._explain(error)
            if values["problem"] != row.problem:
                _logger.warning("Nothing exported to the broker: %s", values["problem"])
        row.write(values)
        return values["problem"]

    def _write_changes(self):
        """:return: what the broker has to do: reload, restart or nothing"""
        path = get_settings().broker_folder
        if not path:
            return False
        folder = Folder(path, self._owner())
        folder.check()
        old_acl, old_crl = folder.read("acl"), folder.read("crl.pem")
        for name in ("acl.base", "passwd.base"):
            if not (folder.path / name).exists():
                raise ExportError("missing", str(folder.path / name))
        files = {
            "passwd": render_passwd(
                folder.read("passwd.base").decode(), self._tokens()
            ),
            "acl": render_acl(folder.read("acl.base").decode(), self._denied()),
        }
        files = {name: text.encode() for name, text in files.items()}
        files |= self._crl_if_changed(old_crl)
        changed = {n: text for n, text in files.items() if text != folder.read(n)}
        if not changed:
            return False
        action = self._action(old_crl, "crl.pem" in changed)
        folder.write(changed, action)
        _logger.info(
            "Exported %s to the broker: %s%s",
            ", ".join(sorted(changed)),
            action,
            "" if old_acl else " (the first time)",
        )
        return action

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

    def _action(self, old_crl, has_new_crl):
        """A reload, unless it would lose readings, or leave a thief connected.

        Reloading, Mosquitto forgets what a session that is away may read, and drops
        without a word what comes for it until it is back. And it looks at a certificate
        at the handshake only: of a device that also has a good one, nothing but a new
        handshake tells which of them an open connection has shown.
        """
        if self._is_a_listener_away():
            return "restart"
        if has_new_crl and self._revokes_one_of_several(old_crl):
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
        if not isinstance(error, ExportError):
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
