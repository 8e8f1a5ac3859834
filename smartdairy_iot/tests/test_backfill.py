import random
from datetime import datetime, time, timedelta, timezone

from odoo.tests import tagged

from .common import LineCase

TODAY = datetime.combine(datetime.now(timezone.utc), time(), timezone.utc)
START = TODAY - timedelta(days=1)


def temperatures():
    """A day, every five minutes: warm in the afternoon, a probe that fails at times."""
    for number in range(288):
        value = 4.0 + number % 7 / 10 + (6.0 if 180 <= number < 200 else 0.0)
        at = (START + timedelta(minutes=5 * number)).isoformat()
        failed = number % 50 == 49
        yield {"temperature": -127.0 if failed else value, "timestamp": at}


def milkings():
    """Two, of 20 readings each."""
    for hour, volume in ((6, 14.2), (18, 11.8)):
        begin = START + timedelta(hours=hour)
        said = {"session_id": f"S-{hour}", "animal_id": 7}
        yield {"type": "session_start", "timestamp": begin.isoformat(), **said}
        for number in range(20):
            at = (begin + timedelta(seconds=15 * number)).isoformat()
            yield {"volume": number * 0.6, "fat_percent": 4.1, "timestamp": at, **said}
        end = (begin + timedelta(minutes=6)).isoformat()
        yield {"type": "session_end", "volume": volume, "timestamp": end, **said}


@tagged("post_install", "-at_install")
class TestBackfill(LineCase):
    """One pair of devices is sent its day in order, the other twice and shuffled."""

    def setUp(self):
        super().setUp()
        self.thermometers = [self.make_device(d) for d in ("T-ONCE", "T-MIXED")]
        for device_id in ("M-ONCE", "M-MIXED"):
            self.make_device(device_id, device_type="milk_meter")
        self.refresh_devices()
        live = {"temperature": 3.3, "timestamp": self.ago(seconds=0)}
        for device in self.thermometers:  # newer than all of the day
            self.publish(live, device.device_id)
        self.run_line()
        day = [(message, "T-ONCE", "temperature") for message in temperatures()]
        day += [(message, "M-ONCE", "milk_meter") for message in milkings()]
        self.send(day)
        self.assertEqual(self.line.counters.duplicate, 0)
        mixed = [(m, device.replace("ONCE", "MIXED"), kind) for m, device, kind in day]
        mixed *= 2
        random.Random(26).shuffle(mixed)
        self.send(mixed)
        self.assertEqual(self.line.counters.duplicate, len(day))

    def send(self, messages):
        for number, message in enumerate(messages):
            self.publish(*message)
            if number % 90 == 0:
                self.run_line()
        self.run_line()

    def stored(self, table, device_id):
        return self.rows(
            "SELECT to_jsonb(stored) - 'device_id' - 'received_at'"  # noqa: S608
            f" FROM {table} AS stored WHERE device_id = %s ORDER BY 1",
            device_id,
        )

    def test_a_day_sent_twice_and_shuffled_is_the_very_same_rows(self):
        for table, device_id, count in (
            ("temperature_readings", "T-ONCE", 288 + 1),
            ("milk_meter_readings", "M-ONCE", 2 * 22),
        ):
            rows = self.stored(table, device_id)
            self.assertEqual(len(rows), count)
            mixed = self.stored(table, device_id.replace("ONCE", "MIXED"))
            self.assertEqual(rows, mixed)

    def test_a_day_sent_twice_and_shuffled_adds_up_to_the_same_milk(self):
        sessions = self.env["iot.milking.session"]
        sessions._build_marked()
        once, mixed = (
            [("device_id.device_id", "=", name)] for name in ("M-ONCE", "M-MIXED")
        )
        (day,) = sessions._production(once)
        self.assertAlmostEqual(day.liters, 14.2 + 11.8)
        self.assertAlmostEqual(day.fat, 4.1, 5)
        self.assertEqual(
            sessions._production(once, "day", by="session"),
            sessions._production(mixed, "day", by="session"),
        )

    def test_the_latest_value_did_not_go_back_and_the_same_alerts_were_raised(self):
        self.evaluate()
        for device in self.thermometers:
            self.assertEqual(device.live_ids.last_values, {"temperature": 3.3})
            self.assertFalse(device.live_ids.fault or device.live_ids.alarm_type)
        names = ["alert_type", "severity", "state", "is_active", "peak_value"]
        names += ["started_at", "cleared_at", "outside_minutes", "is_historic"]
        found = [
            [[alert[name] for name in names] for alert in device.alert_ids]
            for device in self.thermometers
        ]
        self.assertTrue(found[0])
        self.assertEqual(*found)
