import base64
import hashlib

from odoo import _, api, fields, models
from odoo.exceptions import AccessError, UserError

from .iot_device import DEVICE_TYPES

# What devices verify the file with: never what somebody says it is.
_COMPUTED = {"sha256", "size"}


class IotFirmware(models.Model):
    """A file that devices of one kind can run."""

    _name = "iot.firmware"
    _description = "Firmware"
    _inherit = ["farm.owned"]
    _order = "device_type, profile_id, id desc"
    _rec_name = "version"

    device_type = fields.Selection(DEVICE_TYPES, required=True)
    profile_id = fields.Many2one(
        "iot.device.profile",
        domain="[('device_type', '=', device_type)]",
        help="Only devices of this profile are offered it. Empty: all of the type.",
    )
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.user._company_of_new(),
        help="Empty: all companies.",
    )
    version = fields.Char(
        required=True,
        help="Exactly as the device reports it when it runs: that is how Odoo knows.",
    )
    active = fields.Boolean(default=True)
    file = fields.Binary(attachment=True, required=True, copy=False)
    file_name = fields.Char(copy=False)
    size = fields.Integer(
        string="Bytes", compute="_compute_digest", store=True, copy=False
    )
    sha256 = fields.Char(
        string="SHA-256", compute="_compute_digest", store=True, copy=False
    )
    notes = fields.Text()
    campaign_ids = fields.One2many("iot.firmware.campaign", "firmware_id")

    _version_unique = models.UniqueIndex(
        "(device_type, COALESCE(profile_id, 0), COALESCE(company_id, 0), version)",
        "There is a firmware of this version already.",
    )

    @api.depends("file")
    def _compute_digest(self):
        for firmware in self.with_context(bin_size=False):
            content = base64.b64decode(firmware.file or b"")
            firmware.size = len(content)
            firmware.sha256 = content and hashlib.sha256(content).hexdigest()

    @api.depends("version", "profile_id", "device_type")
    def _compute_display_name(self):
        labels = dict(self._fields["device_type"]._description_selection(self.env))
        for firmware in self:
            kind = firmware.profile_id.name or labels.get(firmware.device_type, "")
            firmware.display_name = f"{kind} {firmware.version or ''}".strip()

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_not_computed(vals)
        return super().create(vals_list)

    def write(self, vals):
        """What was offered stays what it was."""
        self._check_not_computed(vals)
        fixed = {"file", "version", "device_type", "profile_id"} & vals.keys()
        if fixed and self.campaign_ids.filtered(lambda c: c.state != "draft"):
            raise UserError(
                _(
                    "This firmware was offered to devices already and stays as it is. "
                    "Add the new file as another version."
                )
            )
        return super().write(vals)

    @api.model
    def _check_not_computed(self, vals):
        if _COMPUTED & vals.keys():
            raise AccessError(
                _("Size and checksum are computed from the file, and not written.")
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_unless_offered(self):
        if self.campaign_ids:
            raise UserError(
                _("A campaign offers this firmware. Archive it to hide it.")
            )

    def _fits(self, device):
        """Devices with a topic of their own never hear of ours."""
        if device.device_type != self.device_type or device.profile_id.topic:
            return False
        return not self.profile_id or device.profile_id == self.profile_id
