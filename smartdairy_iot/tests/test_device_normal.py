from datetime import datetime, timedelta, timezone

from odoo.tests import tagged

from ..rules.classify import Alarm
from .threshold import ThresholdCase


@tagged("post_install", "-at_install")
class TestDeviceNormal(ThresholdCase):
    """Limits around what a device usually measures."""

    def setUp(self):
        super().setUp()
        # A test has one transaction.
        cron = self.env.registry["ir.cron"]
        self.patch(cron, "_commit_progress", lambda *_args, **_kwargs: 1.0)
        self.now = datetime.now(timezone.utc).replace(microsecond=0)

    def measure(self, values, device_id="TEST-1", **vals):
        """One reading a minute, the newest two hours ago."""
        start = self.now - timedelta(hours=2, minutes=len(values))
        self.env["iot.store"]._insert(
            [
                self.sample(value, start + timedelta(minutes=n), device_id, **vals)
                for n, value in enumerate(values)
            ]
        )

    def learn(self):
        self.env["iot.device.normal"]._cron_learn()

    def limits(self, device_id="TEST-1", reading_type="temperature"):
        device = self.env["iot.device"]._get_listener_map()[device_id]
        return [
            (round(rule.low, 3), round(rule.high, 3))
            for rule in device.limits_at(None).get(reading_type, ())
            if rule.kind == "deviation"
        ]

    def make_rule(self, **vals):
        band = {"use_min": True, "min_value": 3, "max_value": 3}
        return self.make(kind="deviation", **band, **vals)

    def test_the_limits_are_multiples_of_the_deviation_around_the_mean(self):
        self.make_rule()
        self.measure([4.0, 5.0] * 100)
        self.assertEqual(self.limits(), [], "nothing is known yet")
        self.learn()
        self.assertEqual(self.limits(), [(2.996, 6.004)])
        self.assertEqual(self.limits("TEST-1", "humidity"), [])

    def test_each_device_has_a_normal_of_its_own_and_keeps_its_other_limits(self):
        self.make_device("TEST-2")
        self.make_rule()
        self.measure([4.0, 5.0] * 100)
        self.measure([14.0, 15.0] * 100, "TEST-2")
        self.learn()
        self.assertEqual(self.limits("TEST-2"), [(12.996, 16.004)])
        device = self.env["iot.device"]._get_listener_map()["TEST-2"]
        kinds = [rule.kind for rule in device.limits_at(None)["temperature"]]
        self.assertEqual(kinds, ["limit", "deviation"])

    def test_alarms_and_faults_are_not_normal(self):
        self.make_rule()
        self.measure([4.0, 5.0] * 100)
        day = timedelta(days=1)
        self.env["iot.store"]._insert(
            [
                self.sample(
                    90.0,
                    self.now - day,
                    alarms={"temperature": Alarm("high", "high")},
                )
            ]
        )
        self.learn()
        self.assertEqual(self.limits(), [(2.996, 6.004)])

    def test_of_too_few_readings_there_is_no_normal(self):
        self.make_rule()
        self.measure([4.0, 5.0] * 40)
        self.learn()
        self.assertEqual(self.limits(), [])

    def test_a_value_that_never_changes_has_no_normal(self):
        """Its deviation is nothing: any other value would be an alarm."""
        self.make_rule()
        self.measure([4.0] * 200)
        self.learn()
        self.assertEqual(self.limits(), [])

    def test_what_is_older_than_the_rule_says_is_forgotten(self):
        self.make_rule(normal_days=1)
        self.measure([4.0, 5.0] * 100)
        self.learn()
        self.assertTrue(self.limits())
        self.env["iot.store"]._refresh_rollups()
        for table in ("temperature_readings", "temperature_quarter_hourly"):
            self.env.cr.execute(f"DELETE FROM {table}")  # pylint: disable=sql-injection
        self.learn()
        self.assertEqual(self.limits(), [])

    def test_without_such_a_rule_nothing_is_kept(self):
        rule = self.make_rule()
        self.measure([4.0, 5.0] * 100)
        self.learn()
        self.assertEqual(len(self.env["iot.device.normal"].search([])), 1)
        rule.is_active = False
        self.learn()
        self.assertFalse(self.env["iot.device.normal"].search([]))

    def test_humidity_of_a_temperature_sensor_has_a_normal_too(self):
        self.make_rule(reading_type="humidity")
        start = self.now - timedelta(hours=8)
        self.env["iot.store"]._insert(
            [
                self.sample(
                    4.0,
                    start + timedelta(minutes=n),
                    values={"humidity": 70.0 + n % 2},
                )
                for n in range(200)
            ]
        )
        self.learn()
        self.assertEqual(self.limits(reading_type="humidity"), [(68.996, 72.004)])
