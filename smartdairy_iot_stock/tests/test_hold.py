from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.smartdairy_iot.tests.tank import DAY, TankCase

from .common import MilkStockCase


@tagged("post_install", "-at_install")
class TestHold(MilkStockCase):
    """Milk that was too long out of range does not leave before quality says so."""

    def setUp(self):
        super().setUp()
        self.batch = self.open_batch()
        self.lot = self.batch.lot_id
        self.fill(self.lot)

    def in_stock(self, location):
        return self.env["stock.quant"]._get_available_quantity(
            self.milk, location, lot_id=self.lot, strict=True
        )

    def test_a_batch_that_opens_gets_a_lot_of_the_tanks_product(self):
        self.assertEqual(self.lot.product_id, self.milk)
        self.assertEqual(self.lot.name, "Tank 7 2026-01-05 06:00")
        self.assertFalse(self.lot.iot_hold)

    def test_judged_anew_the_same_milk_keeps_its_lot(self):
        self.batch.unlink()
        self.assertEqual(self.open_batch("2026-01-05 06:04:00").lot_id, self.lot)
        later = self.open_batch("2026-01-07 06:04:00")
        self.assertNotEqual(later.lot_id, self.lot)

    def test_a_tank_without_product_has_batches_without_lots(self):
        self.tank.lot_product_id = False
        batch = self.open_batch("2026-01-08 06:00:00")
        self.assertFalse(batch.lot_id)
        self.spoil(batch)
        self.assertFalse(batch.lot_id)

    def test_a_product_without_lots_is_refused_for_a_tank(self):
        loose = self.env["product.product"].create({"name": "Loose milk"})
        with self.assertRaisesRegex(ValidationError, "not tracked by lots"):
            self.tank.lot_product_id = loose

    def test_too_long_out_of_range_puts_the_lot_on_hold_and_asks_quality(self):
        self.spoil(self.batch)
        self.assertEqual(self.lot.iot_hold, "held")
        self.assertIn("75 minutes out of range", self.lot.iot_hold_reason)
        self.assertEqual(self.lot.iot_hold_minutes, 75)
        self.assertIn(self.quality, self.lot.activity_ids.user_id)
        self.assertNotIn(self.clerk, self.lot.activity_ids.user_id)

    def test_a_held_lot_is_not_delivered_and_the_error_says_who_may_release(self):
        picking = self.delivery(self.lot)
        self.spoil(self.batch)
        with self.assertRaises(UserError) as caught:
            picking.with_user(self.clerk).button_validate()
        said = str(caught.exception)
        for word in (self.lot.name, "Tank 7", "75", "quality", "Milk Quality"):
            self.assertIn(word, said)

    def test_a_lot_that_is_not_held_is_delivered(self):
        picking = self.delivery(self.lot)
        picking.with_user(self.clerk).button_validate()
        self.assertEqual(picking.state, "done")
        self.assertEqual(self.in_stock(self.stock), 90)

    def test_a_held_lot_may_be_moved_to_quarantine_and_be_scrapped(self):
        self.spoil(self.batch)
        picking = self.transfer(self.lot, "int_type_id", self.quarantine)
        picking.with_user(self.clerk).button_validate()
        self.assertEqual(self.in_stock(self.quarantine), 10)
        scrap = self.env["stock.scrap"].create(
            {
                "product_id": self.milk.id,
                "scrap_qty": 10,
                "lot_id": self.lot.id,
                "location_id": self.quarantine.id,
            }
        )
        scrap.do_scrap()
        self.assertEqual(self.in_stock(self.quarantine), 0)

    def test_a_held_lot_is_not_consumed_by_manufacturing(self):
        self.spoil(self.batch)
        production = self.env["stock.location"].search(
            [("usage", "=", "production"), ("company_id", "=", self.env.company.id)],
            limit=1,
        )
        self.assertTrue(production)
        with self.assertRaisesRegex(UserError, "on hold"):
            self.transfer(self.lot, "int_type_id", production).button_validate()

    def test_a_delivery_that_is_done_is_not_changed_to_a_held_lot(self):
        other = self.lot.copy({"name": "Other milk"})
        self.fill(other)
        picking = self.delivery(other)
        picking.button_validate()
        self.spoil(self.batch)
        with self.assertRaisesRegex(UserError, "on hold"):
            picking.move_line_ids.lot_id = self.lot

    def test_released_with_a_reason_it_is_delivered_and_the_reason_is_kept(self):
        picking = self.delivery(self.lot)
        self.spoil(self.batch)
        lot = self.lot.with_user(self.quality)
        action = lot.action_release_hold()
        context = action["context"]
        wizard = self.env["stock.lot.hold"].with_user(self.quality)
        with Form(wizard.with_context(**context)) as form:
            form.reason = "Plate count is fine"
        form.record.action_decide()
        self.assertEqual(self.lot.iot_hold, "released")
        self.assertEqual(self.lot.iot_released_by_id, self.quality)
        self.assertFalse(self.lot.activity_ids)
        self.env.flush_all()
        self.env.cr.flush()
        said = self.lot.message_ids.sudo().tracking_value_ids.mapped("new_value_char")
        self.assertIn("Plate count is fine", said)
        picking.with_user(self.clerk).button_validate()
        self.assertEqual(picking.state, "done")

    def test_a_release_needs_a_reason(self):
        self.spoil(self.batch)
        with self.assertRaisesRegex(UserError, "Say why"):
            self.lot.with_user(self.quality)._release("  ")
        self.assertEqual(self.lot.iot_hold, "held")

    def test_released_milk_is_held_again_only_when_it_becomes_much_worse(self):
        self.spoil(self.batch, 75)
        self.lot.with_user(self.quality)._release("For cheese")
        self.spoil(self.batch, 134)
        self.assertEqual(self.lot.iot_hold, "released")
        self.spoil(self.batch, 135)
        self.assertEqual(self.lot.iot_hold, "held")
        self.assertFalse(self.lot.iot_release_reason)

    def test_minutes_that_come_later_are_told_on_the_held_lot(self):
        self.spoil(self.batch, 75)
        self.spoil(self.batch, 90)
        self.assertEqual(self.lot.iot_hold_minutes, 90)

    def test_quality_holds_a_lot_by_itself(self):
        lot = self.lot.with_user(self.quality)
        wizard = self.env["stock.lot.hold"].with_user(self.quality)
        wizard.create(
            {"decision": "hold", "lot_ids": lot.ids, "reason": "Antibiotics"}
        ).action_decide()
        self.assertEqual(self.lot.iot_hold, "held")

    def test_a_held_lot_is_not_deleted(self):
        self.lot.sudo()._hold("Spilled")
        with self.assertRaisesRegex(UserError, "on hold"):
            self.lot.unlink()

    def test_a_copy_of_a_held_lot_is_not_held(self):
        self.spoil(self.batch)
        self.assertFalse(self.lot.copy({"name": "Copy"}).iot_hold)

    def test_what_inventory_refuses_does_not_stop_the_judgement_of_the_tank(self):
        batch = self.open_batch("2026-01-09 06:00:00")
        with (
            patch.object(
                type(self.env["stock.lot"]), "_hold", side_effect=UserError("Locked")
            ),
            self.assertLogs(
                "odoo.addons.smartdairy_iot_stock.models.iot_tank_batch", "ERROR"
            ),
            mute_logger("odoo.sql_db"),
        ):
            self.spoil(batch)
        self.assertTrue(batch.is_out_of_range)
        self.spoil(batch, 80)
        self.assertEqual(batch.lot_id.iot_hold, "held")

    def test_the_views_of_lots_and_batches_open_with_a_hold(self):
        self.spoil(self.batch)
        self.assertEqual(Form(self.lot.with_user(self.quality)).iot_hold, "held")
        self.assertEqual(Form(self.lot.with_user(self.clerk)).iot_hold, "held")
        self.assertEqual(Form(self.batch).lot_id, self.lot)


@tagged("post_install", "-at_install")
class TestHoldJudged(TankCase):
    """From the sensors to the hold."""

    def test_a_chiller_that_fails_puts_the_lot_of_the_batch_on_hold(self):
        self.standard.outside_minutes = 60
        self.tank.lot_product_id = self.env["product.product"].create(
            {"name": "Raw milk", "is_storable": True, "tracking": "lot"}
        )
        self.store(self.curve(1.5, breaks_at=17 * 3600, collect_days=99))
        self.judge_until(16)
        (batch,) = self.tank.batch_ids
        self.assertTrue(batch.lot_id)
        self.assertFalse(batch.lot_id.iot_hold)
        self.judge_until(29, begin=16)
        self.assertEqual(batch.lot_id.iot_hold, "held")
        self.assertGreater(batch.lot_id.iot_hold_minutes, 60)
        self.assertEqual(batch.lot_id.iot_batch_start, batch.start)
        self.assertLess(DAY.replace(tzinfo=None), batch.start)
