from datetime import date

from freezegun import freeze_time
from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..calibration.version import Version
from ..models.iot_calibration_fit import FACTOR
from .calibration import DAY, NAIVE, make
from .common import NOW, IotCase

TECHNICIAN = "smartdairy_iot.group_iot_technician"


@tagged("post_install", "-at_install")
class TestCalibration(IotCase):
    def setUp(self):
        super().setUp()
        self.time = self.enterContext(freeze_time(NOW))

    def versions(self):
        return self.env["iot.device"]._get_listener_map()["TEST-1"].calibrations

    # What is typed -------------------------------------------------------------------

    def test_an_applied_one_is_never_made_a_draft_again(self):
        tech = self.make_user("cal tech", "smartdairy_iot.group_iot_technician")
        calibrations = self.env["iot.calibration"].with_user(tech)
        vals = {
            "device_id": self.sensor.id,
            "reading_type": "temperature",
            "method": "given",
            "scale": 1.0,
            "offset": 0.5,
        }
        with self.assertRaises(AccessError):
            calibrations.create({**vals, "state": "applied"})
        one = calibrations.create(vals)
        with self.assertRaises(AccessError):
            one.write({"state": "applied"})
        one.action_apply()
        for state in ("draft", "cancelled"):
            with self.assertRaises(AccessError):
                one.write({"state": state})
        one.action_cancel()
        self.assertEqual(one.state, "cancelled")

    def test_one_point_gives_the_offset(self):
        one = make(self, applies=False)
        self.assertEqual((one.scale, one.offset), (1.0, -0.3))
        self.assertEqual(one.formula, "raw − 0.3 °C")

    def test_two_points_give_scale_and_offset(self):
        one = make(
            self,
            applies=False,
            method="two_points",
            reference_1=0.0,
            measured_1=0.5,
            reference_2=50.0,
            measured_2=49.5,
        )
        self.assertAlmostEqual(one.scale, 50 / 49, 6)
        self.assertAlmostEqual(one.offset, -0.5 * 50 / 49, 6)

    def test_the_form_of_a_device_chooses_what_it_measures_and_shows_the_result(self):
        meter = self.make_device("PH-1", device_type="ph_sensor")
        calibrations = self.env["iot.calibration"].with_context(
            default_device_id=meter.id
        )
        with Form(calibrations) as form:
            self.assertEqual((form.reading_type, form.unit), ("ph", "pH"))
            form.reference_1 = 7.0
            form.measured_1 = 6.9
            self.assertAlmostEqual(form.offset, 0.1)
            form.measured_1 = 1.0
            self.assertIn("is no calibration", form.problem)

    def test_a_given_line_begins_as_the_identity(self):
        with Form(self.env["iot.calibration"]) as form:
            form.device_id = self.sensor
            form.method = "given"
            self.assertEqual((form.scale, form.offset), (1.0, 0.0))
            form.offset = -0.2
        one = form.record
        self.assertEqual((one.scale, one.offset), (1.0, -0.2))

    def test_an_offset_of_fifty_degrees_is_refused_and_says_what_is_allowed(self):
        one = make(self, applies=False, measured_1=54.0)
        with self.assertRaisesRegex(ValidationError, "-50 °C .* ±5 °C"):
            one.action_apply()

    def test_a_form_that_nobody_filled_in_is_no_calibration(self):
        """It would count as done, and the probe as good for half a year."""
        one = make(self, applies=False, reference_1=0.0, measured_1=0.0)
        self.assertIn("Enter what the reference instrument", one.problem)
        with self.assertRaisesRegex(ValidationError, "both are exactly 0"):
            one.action_apply()
        zero = {"method": "given", "reference_1": 0.0, "measured_1": 0.0}
        self.assertEqual(make(self, **zero).state, "applied")

    def test_the_limit_can_be_widened(self):
        self.env["ir.config_parameter"].set_param(FACTOR, "20")
        self.assertEqual(make(self, measured_1=54.0).state, "applied")

    def test_points_that_make_no_line_say_why(self):
        one = make(
            self, applies=False, method="two_points", reference_2=9.0, measured_2=4.3
        )
        self.assertIn("same measured value", one.problem)
        with self.assertRaisesRegex(ValidationError, "same measured value"):
            one.action_apply()

    def test_a_value_read_in_odoo_was_already_corrected(self):
        """Raw 4.8, shown as 4.5 by an offset of −0.3, and 4.0 in truth: −0.8."""
        make(self)
        one = make(
            self,
            applies=False,
            valid_from=NAIVE - DAY,
            measured_1=4.5,
            measured_is_corrected=True,
        )
        self.assertTrue(one.has_before)
        self.assertAlmostEqual(one.offset, -0.8)

    def test_a_device_is_not_calibrated_for_what_it_does_not_measure(self):
        with self.assertRaisesRegex(ValidationError, "does not measure"):
            make(self, reading_type="ph")

    def test_a_calibration_does_not_begin_in_the_future(self):
        one = make(self, applies=False, valid_from=NAIVE + DAY)
        with self.assertRaisesRegex(UserError, "in the future"):
            one.action_apply()

    # Its life ------------------------------------------------------------------------

    def test_the_listener_knows_what_is_applied_by_its_date(self):
        make(self, applies=False)
        self.assertEqual(self.versions(), {})
        newer = make(self, measured_1=4.1, valid_from=NAIVE - DAY)
        make(self)
        versions = (
            Version(NOW - 30 * DAY, 1.0, -0.3),
            Version(NOW - DAY, 1.0, -0.1),
        )
        self.assertEqual(self.versions(), {"temperature": versions})
        newer.action_cancel()
        self.assertEqual(self.versions(), {"temperature": versions[:1]})

    def test_the_newest_of_a_reading_is_in_force(self):
        older, newer = make(self), make(self, valid_from=NAIVE - DAY)
        other = make(self, reading_type="humidity", reference_1=80, measured_1=82)
        self.assertEqual(
            [one.is_current for one in (older, newer, other)], [False, True, True]
        )
        found = self.env["iot.calibration"].search(
            [("is_current", "=", True), ("device_id", "=", self.sensor.id)]
        )
        self.assertEqual(found, newer | other)
        newer.action_cancel()
        self.assertTrue(older.is_current)

    def test_what_was_applied_is_superseded_and_not_edited(self):
        one = make(self)
        for vals in ({"measured_1": 4.2}, {"valid_from": NAIVE}, {"offset": 0.0}):
            with self.assertRaisesRegex(UserError, "supersedes"):
                one.write(vals)
        one.write({"note": "The laboratory's paper came later.", "certificate": "C-1"})
        with self.assertRaisesRegex(UserError, "Cancel it instead"):
            one.unlink()
        with self.assertRaisesRegex(UserError, "no draft"):
            one.action_apply()
        one.action_cancel()
        with self.assertRaisesRegex(UserError, "not applied"):
            one.action_cancel()

    def test_a_draft_is_edited_and_deleted(self):
        one = make(self, applies=False)
        one.measured_1 = 4.1
        self.assertAlmostEqual(one.offset, -0.1)
        one.unlink()
        self.assertFalse(one.exists())

    @mute_logger("odoo.sql_db")
    def test_two_cannot_begin_at_the_same_time(self):
        make(self)
        with self.assertRaises(UniqueViolation):
            make(self).flush_recordset()

    def test_viewers_see_and_technicians_calibrate_the_devices_of_their_farms(self):
        viewer = self.make_user("viewer", "smartdairy_iot.group_iot_user")
        technician = self.make_user("technician", TECHNICIAN)
        stranger = self.make_user("other", TECHNICIAN)
        self.farm.user_ids = viewer | technician
        one = make(self, applies=False)
        with self.assertRaises(AccessError):
            one.with_user(viewer).action_apply()
        with self.assertRaises(AccessError):
            one.with_user(stranger).read(["offset"])
        self.assertFalse(self.env["iot.calibration"].with_user(stranger).search([]))
        one.with_user(technician).action_apply()
        self.assertEqual(one.with_user(viewer).state, "applied")

    # Due -----------------------------------------------------------------------------

    def profile(self, months=12):
        return self.env["iot.device.profile"].create(
            {
                "name": "Probe",
                "device_type": "temperature",
                "calibration_months": months,
            }
        )

    def test_the_next_is_due_the_interval_of_the_profile_later(self):
        self.sensor.profile_id = self.profile()
        one = make(self)
        self.assertEqual(one.next_due, date(2026, 12, 6))
        self.assertEqual(self.sensor.calibration_due, one.next_due)
        one.next_due = date(2026, 3, 1)
        self.assertEqual(self.sensor.calibration_due, date(2026, 3, 1))

    def test_a_device_that_was_never_calibrated_is_due_after_its_activation(self):
        self.sensor.activated_at = NAIVE
        self.sensor.profile_id = self.profile(6)
        self.assertEqual(self.sensor.calibration_due, date(2026, 7, 5))
        self.sensor.profile_id = False
        self.assertFalse(self.sensor.calibration_due)

    def test_of_several_readings_the_earliest_counts(self):
        make(self, next_due=date(2026, 5, 1))
        make(
            self,
            reading_type="humidity",
            reference_1=80,
            measured_1=82,
            next_due=date(2026, 4, 1),
        )
        self.assertEqual(self.sensor.calibration_due, date(2026, 4, 1))

    def test_overdue_is_found_from_the_day_after(self):
        make(self, next_due=date(2026, 1, 5))
        domain = [("is_calibration_overdue", "=", True), ("id", "=", self.sensor.id)]
        self.assertFalse(self.sensor.is_calibration_overdue)
        self.assertFalse(self.env["iot.device"].search(domain))
        self.time.tick(DAY)
        self.sensor.invalidate_recordset()
        self.assertTrue(self.sensor.is_calibration_overdue)
        self.assertEqual(self.env["iot.device"].search(domain), self.sensor)
        self.sensor.action_retire()
        self.assertFalse(self.env["iot.device"].search(domain))

    def remind(self):
        self.env["iot.device"]._cron_calibration_due()
        return self.sensor.activity_ids

    def test_technicians_are_told_once_before_and_once_when_it_is_due(self):
        technician = self.make_user("technician", TECHNICIAN)
        make(self, next_due=date(2026, 2, 1), done_by=technician.id)
        self.assertFalse(self.remind())
        self.time.move_to(NOW + 14 * DAY)
        told = self.remind()
        self.assertEqual(told.user_id, technician)
        self.assertEqual(told.date_deadline, date(2026, 2, 1))
        self.assertEqual(self.remind(), told)
        told.unlink()  # they want to hear of it no more
        self.assertFalse(self.remind())
        self.time.move_to(NOW + 27 * DAY)
        self.assertIn("is due", self.remind().summary)
        self.assertEqual(len(self.remind()), 1)

    def test_who_calibrated_it_and_sees_the_farm_no_more_is_not_told(self):
        gone, here = (
            self.make_user(login, TECHNICIAN) for login in ("gone-tech", "here-tech")
        )
        self.sensor.profile_id = self.profile(months=1)
        one = make(self, valid_from="2025-01-01")
        one.done_by = gone
        self.farm.user_ids = gone | here
        self.assertEqual(self.sensor._calibrated_by(), gone)
        self.farm.user_ids = here
        self.env["iot.device"]._cron_calibration_due()
        self.assertEqual(self.sensor.activity_ids.user_id, here)

    def test_what_is_still_open_when_it_is_due_is_not_told_twice(self):
        make(self, next_due=date(2026, 1, 15))
        told = self.remind()
        self.time.move_to(NOW + 11 * DAY)
        self.assertEqual(self.remind(), told)
        self.assertIn("is due", told.summary)

    def test_a_new_calibration_settles_what_reminded_of_it(self):
        make(self, next_due=date(2026, 1, 10))
        self.assertTrue(self.remind())
        make(self, valid_from=NAIVE, next_due=date(2027, 1, 5))
        self.assertFalse(self.sensor.activity_ids)
        self.assertFalse(self.remind())
