from odoo import _, fields, models

from ..identity.token import hash_token, make_token
from .iot_certificate import REASONS


class IotDeviceToken(models.Model):
    """The password of a device that cannot present a certificate: only its hash."""

    _name = "iot.device.token"
    _description = "Token of a Device"
    _order = "id desc"
    _rec_name = "username"

    device_id = fields.Many2one(
        "iot.device", readonly=True, index="btree_not_null", ondelete="set null"
    )
    company_id = fields.Many2one(related="device_id.company_id", store=True)
    username = fields.Char(required=True, readonly=True, help="The device ID.")
    # As the broker's password file has it. Nobody reads it, not over RPC either.
    hashed = fields.Char(readonly=True, groups=fields.NO_ACCESS)
    state = fields.Selection(
        [("valid", "Valid"), ("revoked", "Revoked")],
        string="Status",
        default="valid",
        required=True,
        readonly=True,
    )
    create_date = fields.Datetime(string="Issued", readonly=True)
    revoked_at = fields.Datetime(readonly=True)
    revoked_by = fields.Many2one("res.users", readonly=True)
    reason = fields.Selection(REASONS, readonly=True)
    note = fields.Char(readonly=True)

    _one_valid = models.UniqueIndex(
        "(username) WHERE state = 'valid'", "This device has a valid token already."
    )

    def _issue(self, devices):
        """A new token for each; it replaces the one before at once.

        :return: ``{device: token}``, which is nowhere else
        """
        devices._check_may_have_credentials()
        # sudo - iot.device.token: nobody creates one but by issuing it.
        tokens = self.sudo()
        tokens.search(
            [("device_id", "in", devices.ids), ("state", "=", "valid")]
        )._revoke("superseded", self.env.user)
        tokens.flush_model()
        issued = {device: make_token() for device in devices}
        tokens.create(
            [
                {
                    "device_id": device.id,
                    "username": device.device_id,
                    "hashed": hash_token(token),
                }
                for device, token in issued.items()
            ]
        )
        issued_text = _("Token issued")
        devices._log_credentials(dict.fromkeys(devices.ids, issued_text))
        self.env["iot.broker"]._wake()
        return issued

    def action_revoke(self):
        return self.env["iot.credential.revoke"]._open(tokens=self)

    def _revoke(self, reason, user=None, note=""):
        live = self.filtered(lambda one: one.state == "valid")
        live.write(
            {
                "state": "revoked",
                "hashed": False,  # of no use any more
                "revoked_at": fields.Datetime.now(),
                "revoked_by": user and user.id,
                "reason": reason,
                "note": note,
            }
        )
        text = _("Token revoked. %(note)s", note=note or "")
        live.device_id._log_credentials(dict.fromkeys(live.device_id.ids, text))
        self.env["iot.broker"]._wake()
