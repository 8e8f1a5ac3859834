"""Who may sign in with the app, and on which devices somebody is signed in."""

import re

from odoo import _, api, fields, models
from odoo.exceptions import AccessDenied, AccessError
from odoo.http import request

from odoo.addons.base.models.res_users import check_identity

from ..auth.token import CHALLENGE, hash_token, make_token

_SECOND_FACTORS = ("totp", "totp_mail")


class ResUsers(models.Model):
    _inherit = "res.users"

    iot_session_ids = fields.One2many(
        "iot.app.session",
        "user_id",
        "Devices with the Dairy IoT App",
        domain=[("revoked_at", "=", False)],
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + ["iot_session_ids"]

    # When they end -----------------------------------------------------------------

    def _set_password(self):
        res = super()._set_password()
        self.env["iot.app.session"]._revoke_all(self, "password", self.env.user)
        return res

    def write(self, vals):
        res = super().write(vals)
        if vals.get("active") is False:
            self.env["iot.app.session"]._revoke_all(self, "archived", self.env.user)
        return res

    def action_iot_sign_out_everywhere(self):
        self.ensure_one()
        if self != self.env.user and not self.env.user.has_group(
            "base.group_erp_manager"
        ):
            raise AccessError(_("You can only sign out devices of your own."))
        sessions = self.env["iot.app.session"]
        return sessions._revoke_all(self, "everywhere", self.env.user)._say_signed_out()

    @check_identity
    def action_iot_pair(self):
        """Show the code with which a phone is signed in."""
        return self.env["iot.app.pairing"]._show()

    def _iot_say_paired(self, name):
        """Whoever looks at the QR code sees that it has worked."""
        message = self.env._("%(device)s is signed in now.", device=name)
        news = {"type": "success", "message": message}
        self._bus_send("simple_notification", news)

    # Signing in ---------------------------------------------------------------------

    def _may_use_iot_app(self):
        self.ensure_one()
        return self._is_internal() and self.has_group("smartdairy_iot.group_iot_user")

    @api.model
    def _iot_cooldown(self):
        """Seconds that this address has to wait after too many failures, as Odoo
        counts them for its own log-in page."""
        failures = getattr(self.env.registry, "_login_failures", None)
        if not failures or request.httprequest.remote_addr not in failures:
            return 0
        if not self._on_login_cooldown(*failures[request.httprequest.remote_addr]):
            return 0
        # sudo - ir.config_parameter: a number of seconds.
        get = self.env["ir.config_parameter"].sudo().get_param
        return int(get("base.login_cooldown_duration", 60))

    @api.model
    def _iot_log_in(self, login, password, agent):
        """Odoo's own: cooldown, further providers such as LDAP, its log.

        :param agent: what Odoo wants to know of the caller
        :return: the user, and whether a second factor must follow
        :raise AccessDenied:
        """
        credential = {"type": "password", "login": login, "password": password}
        try:
            found = self.authenticate(credential, agent)
        except AccessDenied:
            self._spend_time_on(login, password)
            raise
        user = self.browse(found["uid"])
        return user, found.get("mfa") != "skip" and bool(user._mfa_type())

    @api.model
    def _spend_time_on(self, login, password):
        """Odoo computes no hash for a name that nobody has, and answers sooner."""
        # sudo - res.users: whether there is such a user.
        users = self.sudo()
        if not users.search_count(users._get_login_domain(login), limit=1):
            context = self._crypt_context()
            context.verify(password, _nobodys_hash(self.env.registry, context))

    def _iot_challenge(self):
        """Between password and second factor. As the system.

        :return: what the app is told; None: of a kind that only a browser can do
        """
        kind = self._mfa_type()
        if kind not in _SECOND_FACTORS:
            return None
        if kind == "totp_mail":
            self._send_totp_mail_code()
        token = make_token(CHALLENGE)
        seconds = self.env["iot.app.code"]._put(self, "challenge", hash_token(token))
        return {
            "status": "totp_required",
            "method": "email" if kind == "totp_mail" else "app",
            "challenge": token,
            "expiresIn": seconds,
        }

    def _iot_check_second_factor(self, code):
        """
        :param code: what the person typed
        :raise AccessDenied: it is wrong, or there were too many
        """
        digits = re.sub(r"\s", "", code)
        if not digits.isascii() or not digits.isdigit():
            raise AccessDenied(_("Verification failed, please use the 6-digit code"))
        credential = {"type": self._mfa_type(), "token": int(digits)}
        with self._assert_can_auth(user=self.id):
            self._check_credentials(credential, {"interactive": True})


def _nobodys_hash(registry, context):
    """Of no password; made once, for making it takes as long as checking it."""
    if not hasattr(registry, "_iot_nobodys_hash"):
        registry._iot_nobodys_hash = context.hash(make_token(""))
    return registry._iot_nobodys_hash
