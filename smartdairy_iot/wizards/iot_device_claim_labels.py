from odoo import Command, _, api, fields, models
from odoo.exceptions import UserError

SIZES = [
    ("roll", "Labels 50 × 30 mm"),
    ("roll_small", "Labels 62 × 29 mm"),
    ("a4", "A4 sheet, 3 × 8 labels"),
    ("csv", "CSV for a label program"),
]
MOST_DEVICES = 1000
MOST_DAYS = 3650


class IotDeviceClaimLabels(models.TransientModel):
    """Codes are made and printed in one step; nobody can see them again."""

    _name = "iot.device.claim.labels"
    _description = "Make Claim Labels"

    device_ids = fields.Many2many("iot.device", readonly=True)
    ready_ids = fields.Many2many("iot.device", compute="_compute_ready")
    ready_count = fields.Integer(compute="_compute_ready")
    refused = fields.Char(compute="_compute_ready")
    replaced_count = fields.Integer(compute="_compute_ready")
    size = fields.Selection(SIZES, required=True, default="roll")
    days = fields.Integer("Valid for (Days)", required=True, default=365)

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        if self.env.context.get("active_model") == "iot.device":
            devices = self.env.context.get("active_ids", [])
            values["device_ids"] = [Command.set(devices)]
        return values

    @api.depends("device_ids")
    def _compute_ready(self):
        for wizard in self:
            ready = wizard.device_ids.filtered(lambda device: device._is_claimable())
            wizard.ready_ids = ready
            wizard.ready_count = len(ready)
            wizard.refused = ", ".join((wizard.device_ids - ready).mapped("device_id"))
            claims = self.env["iot.device.claim"].search(
                [("device_id", "in", ready.ids)]
            )
            open_ones = claims.filtered(lambda claim: claim.state == "open")
            wizard.replaced_count = len(open_ones)

    def action_make(self):
        """The browser fetches them by POST: making them changes something."""
        self.ensure_one()
        if not self.ready_ids:
            raise UserError(_("None of these devices can be claimed."))
        if not 1 <= self.days <= MOST_DAYS:
            raise UserError(
                _("Enter a number of days from 1 to %(most)s.", most=MOST_DAYS)
            )
        return {
            "type": "ir.actions.client",
            "tag": "smartdairy_iot.download_claim_labels",
            "params": {
                "device_ids": ",".join(map(str, self.ready_ids.ids)),
                "size": self.size,
                "days": self.days,
            },
        }
