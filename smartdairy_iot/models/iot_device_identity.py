from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..identity.bundle import Recipient
from ..identity.names import RESERVED, is_reserved
from ..settings import get_settings
from .iot_certificate import LIVE

_TECHNICIAN = "smartdairy_iot.group_iot_technician"


class IotDevice(models.Model):
    """A device's credentials: they live and end with it."""

    _inherit = "iot.device"

    certificate_ids = fields.One2many(
        "iot.certificate", "device_id", string="Certificates", groups=_TECHNICIAN
    )
    has_certificate = fields.Boolean(
        compute="_compute_has_certificate",
        compute_sudo=True,
        help="Then its expiry is known, and nobody enters it.",
    )
    token_ids = fields.One2many(
        "iot.device.token", "device_id", string="Tokens", groups=_TECHNICIAN
    )

    @api.depends("certificate_ids")
    def _compute_has_certificate(self):
        for device in self:
            device.has_certificate = bool(device.certificate_ids)

    @api.constrains("device_id")
    def _check_not_reserved(self):
        for device in self:
            if is_reserved(device.device_id):
                raise ValidationError(
                    _(
                        "%(device_id)s cannot be a device ID: the broker knows "
                        "%(names)s as services with rights of their own.",
                        device_id=device.device_id,
                        names=", ".join(sorted(RESERVED)),
                    )
                )

    def write(self, vals):
        if vals.get("state") == "retired":
            retires = self.filtered(lambda device: device.state != "retired")
            retires._revoke_credentials(
                "cessation", self.env.user, _("The device was retired.")
            )
            self.env["iot.broker"]._wake()  # also one whose certificate is not known
        if "device_id" in vals:
            self.filtered(
                lambda device: device.device_id != vals["device_id"]
            )._check_no_live_credentials()
        return super().write(vals)

    def unlink(self):
        self._revoke_credentials(
            "cessation", self.env.user, _("The device was deleted.")
        )
        return super().unlink()

    # sudo - iot.certificate, iot.device.token: whoever may change the device does it,
    # and a credential must never outlive it.
    def _live_credentials(self):
        """:return: certificates and tokens that the broker takes"""
        of_these = ("device_id", "in", self.ids)
        return (
            self.env["iot.certificate"]
            .sudo()
            .search([of_these, ("state", "in", LIVE)]),
            self.env["iot.device.token"]
            .sudo()
            .search([of_these, ("state", "=", "valid")]),
        )

    def _check_no_live_credentials(self):
        certificates, tokens = self._live_credentials()
        for device in (certificates.device_id | tokens.device_id)[:1]:
            raise UserError(
                _(
                    "%(name)s has credentials for the device ID %(device_id)s. Revoke "
                    "them first; then issue new ones for the new ID.",
                    name=device.name,
                    device_id=device.device_id,
                )
            )

    def _revoke_credentials(self, reason, user=None, note=""):
        for credentials in self._live_credentials():
            if credentials:
                credentials._revoke(reason, user, note)

    def _require_technician(self):
        if not self.env.su and not self.env.user.has_group(_TECHNICIAN):
            raise AccessError(_("Credentials are for technicians and managers only."))

    def _check_may_have_credentials(self):
        """:raise UserError: which device cannot have any, and why"""
        self._require_technician()
        self.check_access("read")
        for device in self:
            if device.state == "retired":
                raise UserError(
                    _("%(name)s is retired and gets no credentials.", name=device.name)
                )
        others = self.env["iot.broker"]._names_of_others()
        for device in self:
            if device.device_id in others:
                raise UserError(
                    _(
                        "%(device_id)s is a user of the broker with rights of its own "
                        "(acl.base, passwd.base), and cannot be a device.",
                        device_id=device.device_id,
                    )
                )
        # sudo - res.users: only whether a login is there. A person's MQTT user is the
        # login, and that one's messages must not reach a device.
        taken = (
            self.env["res.users"]
            .sudo()
            .with_context(active_test=False)
            .search([("login", "in", self.mapped("device_id"))], limit=1)
        )
        if taken:
            raise UserError(
                _(
                    "A device cannot be called %(login)s: a user of Odoo has that "
                    "login, and what is told to them over MQTT would reach the device.",
                    login=taken.login,
                )
            )

    def _follow_certificates(self):
        """``certificate_expires_at``: what the rules and the health look at."""
        # sudo - iot.certificate, iot.device: who may issue need not be able to write.
        newest = dict(
            self.env["iot.certificate"]
            .sudo()
            ._read_group(
                [("device_id", "in", self.ids), ("state", "in", (*LIVE, "expired"))],
                ["device_id"],
                ["not_after:max"],
            )
        )
        by_moment = self.sudo().grouped(lambda device: newest.get(device, False))
        for moment, devices in by_moment.items():
            devices.write({"certificate_expires_at": moment})

    def _to_recipient(self, is_certified=True):
        """How it reaches the broker."""
        settings = get_settings()
        port = settings.device_port or settings.mqtt_port
        return Recipient(
            self.device_id,
            self.name,
            self.device_type,
            settings.device_host or settings.mqtt_host,
            port if is_certified else settings.token_port,
        )

    def _log_credentials(self, texts):
        """In the chatter: :param texts: ``{id: text}``"""
        if texts and not self.env.context.get("tracking_disable"):
            # sudo - iot.device: a note of what was done with its credentials.
            self.browse(texts).sudo()._message_log_batch(bodies=texts)

    # Actions ------------------------------------------------------------------------

    def action_issue_credentials(self):
        self._require_technician()
        return {
            "type": "ir.actions.act_window",
            "name": _("Issue Credentials"),
            "res_model": "iot.credential.issue",
            "view_mode": "form",
            "target": "new",
            "context": {"default_device_ids": self.ids},
        }

    def action_revoke_credentials(self):
        self._require_technician()
        self.check_access("read")
        certificates, tokens = self._live_credentials()
        if not certificates and not tokens:
            raise UserError(_("There is nothing to revoke."))
        return self.env["iot.credential.revoke"]._open(certificates, tokens)
