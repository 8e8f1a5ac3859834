from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..ingest.message import Reason, Rejection
from .common import NOW, IotCase

_USER = "smartdairy_iot.group_iot_user"


def millis(moment):
    return round(moment.timestamp() * 1000)


class CurvesCase(IotCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reader = new_test_user(cls.env, "curves-reader", groups=_USER)
        cls.stranger = new_test_user(cls.env, "curves-stranger", groups=_USER)
        cls.other_farm = cls.env["farm.farm"].create(
            {"name": "Other", "tz": "UTC", "user_ids": cls.stranger.ids}
        )
        cls.farm.user_ids = cls.reader

    def series(self, days=0, hours=0, user=None, names=("temperature",)):
        device = self.sensor.with_user(user or self.reader)
        start = NOW - timedelta(days=days, hours=hours)
        return device.get_series(list(names), millis(start), millis(NOW))


@tagged("post_install", "-at_install")
class TestDeviceCurves(CurvesCase):
    def test_an_excursion_of_one_reading_is_seen_in_ninety_days(self):
        samples = [
            self.sample(4.0, NOW - timedelta(days=89, minutes=n)) for n in range(60)
        ]
        samples[30] = self.sample(15.5, NOW - timedelta(days=89, minutes=30, seconds=5))
        self.env["iot.store"]._insert(samples)
        (one,) = self.series(days=90)["series"]
        self.assertEqual(max(point[3] for point in one["points"]), 15.5)
        self.assertLess(len(one["points"]), 1000)
        self.assertEqual((one["unit"], one["label"]), ("°C", "Temperature"))

    def test_minutes_are_shown_reading_by_reading(self):
        times = [NOW - timedelta(seconds=10 * n) for n in range(1, 6)]
        self.env["iot.store"]._insert([self.sample(3.0, at) for at in times])
        found = self.series(hours=0.1)
        self.assertEqual(len(found["series"][0]["points"]), 5)
        self.assertEqual(found["bucket"], 1)

    def test_a_curve_asked_for_a_thousand_times_is_read_once(self):
        found = self.series(hours=1, names=["temperature"] * 1000)
        self.assertEqual(len(found["series"]), 1)

    def test_the_limits_in_force_and_the_alerts_of_the_time_come_with_it(self):
        self.make_alert(started_at=(NOW - timedelta(hours=1)).replace(tzinfo=None))
        self.make_alert(started_at=(NOW - timedelta(days=9)).replace(tzinfo=None))
        found = self.series(hours=6)
        self.assertEqual([mark["label"] for mark in found["marks"]], ["Too warm"])
        sides = {band["side"]: band for band in found["series"][0]["bands"]}
        self.assertEqual((sides["low"]["to"], sides["high"]["from"]), (2.0, 6.0))

    def test_a_time_or_a_measure_that_makes_no_sense_is_said(self):
        device = self.sensor
        for start, end in ((2, 1), (0, 1e15), ("x", 1), (0, 4e12)):
            with self.assertRaises(UserError):
                device.get_series(["temperature"], start, end)
        with self.assertRaisesRegex(UserError, "colour"):
            device.get_series(["colour"], 0, 1000)

    def test_a_user_of_another_farm_gets_nothing(self):
        for method, args in (
            ("get_series", (["temperature"], 0, 1000)),
            ("get_device_board", ()),
            ("get_curve_device", ()),
        ):
            device = self.sensor.with_user(self.stranger)
            self.env.invalidate_all()
            with self.assertRaises(AccessError):
                getattr(device, method)(*args)

    def test_the_page_has_no_secret_and_only_what_one_may_see(self):
        self.env["iot.rejected.message"]._record(
            [
                Rejection(
                    Reason.NOT_A_NUMBER,
                    "temperature is x",
                    self.sensor.mqtt_topic,
                    b'{"temperature": "x"}',
                    NOW,
                    "TEST-1",
                )
            ]
        )
        self.env["iot.device.token"]._issue(self.sensor)
        page = self.sensor.get_device_board()
        self.assertEqual(page["rejected"][0]["detail"], "temperature is x")
        (token,) = page["credentials"]
        self.assertEqual((token["kind"], token["state"]), ("token", "valid"))
        self.assertFalse({"hashed", "pem"} & set(token))
        mine = self.sensor.with_user(self.reader).get_device_board()
        self.assertIsNone(mine["rejected"])
        self.assertIsNone(mine["credentials"])
        self.assertEqual(mine["device"]["farm"], "Test Farm")

    def test_previous_and_next_are_of_the_same_farm(self):
        second = self.make_device("TEST-2")
        self.make_device("TEST-3", farm_id=self.other_farm.id)
        here = self.sensor.get_device_board()["neighbours"]
        self.assertEqual(here, {"previous": False, "next": second.id})
        there = second.get_device_board()["neighbours"]
        self.assertEqual(there, {"previous": self.sensor.id, "next": False})
