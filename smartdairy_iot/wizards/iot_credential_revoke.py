from odoo import _, fields, models
from odoo.exceptions import UserError

from ..models.iot_certificate import LIVE, REASONS


class IotCredentialRevoke(models.TransientModel):
    """Why credentials are taken away."""

    _name = "iot.credential.revoke"
    _description = "Revoke Credentials"

    certificate_ids = fields.Many2many("iot.certificate", readonly=True)
    token_ids = fields.Many2many("iot.device.token", readonly=True)
    reason = fields.Selection(REASONS, required=True, default="key_compromise")
    note = fields.Char(help="Such as where it was lost.")

    def _open(self, certificates=None, tokens=None):
        certificates = (certificates or self.env["iot.certificate"]).filtered(
            lambda one: one.state in LIVE
        )
        tokens = (tokens or self.env["iot.device.token"]).filtered(
            lambda one: one.state == "valid"
        )
        if not certificates and not tokens:
            raise UserError(_("There is nothing to revoke."))
        return {
            "type": "ir.actions.act_window",
            "name": _("Revoke Credentials"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_certificate_ids": certificates.ids,
                "default_token_ids": tokens.ids,
            },
        }

    def action_revoke(self):
        self.ensure_one()
        self.env["iot.device"]._require_technician()
        for credentials in (self.certificate_ids, self.token_ids):
            credentials.check_access("read")  # of the farms one may see
            # sudo - iot.certificate, iot.device.token: nobody writes them but so.
            credentials.sudo()._revoke(self.reason, self.env.user, self.note)
        return {"type": "ir.actions.act_window_close"}
