from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..milking.grade import CRITERIA, Scheme


class IotMilkScoring(models.Model):
    """How milk is graded: what earns points, and which points are which grade."""

    _name = "iot.milk.scoring"
    _description = "Milk Grading"
    _inherit = ["farm.owned"]
    _order = "sequence, id"

    name = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.user._company_of_new()
    )
    step_ids = fields.One2many(
        "iot.milk.scoring.step", "scoring_id", string="Points", copy=True
    )
    grade_ids = fields.One2many(
        "iot.milk.grade", "scoring_id", string="Grades", copy=True
    )
    note = fields.Text(string="Notes")

    @api.constrains("step_ids", "grade_ids")
    def _check_whole(self):
        for scoring in self:
            known = set(scoring.step_ids.mapped("criterion"))
            if missing := [name for name in CRITERIA if name not in known]:
                labels = dict(
                    scoring.step_ids._fields["criterion"]._description_selection(
                        self.env
                    )
                )
                raise ValidationError(
                    self.env._(
                        "%(name)s gives no points for %(missing)s.",
                        name=scoring.name,
                        missing=", ".join(labels[name] for name in missing),
                    )
                )
            if not scoring.grade_ids:
                raise ValidationError(
                    self.env._("%(name)s has no grades.", name=scoring.name)
                )

    @api.model_create_multi
    def create(self, vals_list):
        scorings = super().create(vals_list)
        scorings._grade_again()
        return scorings

    def write(self, vals):
        done = super().write(vals)
        self._grade_again()
        return done

    def copy_data(self, default=None):
        return [
            {**vals, "name": self.env._("%(name)s (copy)", name=scoring.name)}
            if "name" not in (default or {})
            else vals
            for scoring, vals in zip(self, super().copy_data(default), strict=True)
        ]

    def _grade_again(self):
        """Which farms it is for may have changed as well."""
        if not self.env.context.get("install_mode"):
            self.env["iot.milk.quality"]._grade_again(self.env["farm.farm"].search([]))

    @api.model
    def _for_farm(self, farm):
        """The farm's own, or the first that its company may use; or none."""
        if farm.milk_scoring_id:
            return farm.milk_scoring_id
        return self.search([("company_id", "in", (farm.company_id.id, False))], limit=1)

    def _to_scheme(self):
        """A :class:`Scheme`; one without any grade where there is no scoring."""
        steps = tuple(step._to_step() for step in self.step_ids)
        return Scheme(steps, tuple((g.name, g.points) for g in self.grade_ids))
