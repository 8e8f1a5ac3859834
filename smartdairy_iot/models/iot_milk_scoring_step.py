from odoo import fields, models

from ..milking.grade import Step


class IotMilkScoringStep(models.Model):
    _name = "iot.milk.scoring.step"
    _description = "Points of a Milk Grading"
    _order = "scoring_id, criterion, points desc, id"

    scoring_id = fields.Many2one("iot.milk.scoring", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="scoring_id.company_id", store=True)
    criterion = fields.Selection(
        [("fat", "Fat (%)"), ("protein", "Protein (%)"), ("scc", "Somatic Cells")],
        required=True,
        default="fat",
    )
    is_rest = fields.Boolean(string="Otherwise", help="Whatever the other lines leave.")
    limit = fields.Float(
        help="Fat and protein: at least that much. Somatic cells: fewer than that."
    )
    points = fields.Float(digits=(16, 0), required=True)

    _points_not_negative = models.Constraint(
        "CHECK(points >= 0)", "Points cannot be negative."
    )
    _limit_positive = models.Constraint(
        'CHECK(is_rest OR "limit" > 0)', "A limit must be positive."
    )

    def _to_step(self):
        return Step(self.criterion, None if self.is_rest else self.limit, self.points)
