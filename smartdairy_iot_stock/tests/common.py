from odoo.addons.smartdairy_iot.tests.common import IotCase

QUALITY = "smartdairy_iot_stock.group_quality"
CLERK = "stock.group_stock_user"


class MilkStockCase(IotCase):
    """A tank whose milk is a product tracked by lots, and 100 L of a lot in stock."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.milk = cls.env["product.product"].create(
            {"name": "Raw milk", "is_storable": True, "tracking": "lot"}
        )
        cls.standard = cls.env.ref("smartdairy_iot.cooling_standard_eu")
        cls.standard.outside_minutes = 60
        cls.warehouse = cls.env["stock.warehouse"].search(
            [("company_id", "=", cls.env.company.id)], limit=1
        )
        cls.stock = cls.warehouse.lot_stock_id
        cls.quarantine = cls.env["stock.location"].create(
            {"name": "Quarantine", "usage": "internal", "location_id": cls.stock.id}
        )
        cls.customers = cls.env.ref("stock.stock_location_customers")
        cls.tank = cls.env["farm.tank"].create(
            {
                "name": "Tank 7",
                "farm_id": cls.farm.id,
                "cooling_standard_id": cls.standard.id,
                "lot_product_id": cls.milk.id,
            }
        )
        cls.quality = cls.make_user("quality", QUALITY)
        cls.clerk = cls.make_user("clerk", CLERK)

    def open_batch(self, start="2026-01-05 06:00:00"):
        return self.env["iot.tank.batch"].create(
            {
                "tank_id": self.tank.id,
                "start": start,
                "standard_id": self.standard.id,
            }
        )

    def fill(self, lot, liters=100):
        self.env["stock.quant"]._update_available_quantity(
            self.milk, self.stock, liters, lot_id=lot
        )

    def spoil(self, batch, minutes=75.0):
        """As the tank's judgement does."""
        batch._keep({"outside_minutes": minutes, "is_out_of_range": True})

    def transfer(self, lot, kind, destination, liters=10, **vals):
        kind = self.warehouse[kind]
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": kind.id,
                "location_id": self.stock.id,
                "location_dest_id": destination.id,
                **vals,
            }
        )
        move = self.env["stock.move"].create(
            {
                "product_id": self.milk.id,
                "product_uom_qty": liters,
                "picking_id": picking.id,
                "location_id": self.stock.id,
                "location_dest_id": destination.id,
            }
        )
        picking.action_confirm()
        move.move_line_ids.unlink()
        self.env["stock.move.line"].create(
            {
                "move_id": move.id,
                "picking_id": picking.id,
                "product_id": self.milk.id,
                "lot_id": lot.id,
                "quantity": liters,
                "location_id": self.stock.id,
                "location_dest_id": destination.id,
            }
        )
        move.picked = True
        return picking

    def delivery(self, lot, **vals):
        return self.transfer(lot, "out_type_id", self.customers, **vals)
