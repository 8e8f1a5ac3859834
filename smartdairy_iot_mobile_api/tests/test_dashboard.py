from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import SUMMARY, MobileApiCase


@tagged("post_install", "-at_install")
class TestDashboard(MobileApiCase):
    def test_the_summary_has_the_keys_of_the_specification(self):
        for user in (self.user, self.manager):
            summary = self.read(SUMMARY, user)
            self.assertEqual(
                set(summary),
                {
                    "total_devices",
                    "online_devices",
                    "offline_devices",
                    "alerts_by_severity",
                    "avg_temperature",
                    "total_milk_today",
                },
            )

    def test_the_summary_counts_what_one_may_see(self):
        self.assertEqual(
            self.read(SUMMARY, self.user),
            {
                "total_devices": 2,
                "online_devices": 1,
                "offline_devices": 1,
                "alerts_by_severity": {"high": 1},
                "avg_temperature": 3.8,
                "total_milk_today": 0.0,
            },
        )
        far = self.read(SUMMARY, self.neighbour)
        self.assertEqual(far["total_devices"], 1)
        self.assertEqual(far["alerts_by_severity"], {"low": 1})
        self.assertEqual(far["avg_temperature"], 4.4)

    def test_a_manager_has_the_summary_of_all_farms(self):
        summary = self.read(SUMMARY, self.manager)
        self.assertEqual(summary["total_devices"], 3)
        self.assertEqual(summary["online_devices"], 2)
        self.assertEqual(summary["alerts_by_severity"], {"high": 1, "low": 1})
        self.assertEqual(summary["avg_temperature"], 4.1)

    def test_without_a_recent_temperature_there_is_no_average(self):
        hours_ago = fields.Datetime.now() - timedelta(hours=2)
        self.tank.live_ids.value_time = hours_ago
        self.assertIsNone(self.read(SUMMARY, self.user)["avg_temperature"])

    def test_a_thermometer_that_never_measured_changes_no_average(self):
        silent = self._new_device("API-TEMP-3", self.farm)
        self._say(silent, {"humidity": 70.0})
        self.assertEqual(self.read(SUMMARY, self.user)["avg_temperature"], 3.8)

    def test_a_retired_device_is_not_offline(self):
        self._new_device("API-OLD", self.farm, state="retired")
        self.assertEqual(self.read(SUMMARY, self.user)["offline_devices"], 1)

    def test_an_acknowledged_alert_no_longer_counts(self):
        self.acknowledge(self.alert, self.user)
        self.assertEqual(self.read(SUMMARY, self.user)["alerts_by_severity"], {})
