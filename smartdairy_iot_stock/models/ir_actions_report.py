from odoo import models

TRIP = "smartdairy_iot_stock.report_trip"


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def _get_layout(self):
        """A trip is printed by the scheduler: no style sheet of a web server."""
        if self.report_name == TRIP:
            return self.env.ref("smartdairy_iot_stock.trip_layout")
        return super()._get_layout()
