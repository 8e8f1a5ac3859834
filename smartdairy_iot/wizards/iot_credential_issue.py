import base64
from datetime import datetime, timezone
from pathlib import Path

from odoo import _, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..identity.authority import key_pem, make_key
from ..identity.bundle import certified_files, pack, token_files
from ..identity.request import (
    RequestError,
    is_certificate,
    read_certificate,
    read_request,
)
from ..models.iot_certificate import DEFAULT_DAYS, DEFAULT_OVERLAP_DAYS
from ..settings import get_settings

_MOST = 2000  # devices in one file


class IotCredentialIssue(models.TransientModel):
    """How devices get their credentials; also the ticket of the one download."""

    _name = "iot.credential.issue"
    _description = "Issue Credentials"

    device_ids = fields.Many2many("iot.device", required=True)
    device_count = fields.Integer(compute="_compute_devices")
    renewed_count = fields.Integer(compute="_compute_devices")
    kind = fields.Selection(
        [
            ("bundle", "Key and certificate, made here"),
            ("request", "Certificate for the device's own key"),
            ("token", "Token: the device cannot present a certificate"),
        ],
        required=True,
        default="bundle",
    )
    days = fields.Integer(string="Valid for (days)", default=DEFAULT_DAYS)
    overlap_days = fields.Integer(
        string="Old One Stays Valid for (days)",
        default=DEFAULT_OVERLAP_DAYS,
        help="So that the device is not cut off before it has the new one. 0: revoke "
        "the old one at once.",
    )
    upload = fields.Binary(string="Signing Request", attachment=False)
    upload_name = fields.Char()
    problem = fields.Char(compute="_compute_problem")
    handed_out_at = fields.Datetime(readonly=True)

    @api.depends("device_ids")
    def _compute_devices(self):
        for wizard in self:
            devices = wizard.device_ids
            wizard.device_count = len(devices)
            certificates, _tokens = devices._live_credentials()
            wizard.renewed_count = len(certificates.device_id)

    @api.depends("kind")
    def _compute_problem(self):
        for wizard in self:
            wizard.problem = False
            try:
                if wizard.kind != "token":
                    self.env["iot.certificate"]._authority()
                elif not get_settings().broker_folder:
                    wizard.problem = _(
                        "The broker would never learn of a token: broker_folder is not "
                        "set in the section [smartdairy_iot] of odoo.conf."
                    )
            except UserError as error:
                wizard.problem = str(error)

    @api.constrains("days", "overlap_days")
    def _check_days(self):
        for wizard in self:
            if not 1 <= wizard.days <= 3650 or not 0 <= wizard.overlap_days <= 365:
                raise ValidationError(
                    _(
                        "A certificate is valid for 1 to 3650 days, and the one before "
                        "it for 0 to 365 more."
                    )
                )

    # --- what is asked for

    def action_issue(self):
        self._check()
        if self.kind == "request":
            return self._issue_for_upload()
        if self.kind == "token" and len(self.device_ids) == 1:
            tokens = self.env["iot.device.token"]._issue(self.device_ids)
            self.handed_out_at = fields.Datetime.now()
            return self.env["iot.device.token.shown"]._show(tokens)
        return {
            "type": "ir.actions.act_url",
            "url": f"/smartdairy_iot/credentials/{self.id}",
            "target": "new",  # which alone closes the dialog
            "close": True,
        }

    def _check(self):
        self.ensure_one()
        if self.create_uid != self.env.user:
            raise UserError(_("Somebody else has asked for these credentials."))
        if not self.device_ids:
            raise UserError(_("Choose at least one device."))
        if len(self.device_ids) > _MOST:
            raise UserError(
                _("At most %(most)s devices at once: choose fewer.", most=_MOST)
            )
        self.device_ids._check_may_have_credentials()
        if self.problem:
            raise UserError(self.problem)

    def _issue_for_upload(self):
        if len(self.device_ids) != 1 or not self.upload:
            raise UserError(
                _("Choose one device, and the file with its signing request.")
            )
        raw = base64.b64decode(self.upload)
        certificates = self.env["iot.certificate"]
        now = datetime.now(timezone.utc)
        try:
            if is_certificate(raw):
                found = read_certificate(
                    raw, certificates._authority(), self.device_ids.device_id, now
                )
                certificates._record_foreign(self.device_ids, found)
                return {"type": "ir.actions.act_window_close"}
            key = read_request(raw)
        except RequestError as error:
            raise UserError(self._explain(error)) from None
        made = certificates._issue(
            {self.device_ids: key}, self.days, self.overlap_days, "request"
        )
        return {**made.action_download(), "close": True}

    def _explain(self, error):
        detail = {"file": self.upload_name or "?", "detail": error.detail}
        return {
            "size": _("%(file)s is too large for a signing request.", **detail),
            "syntax": _(
                "%(file)s is neither a certificate signing request nor a certificate "
                "(PEM or DER): %(detail)s",
                **detail,
            ),
            "key": _(
                "The key of %(file)s cannot be used: an elliptic curve of P-256, P-384 "
                "or P-521 is needed, and this is %(detail)s. Make one with: openssl "
                "ecparam -name prime256v1 -genkey -noout",
                **detail,
            ),
            "signature": _(
                "%(file)s is not signed with its own key. Was it damaged on its way?",
                **detail,
            ),
            "issuer": _("%(file)s was not issued by the CA of odoo.conf.", **detail),
            "name": _(
                "%(file)s was issued to %(detail)s, not to this device.", **detail
            ),
            "expired": _("%(file)s expired on %(detail)s.", **detail),
        }[error.problem]

    # --- the one download

    def _hand_out(self):
        """Make keys, certificates or tokens, and their file; the second caller, also
        one at the same moment, is refused.

        Nothing is made before. What is made is only in the answer: should it not
        arrive, revoke it, and issue anew.

        :return: name and bytes of a zip
        :raise UserError: it was handed out already
        """
        self.lock_for_update()
        if self.handed_out_at:
            raise UserError(
                _(
                    "These credentials were handed out already, and are kept nowhere. "
                    "If they did not arrive, revoke them and issue new ones."
                )
            )
        self._check()
        self.handed_out_at = fields.Datetime.now()
        if self.kind == "token":
            files = self._make_tokens()
        elif self.kind == "bundle":
            files = self._make_bundles()
        else:
            raise UserError(_("There is nothing to download."))
        alone = self.device_ids[:1].device_id if len(files) == 1 else len(files)
        return f"credentials-{alone}.zip", pack(files)

    def _make_bundles(self):
        keys = {device: make_key() for device in self.device_ids}
        made = self.env["iot.certificate"]._issue(
            {device: key.public_key() for device, key in keys.items()},
            self.days,
            self.overlap_days,
            "bundle",
        )
        ca = self._ca_of_the_broker()
        return {
            device.device_id: certified_files(
                device._to_recipient(), key_pem(key), certificate.pem, ca
            )
            for (device, key), certificate in zip(keys.items(), made, strict=True)
        }

    def _make_tokens(self):
        tokens = self.env["iot.device.token"]._issue(self.device_ids)
        ca = self._ca_of_the_broker()
        return {
            device.device_id: token_files(
                device._to_recipient(is_certified=False), token, ca
            )
            for device, token in tokens.items()
        }

    def _ca_of_the_broker(self):
        """What a device verifies the broker with: as Odoo's listener does."""
        path = get_settings().mqtt_ca or get_settings().ca_cert
        try:
            return Path(path).read_text(encoding="ascii")
        except (OSError, ValueError) as error:
            raise UserError(
                _("mqtt_ca in odoo.conf cannot be read: %(error)s", error=error)
            ) from None
