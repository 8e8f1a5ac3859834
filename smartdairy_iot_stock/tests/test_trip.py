import io
import shutil
from datetime import timedelta
from unittest.mock import patch

from pypdf import PdfReader

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.smartdairy_iot.tests.common import NOW

from .common import MilkStockCase


@tagged("post_install", "-at_install")
class TestTrip(MilkStockCase):
    """A sensor travels with the goods; its report is attached to the transfer."""

    def setUp(self):
        super().setUp()
        self.lot = self.open_batch().lot_id
        self.fill(self.lot)
        self.picking = self.delivery(self.lot, iot_device_id=self.sensor.id)
        self.job = self.env.ref("smartdairy_iot_stock.ir_cron_trip_reports")
        self.env["ir.cron.trigger"].search([("cron_id", "=", self.job.id)]).unlink()

    def drive(self, celsius, minutes=60, silent=()):
        """A trip from NOW on, as long as ``celsius`` says."""
        start = NOW.replace(tzinfo=None)
        self.picking.write(
            {
                "iot_trip_start": start,
                "iot_trip_end": start + timedelta(minutes=minutes),
            }
        )
        self.env["iot.store"]._insert(
            [
                self.sample(celsius(n), NOW + timedelta(minutes=n))
                for n in range(minutes)
                if n not in silent
            ]
        )

    def make_report(self):
        """As the scheduler does."""
        self.picking.with_context(force_report_rendering=True)._make_trip_report()
        return self.picking.message_ids[0]

    def triggers(self):
        return self.env["ir.cron.trigger"].search_count([("cron_id", "=", self.job.id)])

    def text(self, message):
        (attached,) = message.attachment_ids
        self.assertEqual(attached.mimetype, "application/pdf")
        reader = PdfReader(io.BytesIO(attached.raw))
        return " ".join(" ".join(page.extract_text().split()) for page in reader.pages)

    def test_validated_a_started_trip_ends_and_its_report_is_ordered(self):
        self.picking.action_start_trip()
        self.picking.button_validate()
        self.assertEqual(self.picking.state, "done")
        self.assertTrue(self.picking.iot_trip_end)
        self.assertTrue(self.picking.iot_trip_due)
        self.assertFalse(self.picking.message_ids.attachment_ids)
        self.assertEqual(self.triggers(), 1)

    def test_validated_without_a_start_the_trip_begins_and_is_ended_later(self):
        self.picking.button_validate()
        self.assertTrue(self.picking.iot_trip_start)
        self.assertFalse(self.picking.iot_trip_end)
        self.assertFalse(self.picking.iot_trip_due)
        self.picking.with_user(self.clerk).action_end_trip()
        self.assertTrue(self.picking.iot_trip_due)

    def test_a_transfer_without_sensor_is_validated_as_before(self):
        picking = self.delivery(self.lot)
        picking.button_validate()
        self.assertFalse(picking.iot_trip_start)
        self.assertFalse(picking.iot_trip_due)

    def test_a_cold_trip_is_within_its_limits(self):
        self.drive(lambda n: 4.0)
        message = self.make_report_or_skip()
        self.assertEqual(self.picking.iot_trip_verdict, "within")
        self.assertEqual(self.picking.iot_trip_outside, 0)
        text = self.text(message)
        self.assertIn("Within limits", text)
        self.assertIn(self.picking.name, text)
        self.assertIn("4.0", text)
        self.assertIn("TEST-1", text)

    def make_report_or_skip(self):
        if not shutil.which("wkhtmltopdf"):
            self.skipTest("wkhtmltopdf is not there")
        return self.make_report()

    def test_a_warm_trip_with_a_gap_tells_both(self):
        self.drive(lambda n: 9.0 if n < 20 else 4.0, silent=range(30, 45))
        text = self.text(self.make_report_or_skip())
        self.assertEqual(self.picking.iot_trip_verdict, "outside")
        self.assertEqual(self.picking.iot_trip_outside, 20)
        self.assertIn("Out of range", text)
        self.assertIn("20 min", text)
        self.assertIn("15 min", text)
        self.assertIn(self.lot.name, text)
        self.assertFalse(self.lot.iot_hold)

    def test_a_few_minutes_outside_are_tolerated(self):
        self.drive(lambda n: 9.0 if n < 10 else 4.0)
        self.make_report()
        self.assertEqual(self.picking.iot_trip_verdict, "within")
        self.assertEqual(self.picking.iot_trip_outside, 10)

    def test_where_it_is_set_a_warm_trip_holds_the_lots_it_carried(self):
        self.picking.picking_type_id.iot_trip_hold = True
        self.drive(lambda n: 9.0)
        self.make_report()
        self.assertEqual(self.lot.iot_hold, "held")
        self.assertIn(self.picking.name, self.lot.iot_hold_reason)
        self.assertIn(self.quality, self.lot.activity_ids.user_id)

    def test_a_rule_for_the_very_device_goes_before_the_band(self):
        self.env["iot.threshold"].create(
            {
                "name": "Frozen",
                "device_id": self.sensor.id,
                "reading_type": "temperature",
                "use_min": False,
                "use_max": True,
                "max_value": -10.0,
            }
        )
        self.drive(lambda n: 4.0)
        self.make_report()
        self.assertEqual(self.picking.iot_trip_verdict, "outside")

    def test_a_silent_sensor_is_not_called_within_limits(self):
        self.picking.picking_type_id.iot_trip_hold = True
        self.drive(lambda n: 4.0, silent=range(60))
        message = self.make_report()
        self.assertEqual(self.picking.iot_trip_verdict, "unmeasured")
        self.assertIn("measured nothing", message.body)
        self.assertFalse(self.lot.iot_hold)

    def test_made_again_it_tells_what_came_late_and_the_first_one_stays(self):
        self.drive(lambda n: 4.0, silent=range(20, 60))
        self.make_report()
        self.env["iot.store"]._insert(
            [self.sample(9.0, NOW + timedelta(minutes=n)) for n in range(20, 60)]
        )
        self.picking.with_user(self.clerk).action_trip_report()
        self.assertTrue(self.picking.iot_trip_due)
        self.make_report()
        self.assertEqual(self.picking.iot_trip_verdict, "outside")
        self.assertEqual(len(self.picking.message_ids.attachment_ids), 2)

    def test_a_report_that_fails_is_told_and_stops_no_other(self):
        self.drive(lambda n: 4.0)
        self.picking.action_trip_report()
        reports = type(self.env["ir.actions.report"])
        broken = patch.object(
            reports, "_render_qweb_pdf", side_effect=UserError("No printer")
        )
        with (
            broken,
            mute_logger("odoo.addons.smartdairy_iot_stock.models.stock_picking_trip"),
        ):
            self.picking._make_trip_report_aside()
        self.assertIn("No printer", self.picking.message_ids[0].body)
        self.assertFalse(self.picking.iot_trip_due)

    def test_the_scheduler_makes_the_reports_that_are_ordered(self):
        self.drive(lambda n: 4.0)
        self.picking.action_trip_report()
        self.env.flush_all()
        with self.enter_registry_test_mode():
            self.job.method_direct_trigger()
        self.env.invalidate_all()
        self.assertFalse(self.picking.iot_trip_due)
        self.assertEqual(self.picking.iot_trip_verdict, "within")
        self.assertEqual(len(self.picking.message_ids.attachment_ids), 1)

    def test_the_verdict_is_written_by_the_report_only(self):
        for name, value in (("iot_trip_verdict", "within"), ("iot_trip_outside", 0)):
            with self.assertRaisesRegex(AccessError, "measured"):
                self.picking.with_user(self.clerk).write({name: value})

    def test_a_transfer_is_not_made_with_a_verdict_nor_with_a_strangers_sensor(self):
        """By its values, or by a default that no value tells of."""
        vals = {
            "picking_type_id": self.warehouse.out_type_id.id,
            "location_id": self.stock.id,
            "location_dest_id": self.customers.id,
        }
        pickings = self.env["stock.picking"].with_user(self.clerk)
        for name, value in (
            ("iot_trip_verdict", "within"),
            ("iot_trip_outside", 1.0),
            ("iot_device_id", self.sensor.id),
        ):
            with self.assertRaises(AccessError):
                pickings.create({**vals, name: value})
            with self.assertRaises(AccessError):
                pickings.with_context(**{f"default_{name}": value}).create(vals)
        self.assertTrue(pickings.create(vals))

    def test_a_report_needs_a_trip(self):
        with self.assertRaisesRegex(UserError, "start and end"):
            self.picking.action_trip_report()
        with self.assertRaisesRegex(UserError, "not begun"):
            self.picking.action_end_trip()

    def test_a_trip_does_not_end_before_it_began_nor_last_for_months(self):
        start = fields.Datetime.to_datetime("2026-01-05 06:00:00")
        for end in (start - timedelta(minutes=1), start + timedelta(days=32)):
            with self.assertRaisesRegex(ValidationError, "after its start"):
                self.picking.write({"iot_trip_start": start, "iot_trip_end": end})

    def test_only_a_thermometer_of_ones_own_company_travels_along(self):
        meter = self.make_device("METER", device_type="milk_meter")
        with self.assertRaisesRegex(ValidationError, "no thermometer"):
            self.picking.iot_device_id = meter
        other = self.env["res.company"].create({"name": "Other Dairy"})
        farm = self.env["farm.farm"].create(
            {"name": "Theirs", "tz": "UTC", "company_id": other.id}
        )
        theirs = self.make_device("THEIRS", farm_id=farm.id)
        with self.assertRaisesRegex(ValidationError, "Other Dairy"):
            self.picking.iot_device_id = theirs

    def test_who_may_not_see_a_device_does_not_get_its_readings_by_a_trip(self):
        picking = self.delivery(self.lot).with_user(self.clerk)
        with self.assertRaises(AccessError):
            picking.iot_device_id = self.sensor
        self.farm.user_ids = self.env.user
        with self.assertRaises(AccessError):
            picking.with_user(self.quality).iot_device_id = self.sensor

    def test_people_of_inventory_open_a_transfer_with_a_sensor_aboard(self):
        self.drive(lambda n: 4.0)
        with Form(self.picking.with_user(self.clerk)) as form:
            form.iot_trip_end = NOW.replace(tzinfo=None) + timedelta(minutes=50)
        (seen,) = self.picking.with_user(self.clerk).web_read(
            {"iot_device_id": {"fields": {"display_name": {}}}}
        )
        self.assertIn("TEST-1", seen["iot_device_id"]["display_name"])
