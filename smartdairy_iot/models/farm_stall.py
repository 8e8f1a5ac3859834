from odoo import fields, models


class FarmStall(models.Model):
    _name = "farm.stall"
    _inherit = ["farm.owned"]
    _description = "Milking Stall"
    _order = "farm_id, name"

    name = fields.Char(required=True)
    farm_id = fields.Many2one(
        "farm.farm", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="farm_id.company_id", store=True)
    device_ids = fields.One2many("iot.device", "stall_id", string="Devices")
