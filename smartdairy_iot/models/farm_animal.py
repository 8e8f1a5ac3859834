from odoo import fields, models


class FarmAnimal(models.Model):
    _name = "farm.animal"
    _inherit = ["farm.owned"]
    _description = "Animal"
    _order = "farm_id, number"
    _rec_name = "number"

    number = fields.Integer(
        required=True, help="The animal_id that milk meters send for this animal."
    )
    name = fields.Char()
    ear_tag = fields.Char()
    active = fields.Boolean(default=True)
    farm_id = fields.Many2one(
        "farm.farm", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="farm_id.company_id", store=True)

    _number_unique = models.Constraint(
        "UNIQUE(farm_id, number)", "Another animal of this farm has this number."
    )
