from datetime import timedelta

from odoo import api, fields, models

_LIFETIMES = {"challenge": timedelta(minutes=5), "pairing": timedelta(minutes=5)}
_MOST_TRIES = 5


class IotAppCode(models.Model):
    """Short-lived secrets that are good for one use: only their hashes.

    A challenge stands between password and second factor; a pairing code, between the
    preferences in a browser and the phone that reads it there.
    """

    _name = "iot.app.code"
    _description = "One-time Code of the Mobile App"
    _log_access = False

    user_id = fields.Many2one(
        "res.users", required=True, index=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [("challenge", "Challenge"), ("pairing", "Pairing")], required=True
    )
    hashed = fields.Char(required=True, groups=fields.NO_ACCESS)
    expires_at = fields.Datetime(required=True, index=True)
    tries = fields.Integer()

    _one = models.UniqueIndex("(hashed)")

    @api.model
    def _put(self, user, kind, hashed):
        """A new one; of the same kind and person, the one before is void.

        :return: seconds that it is good for
        """
        self.search([("user_id", "=", user.id), ("kind", "=", kind)]).unlink()
        lifetime = _LIFETIMES[kind]
        self.create(
            {
                "user_id": user.id,
                "kind": kind,
                "hashed": hashed,
                "expires_at": fields.Datetime.now() + lifetime,
            }
        )
        return int(lifetime.total_seconds())

    @api.model
    def _find(self, kind, hashed):
        """Locked, so that it is used once; empty if there is none that counts."""
        now = fields.Datetime.now()
        found = self.search(
            [
                ("kind", "=", kind),
                ("hashed", "=", hashed),
                ("expires_at", ">", now),
                ("tries", "<", _MOST_TRIES),
                ("user_id.active", "=", True),
                ("user_id.share", "=", False),
            ]
        )
        return found.try_lock_for_update()

    @api.model
    def _void(self, users):
        self.search([("user_id", "in", users.ids)]).unlink()

    @api.autovacuum
    def _gc_codes(self):
        self.search([("expires_at", "<", fields.Datetime.now())]).unlink()
