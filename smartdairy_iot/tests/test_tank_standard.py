import psycopg2

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .pure.cooling_standards import STANDARDS
from .tank import TankCase


@tagged("post_install", "-at_install")
class TestTankStandard(TankCase):
    """By what a tank is judged, and what its thresholds have to say then."""

    def limits(self, device=None):
        """Ids of the rules for temperature that are in force at the probe."""
        device = device or self.probe
        known = self.env["iot.device"]._read_listener_map()[device.device_id]
        return {
            rule.threshold_id for rule in known.limits_at("").get("temperature", ())
        }

    def test_the_shipped_standards_are_those_that_the_pure_tests_judge_by(self):
        for name, expected in STANDARDS.items():
            standard = self.env.ref(f"smartdairy_iot.cooling_standard_{name}")
            self.assertEqual(standard._to_standard(), expected)

    def test_thresholds_of_places_and_farms_do_not_apply_to_the_probe_of_a_tank(self):
        twin = self.make_device("TWIN", location_type="raw_milk")
        self.assertTrue(self.limits(twin))
        self.assertFalse(self.limits())

    def test_a_threshold_for_that_very_probe_stays(self):
        own = self.env["iot.threshold"].create(
            {
                "name": "Mine",
                "reading_type": "temperature",
                "device_id": self.probe.id,
                "device_type": "temperature",
                "max_value": 15,
            }
        )
        self.assertEqual(self.limits(), {own.id})

    def test_other_readings_of_the_probe_keep_their_thresholds(self):
        rule = self.env["iot.threshold"].create(
            {"name": "Damp", "reading_type": "humidity", "max_value": 90}
        )
        known = self.env["iot.device"]._read_listener_map()["PROBE"]
        (humidity,) = known.limits_at("")["humidity"]
        self.assertEqual(humidity.threshold_id, rule.id)

    def test_without_a_standard_the_thresholds_are_back(self):
        self.tank.cooling_standard_id = False
        self.assertTrue(self.limits())
        self.farm.cooling_standard_id = self.standard
        self.assertFalse(self.limits())

    def test_the_form_of_the_probe_says_by_what_it_is_judged(self):
        html = self.probe.rules_html
        self.assertIn(self.standard.name, html)
        self.assertIn("Cold Chain", html)
        self.assertNotIn("Raw milk: 2 to 4 °C", html)
        self.assertNotIn(self.standard.name, self.sensor.rules_html)

    def test_a_limit_says_what_it_asks(self):
        nz = self.env.ref("smartdairy_iot.cooling_standard_nz")
        self.assertEqual(
            nz.limit_ids.mapped("sentence"),
            [
                "≤ 10 °C within 4 h of the start of the milking (at set times)",
                "≤ 6 °C within 6 h of the start of the milking or 2 h of the end of "
                "the milking, whichever is sooner (at set times)",
                "Later Milkings: mix ≤ 10 °C, not longer than 5 min above "
                "(at set times)",
                "then kept ≤ 6 °C, not longer than 30 min above",
                "never < 0 °C for longer than 10 min",
                "mix ≤ 6 °C, not longer than 30 min above (robots)",
            ],
        )

    def test_the_tank_of_robots_is_asked_what_the_standard_asks_of_robots(self):
        self.tank.milking_system = "automatic"
        rule = self.standard._to_standard(self.tank.milking_system)
        asked = [one.event for one in rule.limits if rule.asks(one)]
        self.assertEqual(asked, ["end", "first_start"], "hold, and from the start")
        self.assertTrue(self.tank._to_tank(rule).is_automatic)
        (level, _start) = self.standard._to_snapshot("automatic")["limits"]
        self.assertIn("then kept ≤ 6 °C", level)

    def test_an_administrator_adds_a_standard_by_copying_one(self):
        mine = self.standard.copy()
        self.assertEqual(mine.name, f"{self.standard.name} (copy)")
        self.assertEqual(len(mine.limit_ids), len(self.standard.limit_ids))
        mine.limit_ids[0].celsius = 5
        self.assertEqual(self.standard.limit_ids[0].celsius, 6)

    def test_a_floor_above_a_limit_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "leaves no temperature"):
            self.standard.write(
                {"limit_ids": [(0, 0, {"kind": "floor", "celsius": 6.5})]}
            )

    @mute_logger("odoo.sql_db")
    def test_a_limit_to_be_reached_needs_a_time(self):
        with self.assertRaises(psycopg2.errors.CheckViolation):
            self.env["iot.cooling.limit"].create(
                {"standard_id": self.standard.id, "kind": "reach", "celsius": 5}
            )

    def test_a_device_of_another_farm_cannot_tell_about_a_tank(self):
        farm = self.env["farm.farm"].create({"name": "Elsewhere"})
        other = self.make_device("ELSE", farm_id=farm.id)
        with self.assertRaisesRegex(ValidationError, "is not a device of"):
            self.tank.probe_id = other

    @mute_logger("odoo.sql_db")
    def test_a_probe_is_in_one_tank_only(self):
        with self.assertRaises(psycopg2.errors.UniqueViolation):
            self.tank.copy({"probe_id": self.probe.id})
