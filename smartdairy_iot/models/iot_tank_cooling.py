from odoo import api, fields, models

VERDICTS = [
    ("running", "Running"),
    ("met", "Met"),
    ("late", "Late"),
    ("superseded", "More Milk Came Before"),
]


class IotTankCooling(models.Model):
    """One milking into a tank, and how its milk was cooled."""

    _name = "iot.tank.cooling"
    _description = "Cooling of a Milking"
    _inherit = ["iot.tank.record"]

    batch_id = fields.Many2one(
        "iot.tank.batch", required=True, index=True, ondelete="cascade", readonly=True
    )
    tank_id = fields.Many2one(
        related="batch_id.tank_id", store=True, index=True, precompute=True
    )
    standard_id = fields.Many2one(
        related="batch_id.standard_id", store=True, precompute=True
    )
    number = fields.Integer(string="Milking", readonly=True, aggregator=None)
    is_first = fields.Boolean(string="First", readonly=True)
    is_estimated = fields.Boolean(
        string="End Estimated",
        readonly=True,
        help="Neither volume nor inflow was measured: its end is a guess.",
    )
    before = fields.Float(
        string="Before (°C)", readonly=True, digits=(6, 1), aggregator="avg"
    )
    blend = fields.Float(
        string="Blend (°C)",
        readonly=True,
        digits=(6, 1),
        aggregator="max",
        help="The warmest of the mix; after a first milking, at its end.",
    )
    marks = fields.Json(readonly=True, help="[{limit, celsius, deadline, met_at, …}]")
    limits_text = fields.Char(
        string="Cold, After Its End", compute="_compute_limits_text"
    )
    cooled_minutes = fields.Float(
        string="Minutes to the Last Limit",
        readonly=True,
        digits=(8, 0),
        aggregator="avg",
        help="From the end of the milking until all limits were met; 0 if they were "
        "before.",
    )
    verdict = fields.Selection(VERDICTS, readonly=True, index=True)

    _batch_start_unique = models.Constraint("UNIQUE(batch_id, start)")

    @api.depends("marks")
    @api.depends_context("lang")
    def _compute_limits_text(self):
        labels = dict(self._fields["verdict"]._description_selection(self.env))
        for cooling in self:
            cooling.limits_text = ", ".join(
                self.env._(
                    "%(celsius)s °C: %(minutes)s min",
                    celsius=f"{mark['celsius']:g}",
                    minutes=f"{mark['minutes']:.0f}",
                )
                if mark["minutes"] is not None
                else self.env._(
                    "%(celsius)s °C: %(verdict)s",
                    celsius=f"{mark['celsius']:g}",
                    verdict=labels[mark["verdict"]].lower(),
                )
                for mark in cooling.marks or ()
            )
