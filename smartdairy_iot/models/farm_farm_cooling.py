from odoo import fields, models


class FarmFarm(models.Model):
    _inherit = "farm.farm"

    cooling_standard_id = fields.Many2one(
        "iot.cooling.standard",
        index="btree_not_null",
        tracking=True,
        domain="[('company_id', 'in', [company_id, False])]",
        help="By what the milk in this farm's tanks is judged. A tank may have another "
        "one. Without one, the thresholds of its temperature sensor apply.",
    )

    def write(self, vals):
        if "cooling_standard_id" in vals:
            self.env["iot.device"]._forget_listener_map()
        return super().write(vals)
