from odoo import fields, models


class IotMilkGrade(models.Model):
    _name = "iot.milk.grade"
    _description = "Milk Grade"
    _order = "scoring_id, points desc, id"

    scoring_id = fields.Many2one("iot.milk.scoring", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="scoring_id.company_id", store=True)
    name = fields.Char(string="Grade", required=True)
    points = fields.Float(string="From Points", digits=(16, 0), required=True)

    _name_unique = models.Constraint(
        "UNIQUE(scoring_id, name)", "This grade stands there already."
    )
    _points_unique = models.Constraint(
        "UNIQUE(scoring_id, points)", "Another grade begins with as many points."
    )
