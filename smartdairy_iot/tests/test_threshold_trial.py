from datetime import datetime, timedelta, timezone
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..ingest.message import Sample
from ..models.iot_store_rules import Ask
from ..rules.trial import would_fire
from ..wizards import iot_threshold_trial
from ..zone import to_zone
from .threshold import ThresholdCase

MINUTE = timedelta(minutes=1)


@tagged("post_install", "-at_install")
class TestThresholdTrial(ThresholdCase):
    """A rule is tried on history, and nothing of it is left."""

    def setUp(self):
        super().setUp()
        now = datetime.now(timezone.utc).replace(second=0, microsecond=0)
        self.start = now - timedelta(days=3)
        self.rules = self.env["iot.threshold"]

    def measure(self, values, at=0, device_id="TEST-1", **vals):
        """One reading a minute, ``at`` minutes after three days ago."""
        start = self.start + at * MINUTE
        self.env["iot.store"]._insert(
            [
                self.sample(value, start + n * MINUTE, device_id, **vals)
                for n, value in enumerate(values)
            ]
        )

    def vals(self, **changes):
        """As the form sends them: of this device only, so that others do not count."""
        return {
            "name": False,
            "kind": "limit",
            "reading_type": "temperature",
            "use_max": True,
            "max_value": 50.0,
            "device_id": self.sensor.id,
            **changes,
        }

    def attempt(self, rule=None, **values):
        rule = self.rules if rule is None else rule
        action = rule.try_on_history(values)
        return self.env[action["res_model"]].browse(action["res_id"])

    def test_a_new_rule_tells_when_it_would_have_fired_and_is_not_saved(self):
        self.measure([20.0] * 60 + [55.0, 60.0, 55.0] + [20.0] * 60 + [51.0, 20.0])
        before = self.rules.search_count([])
        trial = self.attempt(**self.vals())
        self.assertEqual(trial.summary, "Would have fired 2 times in the last 30 days")
        self.assertEqual(
            trial.line_ids.sorted().mapped(
                lambda line: (line.minutes, line.peak_value)
            ),
            [(1.0, 51.0), (3.0, 60.0)],
        )
        line = trial.line_ids.sorted()[1]
        self.assertEqual(line.device_id, self.sensor)
        self.assertEqual(
            line.started_at, (self.start + 60 * MINUTE).replace(tzinfo=None)
        )
        self.assertEqual((line.severity, line.unit), ("medium", "°C"))
        self.assertIn("above 50 °C", trial.sentence)
        self.assertIn("bg-danger", trial.chart)
        self.assertEqual(self.rules.search_count([]), before)

    def test_what_was_edited_is_tried_and_not_saved(self):
        self.measure([20.0] * 30 + [55.0] * 5 + [20.0] * 30)
        rule = self.make(device_id=self.sensor.id, max_value=90.0, is_active=False)
        level = {"severity": "critical", "max_value": 54.0, "use_max": True}
        trial = self.attempt(rule, max_value=50.0, level_ids=[[0, "virtual_1", level]])
        self.assertEqual(trial.line_ids.mapped("severity"), ["critical"])
        self.assertFalse(self.attempt(rule).count, "as it is saved")
        self.env.invalidate_all()
        self.assertEqual((rule.max_value, rule.is_active), (90.0, False))
        self.assertFalse(rule.level_ids)

    def test_delays_are_those_of_live_evaluation(self):
        self.measure([20.0] * 30 + [55.0] * 5 + [20.0] * 90 + [55.0] * 12 + [20.0] * 30)
        for changes, count in (
            ({}, 2),
            ({"on_delay": 10}, 1),
            ({"on_delay": 15}, 0),
            ({"off_delay": 100}, 1),
            ({"cooldown_minutes": 120}, 1),
            ({"repeat_count": 6}, 1),
        ):
            vals = {"cooldown_minutes": 0, **changes}
            self.assertEqual(self.attempt(**self.vals(**vals)).count, count, changes)

    def test_reading_only_what_rollups_point_at_changes_nothing(self):
        """The same as from all readings, whatever the values and the rule."""
        noise = [3.0 + (n * 7919 % 100) / 40 for n in range(2000)]
        wave = [3.0 + (n % 400) / 100 for n in range(1500)]
        self.measure(noise)
        self.measure(wave, at=2500)
        store = self.env["iot.store"]
        for is_rolled_up in (False, True):
            if is_rolled_up:
                store._refresh_rollups()
            for changes in (
                {"max_value": 5.4},
                {"max_value": 5.4, "deadband": 1.0},
                {"max_value": 5.0, "deadband": 0.5, "off_delay": 30, "on_delay": 3},
                {"use_min": True, "min_value": 3.1, "max_value": 6.5, "deadband": 0.2},
                {"kind": "rate", "max_value": 1.5, "window_minutes": 5},
                {"kind": "rate", "max_value": 2.4, "window_minutes": 40},
                {"kind": "rate", "use_max": False, "use_min": True, "min_value": 2.5},
            ):
                vals = self.vals(cooldown_minutes=0, **changes)
                trial = self.attempt(**vals)
                lines = trial.line_ids.mapped(
                    lambda line: (
                        line.started_at,
                        line.is_active or round(line.minutes, 1),
                    )
                )
                self.assertEqual(sorted(lines), self.reference(vals, trial), changes)
                self.assertTrue(lines, changes)

    def reference(self, vals, trial):
        rule = self.make(**vals | {"name": "Reference"})._to_rule()
        start, now = (
            t.replace(tzinfo=timezone.utc) for t in (trial.since, trial.until)
        )
        ask = Ask("it", "TEST-1", "temperature", rule, start, now, to_zone("UTC"))
        runs = self.env["iot.store"]._runs([ask])["it"]
        self.rules.browse(rule.threshold_id).unlink()
        return [
            (
                fired.start.replace(tzinfo=None),
                fired.until is None or round(fired.minutes, 1),
            )
            for fired in would_fire(rule, runs, now, 2 * MINUTE)
        ]

    def test_a_device_whose_normal_is_not_learned_yet_is_tried_all_the_same(self):
        self.measure([4.0, 5.0] * 200 + [9.0] + [4.0, 5.0] * 20)
        trial = self.attempt(**self.vals(kind="deviation", max_value=4))
        self.assertEqual((trial.count, trial.line_ids.peak_value), (1, 9.0))
        self.assertEqual(
            self.attempt(**self.vals(kind="deviation", max_value=9)).count, 0
        )

    def test_outside_its_schedule_it_would_not_have_fired(self):
        """By the farm's clock."""
        self.measure([20.0] * 30 + [55.0] * 5 + [20.0] * 90)
        self.farm.tz = "Asia/Dhaka"
        breach = (self.start + 30 * MINUTE).astimezone(to_zone("Asia/Dhaka"))
        hour = (breach.hour + breach.minute / 60) % 24
        for start, count in ((hour - 1, 1), (hour + 1, 0)):
            start %= 24
            times = {"hour_from": start, "hour_to": (start + 1.5) % 24}
            schedule = self.env["iot.schedule"].create(
                {"name": "Then", "line_ids": [(0, 0, times)]}
            )
            trial = self.attempt(**self.vals(schedule_id=schedule.id))
            self.assertEqual(trial.count, count, times)

    def test_readings_of_other_tables_are_tried_too(self):
        self.make_device("PH-1", device_type="ph_sensor")
        self.env["iot.store"]._insert(
            [
                Sample("PH-1", "ph_sensor", time, time, {"ph": value})
                for value, time in (
                    (6.7, self.start),
                    (7.9, self.start + MINUTE),
                    (6.7, self.start + 2 * MINUTE),
                )
            ]
        )
        trial = self.attempt(
            **self.vals(device_id=False, reading_type="ph", max_value=7.0)
        )
        self.assertEqual(trial.line_ids.device_id.device_id, "PH-1")

    def test_one_that_another_rule_overrides_would_not_fire(self):
        self.measure([20.0, 55.0, 20.0])
        self.make(device_id=self.sensor.id, max_value=99.0)
        trial = self.attempt(
            **self.vals(device_id=False, device_type="temperature", max_value=50.0)
        )
        self.assertNotIn(self.sensor, trial.line_ids.device_id)

    def test_a_rule_that_is_in_force_nowhere_says_so(self):
        trial = self.attempt(**self.vals(device_id=False, device_type="temperature"))
        self.assertEqual(trial.summary, "The rule would be in force at no device.")

    def test_when_time_is_up_it_says_how_far_it_came_and_goes_on(self):
        for n in range(15):
            self.make_device(f"MANY-{n}", device_type="pressure")
            self.env["iot.store"]._insert(
                [
                    Sample(f"MANY-{n}", "pressure", time, time, {"pressure": value})
                    for value, time in ((1, self.start), (99, self.start + MINUTE))
                ]
            )
        vals = self.vals(
            device_id=False, device_type="pressure", reading_type="pressure"
        )
        with patch.object(iot_threshold_trial, "_SECONDS", -1):
            trial = self.attempt(**vals)
            self.assertRegex(trial.progress, r"Looked at 10 of \d+ devices")
            self.assertEqual(trial.count, 10)
            while not trial.is_done:
                trial.action_go_on()
        self.assertEqual(trial.count, 15)
        self.assertFalse(trial.progress)

    def test_what_is_wrong_with_a_rule_is_told_as_on_saving(self):
        with self.assertRaisesRegex(ValidationError, "checks neither a minimum"):
            self.attempt(**self.vals(use_max=False))
        with self.assertRaisesRegex(UserError, "watches the device itself"):
            self.attempt(**self.vals(kind="offline"))

    def test_who_may_not_write_rules_does_not_try_them(self):
        user = self.make_user("trier", "smartdairy_iot.group_iot_user")
        rule = self.make()
        for rules in (rule, self.rules):
            with self.assertRaises(AccessError):
                rules.with_user(user).try_on_history({"max_value": 1.0})

    def test_a_manager_of_one_company_tries_what_all_companies_share(self):
        """On the devices they see, changed or not; they still may not save it."""
        manager = self.make_user("try-one", "smartdairy_iot.group_iot_manager")
        self.env["res.company"].create({"name": "Theirs"})
        self.measure([20.0] * 5 + [55.0] + [20.0] * 5)
        profile = self.env["iot.device.profile"].create({"name": "Shared"})
        self.sensor.profile_id = profile
        rule = self.make(max_value=60.0, profile_id=profile.id)
        rule = rule.with_user(manager)
        self.assertFalse(rule.has_access("write"))
        self.assertEqual(self.attempt(rule).count, 0)
        self.assertEqual(self.attempt(rule, max_value=50.0).count, 1)
        self.assertEqual(rule.max_value, 60.0)
        with self.assertRaises(AccessError):
            rule.max_value = 50.0
        theirs = self.env["iot.threshold.level"].create(
            {"threshold_id": self.make().id, "severity": "critical", "max_value": 70}
        )
        for named in ([[4, theirs.id]], [[1, theirs.id, {}]], [[6, 0, theirs.ids]]):
            with self.assertRaisesRegex(AccessError, "another rule"):
                self.attempt(rule, level_ids=named)
        high = {"severity": "high", "max_value": 54.0}
        trial = self.attempt(rule, max_value=50.0, level_ids=[[0, 0, high]])
        self.assertEqual(trial.line_ids.severity, "high")
        with self.assertRaises(AccessError):
            self.attempt(rule, farm_id=self.farm.id)

    def test_nobody_tries_a_rule_on_the_devices_of_another_company(self):
        manager = self.make_user("try-manager", "smartdairy_iot.group_iot_manager")
        company = self.env["res.company"].create({"name": "Theirs"})
        self.farm.company_id = company
        rules = self.rules.with_user(manager)
        with self.assertRaises(AccessError):
            rules.try_on_history(self.vals())
        self.measure([20.0, 55.0, 20.0])
        action = rules.try_on_history(self.vals(device_id=False))
        trial = self.env[action["res_model"]].browse(action["res_id"])
        self.assertNotIn(self.sensor, trial.line_ids.device_id)

    def test_the_listener_does_not_look_again_because_a_rule_was_tried(self):
        with patch.object(self.env.registry.__class__, "clear_cache") as clear_cache:
            self.attempt(**self.vals())
        clear_cache.assert_not_called()
