from datetime import timedelta

from odoo import api, fields, models

_SPAN = timedelta(minutes=15)
_MOST_OF_USER = 10
_MOST_OF_ADDRESS = 30
_KEPT = timedelta(days=7)


class IotDeviceClaimAttempt(models.Model):
    """Wrong codes, so that nobody tries one after the other."""

    _name = "iot.device.claim.attempt"
    _description = "Wrong Claim Code"
    _order = "id desc"
    _log_access = False

    user_id = fields.Many2one(
        "res.users", required=True, index=True, ondelete="cascade"
    )
    address = fields.Char(index=True)
    device_ref = fields.Char(help="Which device was meant; the code is not kept.")
    tried_at = fields.Datetime(required=True, default=fields.Datetime.now, index=True)

    @api.model
    def _is_blocked(self, user, address):
        """Whether this user, or this address, has to wait."""
        since = [("tried_at", ">", fields.Datetime.now() - _SPAN)]
        # sudo - iot.device.claim.attempt: nobody reads it.
        tries = self.sudo()
        return (
            tries.search_count([*since, ("user_id", "=", user.id)]) >= _MOST_OF_USER
            or tries.search_count([*since, ("address", "=", address)])
            >= _MOST_OF_ADDRESS
        )

    @api.model
    def _add(self, user, address, device_ref):
        # sudo - iot.device.claim.attempt: nobody writes it by themselves.
        self.sudo().create(
            {"user_id": user.id, "address": address, "device_ref": device_ref[:50]}
        )

    @api.autovacuum
    def _gc_attempts(self):
        old = [("tried_at", "<", fields.Datetime.now() - _KEPT)]
        self.search(old).unlink()
