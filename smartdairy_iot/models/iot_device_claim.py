from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import NO_ACCESS

from ..onboarding.code import hash_code, is_code_of, make_code

_NAMED = 5  # devices in a message


class IotDeviceClaim(models.Model):
    """The right to put a shipped device onto one's farm, once.

    Whoever has the code from its label may use it; of the code only a hash is kept.
    """

    _name = "iot.device.claim"
    _description = "Claim Code of a Device"
    _order = "id desc"
    _rec_name = "device_id"

    device_id = fields.Many2one(
        "iot.device", required=True, readonly=True, index=True, ondelete="cascade"
    )
    code_hash = fields.Char(required=True, readonly=True, groups=NO_ACCESS)
    expires_at = fields.Datetime(required=True, readonly=True)
    cancelled_at = fields.Datetime(readonly=True)
    used_at = fields.Datetime(readonly=True)
    used_by = fields.Many2one("res.users", readonly=True)
    farm_id = fields.Many2one("farm.farm", "Claimed for", readonly=True)
    state = fields.Selection(
        [
            ("open", "Open"),
            ("used", "Used"),
            ("expired", "Expired"),
            ("cancelled", "Cancelled"),
        ],
        string="Status",
        compute="_compute_state",
    )

    @api.depends("used_at", "cancelled_at", "expires_at")
    def _compute_state(self):
        now = fields.Datetime.now()
        for claim in self:
            if claim.used_at:
                claim.state = "used"
            elif claim.cancelled_at:
                claim.state = "cancelled"
            else:
                claim.state = "expired" if claim.expires_at <= now else "open"

    # Making them --------------------------------------------------------------------

    @api.model
    def _make(self, devices, days):
        """New codes; those made before are valid no more.

        :return: ``{id of device: code}``, to be shown once and kept nowhere
        """
        devices.check_access("write")
        refused = devices.filtered(lambda device: not device._is_claimable())
        if refused:
            raise UserError(
                _(
                    "Only devices that are draft or registered and stand on no farm "
                    "can be claimed. Leave out: %(names)s.",
                    names=", ".join(refused[:_NAMED].mapped("device_id")),
                )
            )
        codes = {device.id: make_code() for device in devices}
        expires_at = fields.Datetime.now() + timedelta(days=days)
        # sudo - iot.device.claim: written by its own methods only.
        claims = self.sudo()
        claims.search([("device_id", "in", devices.ids)])._cancel()
        claims.create(
            [
                {
                    "device_id": device_id,
                    "code_hash": hash_code(code),
                    "expires_at": expires_at,
                }
                for device_id, code in codes.items()
            ]
        )
        return codes

    def action_cancel(self):
        self.device_id.check_access("write")
        # sudo - iot.device.claim: written by its own methods only.
        self.sudo()._cancel()
        return True

    def _cancel(self):
        still = self.filtered(
            lambda claim: not claim.used_at and not claim.cancelled_at
        )
        still.cancelled_at = fields.Datetime.now()

    # Using them ---------------------------------------------------------------------

    @api.model
    def _look_up(self, device_ref, code):
        """Which claim a code of a label is, and whether it can be used.

        :return: ``(claim, verdict)``: open, used, cancelled, expired, taken, or unknown
            for a device that is not there as for a code that is not its own
        """
        if "\0" in device_ref:  # which no text in a database holds
            return self.browse(), "unknown"
        # sudo - iot.device.claim: the code is the right to see this one.
        claims = self.sudo().search([("device_id.device_id", "=", device_ref)])
        hashes = claims.mapped("code_hash") or [None]
        matches = [is_code_of(code, code_hash) for code_hash in hashes]
        if not any(matches):
            return claims.browse(), "unknown"
        claim = claims[matches.index(True)]
        if claim.state == "open" and not claim.device_id._is_claimable():
            return claim, "taken"
        return claim, claim.state

    def _use(self, farm):
        """Put the device onto the farm, and register it.

        :param farm: one that the user sees; their rights were checked
        """
        self.ensure_one()
        # sudo - iot.device: the code is the right to take this one.
        device = self.device_id.sudo()
        device.farm_id = farm
        if device.state == "draft":
            device.action_register()
        self.write(
            {
                "used_at": fields.Datetime.now(),
                "used_by": self.env.uid,
                "farm_id": farm.id,
            }
        )
        device.message_post(
            body=_(
                "Claimed for %(farm)s by its code.",
                farm=farm.name,
            )
        )
        return device.sudo(False)
