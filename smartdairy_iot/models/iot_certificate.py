from datetime import datetime, timedelta, timezone

from odoo import _, api, fields, models
from odoo.exceptions import UserError

from ..identity.authority import Authority, AuthorityError, record
from ..settings import SettingsError, get_settings

REASONS = [
    ("key_compromise", "Lost, Stolen or Leaked"),
    ("superseded", "Replaced"),
    ("cessation", "No Longer Used"),
    ("unspecified", "Other"),
]
LIVE = ("valid", "superseded")  # the broker takes them
DEFAULT_DAYS = 825
DEFAULT_OVERLAP_DAYS = 14


def to_odoo(moment):
    """UTC as Odoo stores it."""
    return moment.astimezone(timezone.utc).replace(tzinfo=None)


class IotCertificate(models.Model):
    """What is known of a certificate: never its key, which Odoo does not keep."""

    _name = "iot.certificate"
    _description = "Certificate of a Device"
    _order = "not_before desc, id desc"
    _rec_name = "serial"

    device_id = fields.Many2one(
        "iot.device",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Empty: the device was deleted, and its certificates stay revoked.",
    )
    company_id = fields.Many2one(related="device_id.company_id", store=True)
    common_name = fields.Char(
        required=True,
        readonly=True,
        index=True,
        help="The device's user at the broker.",
    )
    serial = fields.Char(string="Serial Number", required=True, readonly=True)
    fingerprint = fields.Char(
        string="SHA-256 Fingerprint", required=True, readonly=True
    )
    pem = fields.Text(string="Certificate (PEM)", required=True, readonly=True)
    source = fields.Selection(
        [
            ("bundle", "Bundle"),
            ("request", "Signing Request"),
            ("elsewhere", "Issued Elsewhere"),
        ],
        required=True,
        readonly=True,
    )
    not_before = fields.Datetime(string="Valid From", required=True, readonly=True)
    not_after = fields.Datetime(
        string="Expires", required=True, readonly=True, index=True
    )
    state = fields.Selection(
        [
            ("valid", "Valid"),
            ("superseded", "Superseded"),
            ("revoked", "Revoked"),
            ("expired", "Expired"),
        ],
        string="Status",
        default="valid",
        required=True,
        readonly=True,
        index=True,
    )
    revoke_at = fields.Datetime(
        string="Is Revoked On",
        readonly=True,
        help="A newer one was issued; until then the broker takes both.",
    )
    revoked_at = fields.Datetime(readonly=True)
    revoked_by = fields.Many2one(
        "res.users", readonly=True, help="Empty: it was replaced, and its time was up."
    )
    reason = fields.Selection(REASONS, readonly=True)
    note = fields.Char(readonly=True)
    told_days = fields.Integer(
        readonly=True, help="People were last told so many days before it expires."
    )

    _serial_unique = models.Constraint(
        "UNIQUE(serial)", "This certificate is recorded already."
    )

    @api.depends("common_name", "serial")
    def _compute_display_name(self):
        for one in self:
            one.display_name = f"{one.common_name} ({one.serial[:8]}…)"

    # The CA -------------------------------------------------------------------------

    @api.model
    def _authority(self):
        """The CA of ``odoo.conf``.

        :raise UserError: why it cannot be used, and what to do
        """
        try:
            settings = get_settings()
            return Authority.load(
                settings.ca_cert, settings.ca_key, datetime.now(timezone.utc)
            )
        except SettingsError as error:
            raise UserError(str(error)) from None
        except AuthorityError as error:
            raise UserError(self._explain(error)) from None

    def _explain(self, error):
        detail = {"detail": error.detail}
        return {
            "missing": _(
                "No CA: set ca_cert and ca_key in the section [smartdairy_iot] of "
                "odoo.conf, and restart Odoo. scripts/certificates.sh makes one."
            ),
            "unreadable": _("The CA cannot be read by Odoo: %(detail)s", **detail),
            "no_key": _(
                "ca_key is no private key without a passphrase: %(detail)s", **detail
            ),
            "no_ca": _(
                "ca_cert is no certificate that may sign certificates and revocation "
                "lists: %(detail)s",
                **detail,
            ),
            "mismatch": _(
                "ca_key is not the key of ca_cert: %(detail)s. Was one of them "
                "replaced?",
                **detail,
            ),
            "expired": _("The CA expired on %(detail)s. Make a new one.", **detail),
            "early": _(
                "The CA is valid from %(detail)s on only. Is the clock of this server "
                "right?",
                **detail,
            ),
        }[error.problem]

    # Issue --------------------------------------------------------------------------

    @api.model
    def _issue(self, keys, days, overlap_days, source):
        """A certificate for each device; the older ones are superseded.

        :param keys: ``{iot.device: public key}``
        :return: the certificates, in that order
        """
        authority = self._authority()
        now = datetime.now(timezone.utc)
        devices = self.env["iot.device"].union(*keys)
        devices._check_may_have_credentials()
        issued = [
            authority.issue(device.device_id, key, now, days)
            for device, key in keys.items()
        ]
        return self._record(devices, issued, source, overlap_days)

    @api.model
    def _record_foreign(self, device, certificate):
        """One of the CA's that was not issued here, so that it can be revoked here."""
        device._check_may_have_credentials()
        found = record(certificate)
        if self.sudo().search_count([("serial", "=", found.serial)]):
            raise UserError(_("This certificate is recorded already."))
        return self._record(device, [found], "elsewhere", None)

    def _record(self, devices, issued, source, overlap_days):
        # sudo - iot.certificate: nobody creates one but by issuing it.
        certificates = self.sudo()
        if overlap_days is not None:
            certificates._supersede(devices, overlap_days)
        made = certificates.create(
            [
                {
                    "device_id": device.id,
                    "common_name": one.common_name,
                    "serial": one.serial,
                    "fingerprint": one.fingerprint,
                    "pem": one.pem,
                    "source": source,
                    "not_before": to_odoo(one.not_before),
                    "not_after": to_odoo(one.not_after),
                }
                for device, one in zip(devices, issued, strict=True)
            ]
        )
        devices._follow_certificates()
        devices._log_credentials(
            {
                one.device_id.id: self.env._(
                    "Certificate %(serial)s issued, valid until %(day)s",
                    serial=one.serial,
                    day=one.not_after.date(),
                )
                for one in made
            }
        )
        self.env["iot.broker"]._wake()
        return made

    def _supersede(self, devices, overlap_days):
        """The certificates of now give way to a new one, at once or after some days."""
        older = self.search([("device_id", "in", devices.ids), ("state", "=", "valid")])
        if not overlap_days:
            # By somebody, who wants the old one cut off now: also where it is shown by
            # a connection that is open (see iot.broker, _revokes_one_of_several).
            older._revoke("superseded", self.env.user)
            return
        until = fields.Datetime.now() + timedelta(days=overlap_days)
        older.write({"state": "superseded", "revoke_at": until})

    # Revoke -------------------------------------------------------------------------

    def action_revoke(self):
        return self.env["iot.credential.revoke"]._open(certificates=self)

    def action_keep(self):
        """The device was not given the newer one after all."""
        self.device_id._require_technician()
        self.check_access("read")
        for one in self:
            if one.state != "superseded":
                raise UserError(
                    _("%(serial)s is not about to be revoked.", serial=one.serial)
                )
        # sudo - iot.certificate: nobody writes it but by these actions.
        self.sudo().write({"state": "valid", "revoke_at": False})
        self.device_id._follow_certificates()

    def _revoke(self, reason, user=None, note=""):
        """:param user: who did it; none when its time was up"""
        live = self.filtered(lambda one: one.state in LIVE)
        live.write(
            {
                "state": "revoked",
                "revoked_at": fields.Datetime.now(),
                "revoked_by": user and user.id,
                "reason": reason,
                "note": note,
                "revoke_at": False,
            }
        )
        live.device_id._follow_certificates()
        labels = dict(self._fields["reason"]._description_selection(self.env))
        live.device_id._log_credentials(
            {
                device.id: self.env._(
                    "Certificate %(serial)s revoked: %(reason)s. %(note)s",
                    serial=", ".join(revoked.mapped("serial")),
                    reason=labels[reason],
                    note=note or "",
                )
                for device, revoked in live.grouped("device_id").items()
                if device
            }
        )
        self.env["iot.broker"]._wake()

    def action_download(self):
        """The certificate; there is nothing secret in it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/smartdairy_iot/certificate/{self.id}",
            "target": "download",
        }
