import logging

from odoo import api, fields, models

_logger = logging.getLogger(__name__)


class IotTankBatch(models.Model):
    """The milk of one filling: from the first milking until the tank is empty."""

    _name = "iot.tank.batch"
    _description = "Batch of a Tank"
    _order = "start desc, id desc"
    _rec_name = "display_name"

    tank_id = fields.Many2one(
        "farm.tank", required=True, index=True, ondelete="cascade", readonly=True
    )
    farm_id = fields.Many2one(
        related="tank_id.farm_id", store=True, index=True, precompute=True
    )
    company_id = fields.Many2one(
        related="tank_id.company_id", store=True, precompute=True
    )
    standard_id = fields.Many2one(
        "iot.cooling.standard", string="Judged By", readonly=True, ondelete="set null"
    )
    start = fields.Datetime(required=True, readonly=True, index=True)
    end = fields.Datetime(string="Emptied", readonly=True)
    is_partial = fields.Boolean(
        string="Began Before",
        readonly=True,
        help="Its milk was there before we looked.",
    )
    milkings = fields.Integer(string="Number of Milkings", readonly=True)
    outside_minutes = fields.Float(
        string="Minutes Out of Range",
        readonly=True,
        digits=(8, 0),
        help="All spans together in which the milk was outside its standard.",
    )
    gap_minutes = fields.Float(
        string="Minutes Not Measured", readonly=True, digits=(8, 0)
    )
    lowest = fields.Float(string="Lowest (°C)", readonly=True, digits=(6, 1))
    highest = fields.Float(
        string="Highest (°C)",
        readonly=True,
        digits=(6, 1),
        aggregator="max",
        help="While nothing was added.",
    )
    is_out_of_range = fields.Boolean(
        string="Out of Range",
        readonly=True,
        index=True,
        help="Longer out of range, all spans together, than its standard allows.",
    )
    cooling_ids = fields.One2many("iot.tank.cooling", "batch_id", string="Milkings")

    _tank_start_unique = models.Constraint("UNIQUE(tank_id, start)")

    @api.depends("tank_id", "start")
    def _compute_display_name(self):
        for batch in self:
            tz = batch.farm_id.tz or "UTC"
            local = fields.Datetime.context_timestamp(
                batch.with_context(tz=tz), batch.start or fields.Datetime.now()
            )
            batch.display_name = f"{batch.tank_id.name} {local:%Y-%m-%d %H:%M}"

    def _keep(self, vals):
        """Write what has changed, and act when it was out of range for too long."""
        self.ensure_one()
        known = {
            **{name: self[name] for name in vals},
            "standard_id": self.standard_id.id,
        }
        changed = {name: value for name, value in vals.items() if known[name] != value}
        if not changed:
            return
        self.write(changed)
        if changed.get("is_out_of_range"):
            _logger.info("Batch %s was too long out of range", self.id)
            self._on_out_of_range()

    def _on_out_of_range(self):
        """Called once, when the minutes out of range become more than allowed.

        For add-ons: what is to happen to the milk, such as its lot on hold.
        """
