from odoo import fields, models


class IotDevice(models.Model):
    _name = "iot.device"
    _inherit = ["iot.device", "iot.stock.located"]

    location_id = fields.Many2one(tracking=True)
