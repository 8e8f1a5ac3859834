"""The tokens of devices that are signed in: their hashes."""

from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.smartdairy_iot.settings import get_settings

from ..auth.refresh import Shown
from ..auth.token import ACCESS, REFRESH, hash_token, make_token

_SPAN = timedelta(minutes=1)  # between two notes of when a device was last used


class Caller(NamedTuple):
    """Who calls. :param session_id: None: an API key, which belongs to no device"""

    user_id: int
    session_id: int | None = None
    language: str | None = None


class IotAppToken(models.Model):
    """One row for each token that counts, and for each refresh token that was used.

    Not Odoo's ``res.users.apikeys``: those have neither a refresh token nor rotation
    nor a family to revoke, a key of no scope would fit every scope, and each check
    costs a slow hash, which protects nothing that is random.
    """

    _name = "iot.app.token"
    _description = "Token of the Mobile App"
    _order = "id"
    _log_access = False

    session_id = fields.Many2one(
        "iot.app.session", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection([("access", "Access"), ("refresh", "Refresh")])
    hashed = fields.Char(required=True, groups=fields.NO_ACCESS)
    expires_at = fields.Datetime(required=True)
    used_at = fields.Datetime(help="The first time.")

    _one = models.UniqueIndex("(hashed)")

    @api.model
    def _issue(self, session, now):
        """:return: ``{access_token, expires_in, refresh_token, refresh_expires_in}``"""
        settings = get_settings()
        lifetimes = {
            "access": timedelta(minutes=settings.api_access_minutes),
            "refresh": timedelta(days=settings.api_refresh_days),
        }
        tokens = {"access": make_token(ACCESS), "refresh": make_token(REFRESH)}
        self.create(
            [
                {
                    "session_id": session.id,
                    "kind": kind,
                    "hashed": hash_token(token),
                    "expires_at": now + lifetimes[kind],
                }
                for kind, token in tokens.items()
            ]
        )
        session.expires_at = now + lifetimes["refresh"]
        return {
            "token_type": "Bearer",
            "access_token": tokens["access"],
            "expires_in": int(lifetimes["access"].total_seconds()),
            "refresh_token": tokens["refresh"],
            "refresh_expires_in": int(lifetimes["refresh"].total_seconds()),
        }

    @api.model
    def _find_caller(self, token, address):
        """:return: :class:`Caller`, or None: no token that counts"""
        now = fields.Datetime.now()
        # Raw SQL: at every call, so one query and no ORM cache.
        query = SQL(
            """
            SELECT token.id, token.used_at, session.id, session.user_id,
                   session.language, session.last_used_at, session.address
              FROM iot_app_token AS token
              JOIN iot_app_session AS session ON session.id = token.session_id
              JOIN res_users AS usr ON usr.id = session.user_id
             WHERE token.hashed = %s AND token.kind = 'access'
               AND token.expires_at > %s AND session.revoked_at IS NULL
               AND usr.active AND NOT usr.share
            """,
            hash_token(token),
            now,
        )
        self.env.cr.execute(query)
        if not (row := self.env.cr.fetchone()):
            return None
        token_id, used_at, session_id, user_id, language, last_used_at, last = row
        if not used_at:
            self.browse(token_id).used_at = now
        if not last_used_at or now - last_used_at >= _SPAN or address != last:
            session = self.env["iot.app.session"].browse(session_id)
            session.write({"last_used_at": now, "address": address})
        return Caller(user_id, session_id, language)

    @api.model
    def _find_key_caller(self, key):
        user_id = self.env["res.users.apikeys"]._find_iot_user(key)
        return Caller(user_id) if user_id else None

    @api.model
    def _find_refresh(self, token):
        """Locked: of two that show the same token at once, one sees the other's use.

        :return: the record, empty if there is none, and :class:`Shown`
        """
        # Raw SQL: the ORM cannot find and lock at once.
        self.env.cr.execute(
            SQL(
                "SELECT id FROM iot_app_token WHERE hashed = %s AND kind = 'refresh'"
                " FOR UPDATE",
                hash_token(token),
            )
        )
        found = self.browse(row[0] for row in self.env.cr.fetchall())
        if not found:
            return found, None
        session = found.session_id
        later = [("session_id", "=", session.id), ("id", ">", found.id)]
        is_used = self.search_count([*later, ("used_at", "!=", False)], limit=1)
        return found, Shown(
            found.expires_at, found.used_at, session._is_live(), bool(is_used)
        )

    def _rotate(self, now):
        """Exchange this refresh token for new tokens; see :meth:`_issue`."""
        session = self.session_id
        unused = [("kind", "=", "refresh"), ("used_at", "=", False)]
        gone = [("session_id", "=", session.id), ("id", "!=", self.id)]
        self.search([*gone, "|", ("kind", "=", "access"), "&", *unused]).unlink()
        self.used_at = self.used_at or now
        return self._issue(session, now)

    @api.autovacuum
    def _gc_tokens(self):
        self.search([("expires_at", "<", fields.Datetime.now())]).unlink()
