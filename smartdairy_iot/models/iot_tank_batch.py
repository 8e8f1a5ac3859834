import logging

from odoo import fields, models

_logger = logging.getLogger(__name__)


class IotTankBatch(models.Model):
    """The milk of one filling: from the first milking until the tank is empty."""

    _name = "iot.tank.batch"
    _description = "Batch of a Tank"
    _inherit = ["iot.tank.record"]

    tank_id = fields.Many2one(
        "farm.tank", required=True, index=True, ondelete="cascade", readonly=True
    )
    standard_id = fields.Many2one(
        "iot.cooling.standard", string="Judged By", readonly=True, ondelete="set null"
    )
    end = fields.Datetime(string="Emptied")
    is_partial = fields.Boolean(
        string="Began Before",
        readonly=True,
        help="Its milk was there before we looked.",
    )
    milkings = fields.Integer(string="Number of Milkings", readonly=True)
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

    def _keep(self, vals):
        changed = super()._keep(vals)
        if changed.get("is_out_of_range"):
            _logger.info("Batch %s was too long out of range", self.id)
            self._on_out_of_range()
        return changed

    def _on_out_of_range(self):
        """Called once, when the minutes out of range become more than allowed.

        For add-ons: what is to happen to the milk, such as its lot on hold.
        """
