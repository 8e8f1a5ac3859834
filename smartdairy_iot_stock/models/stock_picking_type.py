from odoo import fields, models


class StockPickingType(models.Model):
    """What a trip's temperature must be."""

    _inherit = "stock.picking.type"

    iot_trip_low = fields.Float(
        string="Transport, Lowest (°C)", default=0.0, digits=(6, 1)
    )
    iot_trip_high = fields.Float(
        string="Transport, Highest (°C)", default=7.0, digits=(6, 1)
    )
    iot_trip_minutes = fields.Integer(
        string="Minutes Tolerated",
        default=15,
        help="Outside for longer, all spans together, a trip was out of range.",
    )
    iot_trip_hold = fields.Boolean(
        string="Hold the Lots",
        help="A trip out of range puts the lots that it carried on hold.",
    )

    _iot_trip_band = models.Constraint(
        "CHECK(iot_trip_low < iot_trip_high AND iot_trip_minutes >= 0)",
        "Transport: the lowest temperature must be below the highest, and minutes "
        "cannot be negative.",
    )
