from odoo import api, fields, models


class StockLocation(models.Model):
    """The devices and tanks at a location, and at those within it."""

    _inherit = "stock.location"

    device_ids = fields.One2many("iot.device", "location_id", string="Devices")
    tank_ids = fields.One2many("farm.tank", "location_id", string="Tanks")
    device_count = fields.Integer(
        compute="_compute_device_count",
        groups="smartdairy_iot.group_iot_user",
        help="Here, and at the locations within.",
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_device_count(self):
        for location in self:
            location.device_count = self.env["iot.device"].search_count(
                location._devices_domain()
            )

    def _devices_domain(self):
        self.ensure_one()
        # A location that is not saved yet has nothing.
        return [("location_id", "child_of", self._origin.ids)]

    def action_view_devices(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "smartdairy_iot.iot_device_action"
        )
        action["domain"] = self._devices_domain()
        action["context"] = {"default_location_id": self.id}
        return action
