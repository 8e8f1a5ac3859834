from datetime import timezone

from odoo import fields, models

from ..milking.attention import Limits
from ..milking.day import local_day
from ..zone import to_zone


class FarmFarm(models.Model):
    """When a farm wants an animal looked at, and how it grades its milk."""

    _inherit = "farm.farm"

    attention_conductivity = fields.Float(
        string="Conductivity Over (mS/cm)",
        digits=(16, 2),
        default=Limits().conductivity,
        required=True,
    )
    attention_scc = fields.Integer(
        string="Somatic Cells Over (per mL)", default=int(Limits().scc), required=True
    )
    attention_scc_severe = fields.Integer(
        string="Urgent From (per mL)", default=int(Limits().scc_severe), required=True
    )
    attention_yield_drop = fields.Float(
        string="Yield Under Its Average by (%)",
        digits=(16, 1),
        default=Limits().yield_drop,
        required=True,
    )
    milk_scoring_id = fields.Many2one(
        "iot.milk.scoring",
        string="Milk Grades",
        help="How milk is graded here. Empty: by the scoring that comes first.",
    )
    milking_ids = fields.One2many("iot.milking.session", "farm_id", "Milkings")

    _attention_positive = models.Constraint(
        "CHECK(attention_conductivity > 0 AND attention_scc > 0"
        " AND attention_scc_severe >= attention_scc AND attention_yield_drop > 0)",
        "Limits of attention are positive, and what is urgent is not under them.",
    )

    def write(self, vals):
        done = super().write(vals)
        if "tz" in vals:
            self.milking_ids._place_again()
        if any(name.startswith("attention_") for name in vals):
            # sudo - iot.milking.attention: nobody writes it by hand.
            self.env["iot.milking.attention"].sudo()._refresh(self.animal_ids)
        if "milk_scoring_id" in vals:
            self.env["iot.milk.quality"]._grade_again(self)
        return done

    def _today(self):
        """By its own calendar."""
        zone = to_zone(self.tz or "UTC")
        return local_day(fields.Datetime.now().replace(tzinfo=timezone.utc), zone)

    def _to_limits(self):
        self.ensure_one()
        return Limits(
            self.attention_conductivity,
            self.attention_scc,
            self.attention_scc_severe,
            self.attention_yield_drop,
        )
