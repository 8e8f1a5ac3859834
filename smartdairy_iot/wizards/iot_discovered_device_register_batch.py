from odoo import api, fields, models


class IotDiscoveredDeviceRegisterBatch(models.TransientModel):
    """Several discovered devices of one farm, registered in one go."""

    _name = "iot.discovered.device.register.batch"
    _description = "Register Discovered Devices"

    farm_id = fields.Many2one(
        "farm.farm", help="Of all but the children of a gateway, which have its farm."
    )
    needs_farm = fields.Boolean(compute="_compute_gateways")
    has_gateways = fields.Boolean(compute="_compute_gateways")
    line_ids = fields.One2many(
        "iot.discovered.device.register", "batch_id", string="Devices"
    )

    @api.depends("line_ids.gateway_id.farm_id")
    def _compute_gateways(self):
        for batch in self:
            batch.has_gateways = bool(batch.line_ids.gateway_id)
            batch.needs_farm = not all(
                line.gateway_id.farm_id for line in batch.line_ids
            )

    def action_register(self):
        for line in self.line_ids:
            line.farm_id = line.gateway_id.farm_id or self.farm_id
        return self.line_ids.action_register()
