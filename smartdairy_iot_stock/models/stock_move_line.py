from odoo import models

# Consumed by a manufacturing order, or gone to somebody.
_AWAY = ("customer", "supplier", "production")


class StockMoveLine(models.Model):
    _inherit = "stock.move.line"

    def _synchronize_quant(self, quantity, location, action="available", **how):
        """Goods on hold do not arrive anywhere outside.

        All that moves goods comes by here: transfers, consumption by manufacturing,
        and changes of lines that are done.
        """
        if action == "available" and quantity > 0 and self._is_away(location):
            lot = how.get("lot", self.lot_id)
            if lot:
                lot._check_may_leave()
        return super()._synchronize_quant(quantity, location, action=action, **how)

    def _is_away(self, location):
        """Between warehouses of one company it is not away yet."""
        if location.usage == "transit":
            return location.company_id != self.company_id
        return location.usage in _AWAY
