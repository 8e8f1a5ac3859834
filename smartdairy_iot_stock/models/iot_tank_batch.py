import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

_logger = logging.getLogger(__name__)
# Judged anew, a batch may begin a little earlier or later: it is the same milk.
_SAME_MILK = timedelta(hours=1)


class IotTankBatch(models.Model):
    """The batch is a lot of Inventory, on hold when it was too long out of range."""

    _inherit = "iot.tank.batch"

    lot_id = fields.Many2one(
        "stock.lot", index="btree_not_null", readonly=True, ondelete="set null"
    )
    lot_hold = fields.Selection(related="lot_id.iot_hold", string="Lot on Hold")
    has_lot_product = fields.Boolean(compute="_compute_has_lot_product")

    @api.depends("tank_id.lot_product_id")
    def _compute_has_lot_product(self):
        for batch in self:
            batch.has_lot_product = bool(batch.tank_id.lot_product_id)

    @api.model_create_multi
    def create(self, vals_list):
        batches = super().create(vals_list)
        for batch in batches:
            batch._aside(batch._assign_lot)
        return batches

    def _keep(self, vals):
        """Later minutes may be too many for what was released before."""
        res = super()._keep(vals)
        if self.is_out_of_range and "outside_minutes" in vals:
            self._aside(self._hold_lot)
        return res

    def _on_out_of_range(self):
        res = super()._on_out_of_range()
        self._aside(self._hold_lot)
        return res

    def _aside(self, job):
        """What fails in Inventory is told in the log: the tank is judged all the same,
        and the next minutes try again.
        """
        try:
            with self.env.cr.savepoint():
                job()
        except UserError:
            _logger.exception("Inventory refuses the lot of batch %s", self.id)

    def _assign_lot(self):
        """The lot of this milk; a new one if there is none yet."""
        self.ensure_one()
        tank = self.tank_id
        product = tank.lot_product_id
        if self.lot_id or not product:
            return
        # sudo - stock.lot: the tank's judgement, or a technician without Inventory.
        lots = self.env["stock.lot"].sudo()
        lot = lots.search(
            [
                ("product_id", "=", product.id),
                ("iot_tank_id", "=", tank.id),
                ("iot_batch_start", ">=", self.start - _SAME_MILK),
                ("iot_batch_start", "<=", self.start + _SAME_MILK),
            ],
            limit=1,
        )
        origin = {"iot_tank_id": tank.id, "iot_batch_start": self.start}
        if lot:
            lot.write(origin)
        else:
            name = self._lot_name(lots, product)
            company = product.company_id or tank.company_id
            lot = lots.create(
                {
                    "name": name,
                    "product_id": product.id,
                    "company_id": company.id,
                    **origin,
                }
            )
        self.sudo().lot_id = lot

    def _lot_name(self, lots, product):
        """Tanks of two farms may have one name."""
        name = self.display_name
        taken = lots.search_count(
            [("product_id", "=", product.id), ("name", "=", name)], limit=1
        )
        return f"{self.farm_id.name} {name}" if taken else name

    def _hold_lot(self):
        self._assign_lot()
        # sudo - stock.lot: likewise.
        lot = self.lot_id.sudo()
        if not lot:
            return
        if lot.iot_hold == "released":
            # Quality knew of so many minutes. As many again as its standard allows at
            # all are another matter.
            known, allowed = lot.iot_hold_minutes, self.standard_id.outside_minutes
            if self.outside_minutes < known + max(1, allowed):
                return
        if lot.iot_hold == "held":
            lot.iot_hold_minutes = self.outside_minutes
            return
        lot._hold(
            self.env._(
                "%(tank)s: %(minutes)d minutes out of range under %(standard)s.",
                tank=self.tank_id.name,
                minutes=round(self.outside_minutes),
                standard=self.standard_id.name or self.env._("no standard"),
            ),
            self.outside_minutes,
        )

    def action_assign_lot(self):
        """For a batch that was there before its tank had a product."""
        self.ensure_one()
        if not self.env.user.has_group("smartdairy_iot.group_iot_technician"):
            raise AccessError(self.env._("Only technicians give a batch its lot."))
        self.check_access("read")
        if not self.tank_id.lot_product_id:
            raise UserError(
                self.env._(
                    "Choose “Milk as a Product” on %(tank)s first.",
                    tank=self.tank_id.name,
                )
            )
        self._assign_lot()
        if self.is_out_of_range:
            self._hold_lot()

    def action_view_lot(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "stock.lot",
            "res_id": self.lot_id.id,
            "view_mode": "form",
        }
