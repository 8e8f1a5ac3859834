from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import MilkStockCase

TECHNICIAN = "smartdairy_iot.group_iot_technician"


@tagged("post_install", "-at_install")
class TestHoldAccess(MilkStockCase):
    """Who uses Inventory may write lots, but not release them."""

    def setUp(self):
        super().setUp()
        self.batch = self.open_batch()
        self.lot = self.batch.lot_id
        self.spoil(self.batch)

    def test_nobody_else_releases_a_lot(self):
        manager = self.make_user(
            "boss", "stock.group_stock_manager", "smartdairy_iot.group_iot_manager"
        )
        for user in (self.clerk, manager):
            lot = self.lot.with_user(user)
            with self.assertRaisesRegex(AccessError, "Milk Quality"):
                lot._release("Looks fine")
            with self.assertRaises(AccessError):
                lot.action_release_hold()
            with self.assertRaises(AccessError):
                self.env["stock.lot.hold"].with_user(user).create(
                    {"decision": "release", "lot_ids": lot.ids, "reason": "Fine"}
                )
        self.assertEqual(self.lot.iot_hold, "held")

    def test_the_hold_cannot_be_written_past_the_release(self):
        for user in (self.clerk, self.quality):
            for vals in ({"iot_hold": False}, {"iot_hold": "released"}):
                with self.assertRaises(AccessError):
                    self.lot.with_user(user).write(vals)
        self.assertEqual(self.lot.iot_hold, "held")

    def test_a_lot_cannot_be_made_that_was_released_before(self):
        with self.assertRaises(AccessError):
            self.env["stock.lot"].with_user(self.clerk).create(
                {"name": "X", "product_id": self.milk.id, "iot_hold": "released"}
            )

    def test_a_default_makes_no_lot_that_was_released_before_either(self):
        """Nor one that a tank's judgement would then find, and never hold."""
        for name, value in (
            ("iot_hold", "released"),
            ("iot_tank_id", self.tank.id),
            ("iot_release_reason", "Fine"),
        ):
            lots = self.env["stock.lot"].with_user(self.clerk)
            with self.assertRaises(AccessError):
                lots.with_context(**{f"default_{name}": value}).create(
                    {"name": f"X {name}", "product_id": self.milk.id}
                )

    def test_other_fields_of_a_held_lot_are_written_as_before(self):
        self.lot.with_user(self.clerk).ref = "Silo 3"
        self.assertEqual(self.lot.ref, "Silo 3")

    def test_quality_of_another_company_neither_sees_nor_releases_it(self):
        other = self.env["res.company"].create({"name": "Other Dairy"})
        stranger = self.make_user("stranger", "smartdairy_iot_stock.group_quality")
        stranger.write({"company_ids": [other.id], "company_id": other.id})
        company = self.lot.company_id or self.env.company
        self.assertEqual(self.lot.company_id, company)
        with self.assertRaises(AccessError):
            self.lot.with_user(stranger)._release("Fine")
        self.assertNotIn(stranger, self.lot._quality_users())

    def test_a_technician_without_inventory_gives_an_old_batch_its_lot(self):
        self.tank.lot_product_id = False
        batch = self.open_batch("2026-01-20 06:00:00")
        self.tank.lot_product_id = self.milk
        technician = self.make_user("technician", TECHNICIAN)
        viewer = self.make_user("viewer", "smartdairy_iot.group_iot_user")
        with self.assertRaises(AccessError):
            batch.with_user(viewer).action_assign_lot()
        batch.with_user(technician).action_assign_lot()
        self.assertEqual(batch.lot_id.product_id, self.milk)
