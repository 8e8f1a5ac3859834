from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..ingest.codec.number import READING_TYPES as CODEC_TYPES
from ..models.iot_threshold import READING_TYPES, RULE_KINDS
from ..rules.kind import KINDS
from .common import NOW
from .threshold import ThresholdCase


@tagged("post_install", "-at_install")
class TestThreshold(ThresholdCase):
    def band(self, location_type=None):
        device = self.env["iot.device"]._get_listener_map()["TEST-1"]
        rules = device.limits_at(location_type).get("temperature", ())
        return [(rule.low, rule.high) for rule in rules]

    def test_every_reading_that_a_device_can_send_can_be_watched(self):
        self.assertEqual({name for name, _label in READING_TYPES}, set(CODEC_TYPES))
        self.assertEqual({name for name, _label in RULE_KINDS}, set(KINDS))

    def test_of_battery_and_signal_only_a_gateway_sends_readings(self):
        with self.assertRaisesRegex(ValidationError, "Low Battery"):
            self.make(reading_type="battery")
        self.make(reading_type="battery", device_type="gateway")

    def test_the_specifications_bands_are_data(self):
        bands = {
            "raw_milk": (2, 4),
            "pasteurized": (0, 4),
            "transport": (0, 7),
            "storage": (2, 6),
            "default": (0, 8),
        }
        for location_type, band in bands.items():
            self.assertEqual(self.band(location_type), [band], location_type)
        device = self.env["iot.device"]._get_listener_map()["TEST-1"]
        (rule,) = device.limits_at("raw_milk")["temperature"]
        self.assertEqual([level.severity for level in rule.levels], ["medium", "high"])
        self.assertEqual(rule.levels[1][1:3], (-3, 9), "5 °C further out")
        self.assertEqual(rule.off_delay.total_seconds(), 120)

    def test_the_specifications_limits_of_milk_are_data(self):
        self.make_device("MILK-1", device_type="milk_meter")
        device = self.env["iot.device"]._get_listener_map()["MILK-1"]
        (scc,) = device.limits_at(None)["scc"]
        self.assertEqual(
            [(level.severity, level.high) for level in scc.levels],
            [("medium", 400000), ("high", 750000)],
        )
        (conductivity,) = device.limits_at(None)["conductivity"]
        self.assertEqual(conductivity.levels[0][:3], ("medium", None, 6.5))

    def test_each_kind_of_device_health_is_watched_from_the_start(self):
        device = self.env["iot.device"]._get_listener_map()["TEST-1"]
        found = {
            kind: [(level.severity, level.low, level.high) for level in rule.levels]
            for (kind, _reading_type), (rule,) in device.watches_at(None).items()
        }
        self.assertEqual(
            found,
            {
                "offline": [("high", None, 0)],
                "no_data": [("medium", None, 5)],
                "battery": [("low", 20, None), ("medium", 5, None)],
                "signal": [("low", 20, None)],
                "certificate": [
                    ("low", 30, None),
                    ("high", 7, None),
                    ("critical", 1, None),
                ],
                "clock_drift": [("low", None, 5)],
                "stuck": [("medium", None, 0)],
                "implausible": [("medium", None, 0)],
            },
        )

    def test_a_rule_for_the_device_wins_over_its_place(self):
        self.make(device_id=self.sensor.id)
        self.assertEqual(self.band(), [(None, 50.0)])

    def test_a_rule_for_the_place_wins_over_one_for_all(self):
        self.make()
        self.assertEqual(self.band(), [(2, 6)])

    def test_each_scope_reaches_the_listener(self):
        """From the widest to the narrowest: each wins over all before it."""
        profile = self.env["iot.device.profile"].create({"name": "Mine"})
        company = self.env["res.company"].create({"name": "Dairy"})
        self.farm.company_id = company
        self.sensor.profile_id = profile
        other = self.make_device("TEST-2", farm_id=False)
        self.env["iot.threshold"].search([]).is_active = False
        scopes = (
            {"company_id": company.id},
            {"farm_id": self.farm.id},
            {"device_type": "temperature"},
            {"location_type": "storage"},
            {"profile_id": profile.id},
            {"device_id": self.sensor.id},
        )
        for n, scope in enumerate(scopes):
            rule = self.make(max_value=n, **scope)
            self.assertEqual(self.band(), [(None, n)], scope)
            self.assertIn(self.sensor, rule._devices_in_force())
            is_shared = {"device_type", "location_type"} & scope.keys()
            self.assertEqual(other in rule._devices_in_force(), bool(is_shared), scope)

    def test_a_rule_that_is_switched_off_no_longer_applies(self):
        rule = self.make(device_id=self.sensor.id)
        rule.is_active = False
        self.assertEqual(self.band(), [(2, 6)])

    def test_a_level_that_is_edited_reaches_the_listener(self):
        rule = self.make(
            device_id=self.sensor.id,
            level_ids=[Command.create({"severity": "critical", "max_value": 60.0})],
        )
        rule.level_ids.max_value = 70.0
        device = self.env["iot.device"]._get_listener_map()["TEST-1"]
        (known,) = device.limits_at(None)["temperature"]
        self.assertEqual([level.high for level in known.levels], [50.0, 70.0])

    def test_all_that_a_rule_says_reaches_the_listener(self):
        self.make(
            kind="rate",
            device_id=self.sensor.id,
            use_min=True,
            min_value=3.0,
            max_value=2.0,
            deadband=0.5,
            window_minutes=30,
            on_delay=1.5,
            off_delay=2,
            realarm=240,
            repeat_count=3,
            cooldown_minutes=7,
        )
        device = self.env["iot.device"]._get_listener_map()["TEST-1"]
        (rule,) = device.watches_at(None)["rate", "temperature"]
        minutes = [
            time.total_seconds() / 60
            for time in (rule.window, rule.off_delay, rule.realarm, rule.cooldown)
        ]
        self.assertEqual(minutes, [30, 2, 240, 7])
        self.assertEqual((rule.low, rule.high, rule.deadband), (-3.0, 2.0, 0.5))
        self.assertEqual(rule.levels[0].on_delay.total_seconds(), 90)
        self.assertEqual((rule.repeat_count, rule.severity), (3, "medium"))

    def test_a_schedule_reaches_the_listener_and_so_do_its_changes(self):
        line = {"hour_from": 22, "hour_to": 6}
        schedule = self.env["iot.schedule"].create(
            {"name": "Night", "line_ids": [Command.create(line)]}
        )
        self.make(device_id=self.sensor.id, schedule_id=schedule.id)

        def rule():
            device = self.env["iot.device"]._get_listener_map()["TEST-1"]
            return device.limits_at(None)["temperature"][0], device.tz

        (known, tz), midnight = rule(), NOW.replace(hour=0)
        self.assertTrue(known.is_in_force(midnight, tz))
        self.assertFalse(known.is_in_force(NOW.replace(hour=12), tz))
        schedule.line_ids.hour_from = 2
        known, tz = rule()
        self.assertFalse(known.is_in_force(midnight, tz))

    def test_the_cooldown_follows_the_severity_and_can_be_edited(self):
        minutes = {
            severity: self.make(severity=severity).cooldown_minutes
            for severity in ("low", "medium", "high", "critical")
        }
        self.assertEqual(minutes, {"low": 60, "medium": 30, "high": 15, "critical": 5})
        self.assertEqual(self.make(cooldown_minutes=7).cooldown_minutes, 7)

    def test_a_rule_that_leaves_no_value_inside_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "leaves no value inside"):
            self.make(use_min=True, min_value=60.0)
        with self.assertRaisesRegex(ValidationError, "neither a minimum nor"):
            self.make(use_max=False)

    def test_a_level_that_makes_no_sense_is_refused(self):
        for level, problem in (
            ({"severity": "low", "max_value": 60.0}, "more severe than the one before"),
            ({"severity": "high", "max_value": 40.0}, "must be further out"),
            ({"severity": "high", "use_max": False}, "High checks neither a minimum"),
            (
                {"severity": "high", "max_value": 60, "use_min": True},
                "a side that the rule itself does not check",
            ),
        ):
            with self.assertRaisesRegex(ValidationError, problem):
                self.make(level_ids=[Command.create(level)])
        rule = self.make(
            level_ids=[Command.create({"severity": "high", "max_value": 60.0})]
        )
        with self.assertRaisesRegex(ValidationError, "must be further out"):
            rule.level_ids.max_value = 50.0
        with self.assertRaisesRegex(ValidationError, "must be further out"):
            rule.max_value = 60.0

    def test_a_rule_that_can_never_apply_is_refused(self):
        elsewhere = self.env["farm.farm"].create({"name": "Elsewhere"})
        company = self.env["res.company"].create({"name": "Theirs"})
        elsewhere.company_id = company
        profile = self.env["iot.device.profile"].create({"name": "Other"})
        for scope in (
            {"device_id": self.sensor.id, "device_type": "milk_meter"},
            {"device_id": self.sensor.id, "farm_id": elsewhere.id},
            {"device_id": self.sensor.id, "profile_id": profile.id},
            {"profile_id": profile.id, "device_type": "milk_meter"},
            {"farm_id": elsewhere.id, "company_id": self.env.company.id},
        ):
            with self.assertRaisesRegex(ValidationError, "can never apply"):
                self.make(**scope)

    @mute_logger("odoo.sql_db")
    def test_a_rule_about_no_reading_or_with_negative_times_is_refused(self):
        for vals in (
            {"reading_type": False},
            {"kind": "rate", "reading_type": False},
            {"on_delay": -1},
            {"off_delay": -1},
            {"realarm": -1},
            {"repeat_count": 0},
            {"window_minutes": 0},
            {"normal_days": 0},
            {"deadband": -1},
        ):
            with self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self.make(**vals)
                self.env.flush_all()

    def test_a_rule_about_the_device_has_no_reading(self):
        rule = self.make(kind="offline", reading_type="temperature")
        self.assertFalse(rule._to_rule().reading_type)
        rule = self.make()
        rule.kind = "offline"
        self.assertFalse(rule.reading_type)

    def test_who_switches_a_failed_rule_on_again_has_read_its_error(self):
        rule = self.make(error="It broke", is_active=False)
        rule.is_active = True
        self.assertFalse(rule.error)

    def test_a_copy_is_a_rule_of_its_own_with_the_same_levels(self):
        rule = self.make(
            error="It broke",
            level_ids=[Command.create({"severity": "high", "max_value": 60.0})],
        )
        copy = rule.copy()
        self.assertEqual(copy.name, "Mine (copy)")
        self.assertEqual(copy._to_levels(), rule._to_levels())
        self.assertNotEqual(copy.level_ids, rule.level_ids)
        self.assertFalse(copy.error)
