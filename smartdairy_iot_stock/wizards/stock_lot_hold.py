from odoo import fields, models


class StockLotHold(models.TransientModel):
    """Quality's decision on lots, with its reason."""

    _name = "stock.lot.hold"
    _description = "Put Lots on Hold, or Release Them"

    decision = fields.Selection(
        [("hold", "Put on Hold"), ("release", "Release")], required=True
    )
    lot_ids = fields.Many2many("stock.lot", string="Lots", required=True)
    reason = fields.Char(required=True)

    def action_decide(self):
        self.ensure_one()
        if self.decision == "release":
            self.lot_ids._release(self.reason)
        else:
            self.lot_ids._check_quality()
            self.lot_ids._hold(self.reason)
        return {"type": "ir.actions.act_window_close"}
