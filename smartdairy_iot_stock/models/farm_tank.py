from odoo import models


class FarmTank(models.Model):
    _name = "farm.tank"
    _inherit = ["farm.tank", "iot.stock.located"]
