from odoo import fields, models


class FarmTank(models.Model):
    _name = "farm.tank"
    _inherit = ["farm.owned"]
    _description = "Bulk Milk Tank"
    _order = "farm_id, name"

    name = fields.Char(required=True)
    farm_id = fields.Many2one(
        "farm.farm", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="farm_id.company_id", store=True)
    capacity_liters = fields.Float(string="Capacity (L)", digits=(8, 0))
    device_ids = fields.One2many("iot.device", "tank_id", string="Devices")

    _capacity_positive = models.Constraint(
        "CHECK(capacity_liters >= 0)", "A tank's capacity cannot be negative."
    )
