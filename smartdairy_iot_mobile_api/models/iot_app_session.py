from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import AccessError

from ..auth.device import match_language
from ..auth.refresh import judge

_KEPT = timedelta(days=90)  # after its end, so that people can see what happened
PLATFORM_SELECTION = [
    ("android", "Android"),
    ("ios", "iOS"),
    ("web", "Web App"),
    ("other", "Other"),
]
METHOD_SELECTION = [
    ("password", "Password"),
    ("second_factor", "Password and Second Factor"),
    ("pairing", "Paired by QR Code"),
]
REASON_SELECTION = [
    ("signed_out", "Signed Out"),
    ("revoked", "Signed Out in Odoo"),
    ("everywhere", "Signed Out Everywhere"),
    ("password", "Password Changed"),
    ("archived", "User Archived"),
    ("reused", "A Refresh Token Was Used Twice"),
]


class IotAppSession(models.Model):
    """One device on which somebody is signed in to the app, and what became of it."""

    _name = "iot.app.session"
    _description = "Device with the App"
    _order = "last_used_at desc, id desc"

    user_id = fields.Many2one(
        "res.users", required=True, readonly=True, index=True, ondelete="cascade"
    )
    name = fields.Char("Device", required=True, readonly=True)
    platform = fields.Selection(
        PLATFORM_SELECTION, required=True, readonly=True, default="other"
    )
    app_version = fields.Char(readonly=True)
    language = fields.Char(readonly=True, help="What this device is told in.")
    method = fields.Selection(METHOD_SELECTION, "Signed In By", readonly=True)
    create_date = fields.Datetime("Signed In", readonly=True)
    last_used_at = fields.Datetime("Last Used", readonly=True)
    address = fields.Char("IP Address", readonly=True)
    expires_at = fields.Datetime(
        "Signed In Until", readonly=True, help="Unless it is used before."
    )
    revoked_at = fields.Datetime("Ended", readonly=True, index=True)
    revoked_by = fields.Many2one("res.users", "Ended By", readonly=True)
    reason = fields.Selection(REASON_SELECTION, "Why It Ended", readonly=True)
    token_ids = fields.One2many("iot.app.token", "session_id", groups=fields.NO_ACCESS)

    @api.model
    def _open(self, user, device, method, address):
        """Sign a device in. As the system: nobody creates one otherwise.

        :param device: :class:`~..auth.device.Device`
        :return: the record, and what the app is given, see ``iot.app.token._issue``
        """
        now = fields.Datetime.now()
        platform = dict(PLATFORM_SELECTION)[device.platform]
        session = self.create(
            {
                "user_id": user.id,
                "name": device.name or platform,
                "platform": device.platform,
                "app_version": device.app_version,
                "language": self._to_language(device.language) or user.lang,
                "method": method,
                "last_used_at": now,
                "address": address,
            }
        )
        return session, self.env["iot.app.token"]._issue(session, now)

    @api.model
    def _refresh(self, token, address):
        """
        :return: the record and what the app is given; None for the latter: refused,
            the record says why, if there is one
        """
        now = fields.Datetime.now()
        found, shown = self.env["iot.app.token"]._find_refresh(token)
        session = found.session_id
        verdict = judge(shown, now)
        if verdict == "reused":
            session._revoke("reused")
        if verdict != "rotate":
            return session, None
        session.write({"last_used_at": now, "address": address})
        return session, found._rotate(now)

    @api.model
    def _known_addresses(self, login):
        """Where who has that account was signed in within 90 days, app or Odoo.

        As the system. A name that nobody has costs the same queries.
        """
        since = fields.Datetime.now() - _KEPT
        of_account = [("user_id.login", "=", login.strip())]
        in_app = [*of_account, ("last_used_at", ">", since)]
        in_odoo = [*of_account, ("last_activity", ">", since)]
        groups = [
            *self._read_group(in_app, ["address"]),
            *self.env["res.device.log"]._read_group(in_odoo, ["ip_address"]),
        ]
        return {address for (address,) in groups if address}

    @api.model
    def _to_language(self, wanted):
        installed = [code for code, _name in self.env["res.lang"].get_installed()]
        return match_language(wanted or "", installed)

    def _is_live(self):
        self.ensure_one()
        user = self.user_id
        return not self.revoked_at and user.active and not user.share

    def _revoke(self, reason, by=None):
        """Its tokens end at once. As the system: each caller has checked who may."""
        live = self.filtered(lambda one: not one.revoked_at)
        live.write(
            {
                "revoked_at": fields.Datetime.now(),
                "revoked_by": by and by.id,
                "reason": reason,
            }
        )
        live.token_ids.unlink()
        return live

    def action_revoke(self):
        """For whose device it is, and for those who manage users."""
        is_manager = self.env.user.has_group("base.group_erp_manager")
        if not is_manager and self.user_id - self.env.user:
            raise AccessError(_("You can only sign out devices of your own."))
        # sudo - iot.app.session: nobody writes one but its own methods.
        self.sudo()._revoke("revoked", self.env.user)
        return self._say_signed_out()

    def _say_signed_out(self):
        """Odoo closes the preferences after each button: say that it has worked."""
        devices = ", ".join(self.mapped("name"))
        message = _("%(devices)s: signed out.", devices=devices)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    def _revoke_all(self, users, reason, by=None):
        # sudo - iot.app.session: whoever changes a password need not see devices.
        live = [("user_id", "in", users.ids), ("revoked_at", "=", False)]
        # sudo - iot.app.code: with one that still counts, a device signs in again.
        self.env["iot.app.code"].sudo()._void(users)
        return self.sudo().search(live)._revoke(reason, by)

    @api.autovacuum
    def _gc_sessions(self):
        before = fields.Datetime.now() - _KEPT
        self.search(
            ["|", ("revoked_at", "<", before), ("expires_at", "<", before)]
        ).unlink()
