from odoo import api, fields, models

from ..rules.kind import KINDS, to_level
from .iot_threshold import SEVERITY_SELECTION


class IotThresholdLevel(models.Model):
    """A further pair of limits of a rule: the same alert becomes more severe there."""

    _name = "iot.threshold.level"
    _description = "Further Level of a Threshold"
    _inherit = ["iot.listener.mapped"]
    _order = "threshold_id, id"
    _rec_name = "severity"

    threshold_id = fields.Many2one(
        "iot.threshold", required=True, ondelete="cascade", index=True
    )
    severity = fields.Selection(SEVERITY_SELECTION, default="high", required=True)
    use_min = fields.Boolean(string="Check Minimum")
    use_max = fields.Boolean(string="Check Maximum", default=True)
    min_value = fields.Float(string="Minimum Value", digits=(16, 4))
    max_value = fields.Float(string="Maximum Value", digits=(16, 4))
    on_delay = fields.Float(
        string="For at Least (minutes)",
        help="Outside this limit without a break for so long before it counts.",
    )

    _on_delay_not_negative = models.Constraint(
        "CHECK(on_delay >= 0)", "The time before an alert cannot be negative."
    )

    @api.constrains(
        *("threshold_id", "severity", "use_min", "use_max", "min_value", "max_value"),
        "on_delay",
    )
    def _check_levels(self):
        self.threshold_id._check_levels()

    def write(self, vals):
        super().write(vals)
        if "threshold_id" in vals:
            self.check_access("write")  # Odoo asks before
        return True

    def _to_level(self, kind):
        """:param kind: of its rule, which has the same fields: it is the first level"""
        return to_level_of(self, kind)


def to_level_of(record, kind):
    """A rule, or a further level of it, as :class:`~..rules.rule.Level`."""
    one_side = KINDS[kind].sides if len(KINDS[kind].sides) == 1 else ()
    is_low = record.use_min or "low" in one_side
    is_high = record.use_max or "high" in one_side
    return to_level(
        kind,
        record.severity,
        record.min_value if is_low else None,
        record.max_value if is_high else None,
        record.on_delay,
    )
