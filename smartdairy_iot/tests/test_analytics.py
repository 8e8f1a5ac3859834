from datetime import datetime, timedelta, timezone

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import IotCase

_USER = "smartdairy_iot.group_iot_user"


@tagged("post_install", "-at_install")
class TestAnalytics(IotCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.make_user("trend-user", _USER)
        cls.neighbour = cls.make_user("trend-neighbour", _USER)
        cls.farm.write({"user_ids": cls.user, "tz": "Europe/Amsterdam"})
        hour = datetime.now(timezone.utc).replace(minute=30, second=0, microsecond=0)
        cls.hour = hour - timedelta(hours=1)

    def measure(self, hours, odd=None):
        """4 °C each hour, but for those named: ``{hours ago: °C}``."""
        self.env["iot.store"]._insert(
            [
                self.sample((odd or {}).get(n, 4.0), self.hour - timedelta(hours=n))
                for n in range(hours)
            ]
        )

    def trend(self, user=None, **asked):
        devices = self.sensor.with_user(user or self.user)
        return devices.get_analytics("temperature", **asked)

    def test_what_is_unusual_is_marked_also_by_what_was_before_the_span(self):
        self.measure(24 * 12, {50: 9.0})
        told = self.trend(days=3)
        (series,) = told["series"]
        (anomaly,) = series["anomalies"]
        self.assertEqual((anomaly["value"], anomaly["side"]), (9.0, "high"))
        self.assertEqual(anomaly["expected"], 4.0)
        self.assertEqual(anomaly["hours"], 1)
        self.assertTrue(told["start"] <= anomaly["start"] <= told["end"])
        self.assertTrue(all(ms >= told["start"] for ms, *_v in series["points"]))
        self.assertEqual(told["tz"], "Europe/Amsterdam")

    def test_the_time_before_is_moved_beside_it(self):
        self.measure(24 * 6, {24 * 4: 8.0})
        (series,) = self.trend(days=3, is_compared=True)["series"]
        (warm,) = (point for point in series["before"] if point[1] == 8.0)
        shown = datetime.fromtimestamp(warm[0] / 1000, timezone.utc)
        self.assertLess(
            abs(shown - (self.hour - timedelta(days=1))), timedelta(hours=1)
        )
        self.assertEqual(self.trend(days=3)["series"][0]["before"], [])

    def test_of_another_farm_nothing_is_told(self):
        with self.assertRaises(AccessError):
            self.trend(self.neighbour)
        choices = self.env["iot.device"].with_user(self.neighbour)
        told = choices.get_analytics_choices()
        self.assertNotIn(self.sensor.id, [d["id"] for d in told["devices"]])
        self.assertNotIn(self.farm.id, [f["id"] for f in told["farms"]])

    def test_who_is_no_user_of_it_is_refused(self):
        portal = self.make_user("trend-portal", "base.group_portal")
        with self.assertRaises(AccessError):
            self.trend(portal)
        with self.assertRaises(AccessError):
            self.env["iot.device"].with_user(portal).get_analytics_choices()

    def test_what_nobody_measures_is_refused_in_words(self):
        with self.assertRaisesRegex(UserError, "nothing that is measured"):
            self.sensor.with_user(self.user).get_analytics("mood")
        many = self.sensor
        for n in range(6):
            many |= self.make_device(f"MANY-{n}")
        with self.assertRaisesRegex(UserError, "up to 6"):
            many.with_user(self.user).get_analytics("temperature")

    def test_devices_are_offered_by_what_they_measure(self):
        told = self.env["iot.device"].with_user(self.user).get_analytics_choices()
        (sensor,) = (d for d in told["devices"] if d["id"] == self.sensor.id)
        self.assertEqual(sensor["measures"], ["temperature", "humidity"])
        self.assertEqual(told["measures"]["temperature"]["unit"], "°C")
