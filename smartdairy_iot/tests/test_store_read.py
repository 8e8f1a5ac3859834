from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from odoo.tests import tagged

from ..ingest.message import Fault, Sample
from ..rules.classify import Alarm
from .common import IotCase

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
START = datetime(2026, 3, 2, tzinfo=timezone.utc)


def at(**later):
    return START + timedelta(**later)


class ReadCase(IotCase):
    def setUp(self):
        super().setUp()
        self.store = self.env["iot.store"]

    def put(self, *values, device_id="T-1", device_type="temperature", faults=None):
        """``(time, {reading type: value})``"""
        samples = []
        for time, readings in values:
            sample = Sample(device_id, device_type, time, time, readings)
            sample.faults = faults or {}
            samples.append(sample)
        self.store._insert(samples)
        return samples

    def put_milk(self, time, kind="reading", session="S-1", animal=7, **values):
        said = {"type": kind, "session_id": session, "animal_id": animal}
        self.store._insert(
            [Sample("M-1", "milk_meter", time, time, values, metadata=said)]
        )


@tagged("post_install", "-at_install")
class TestStoreRead(ReadCase):
    def series(self, bucket, start=START, end=None, kind="temperature", **where):
        end = end or start + timedelta(days=1)
        return self.store._series(["T-1"], kind, start, end, bucket, **where)

    # latest ---------------------------------------------------------------------------

    def test_the_latest_of_each_kind_of_device_is_found_newest_first(self):
        self.put((at(), {"temperature": 3.0}), (at(hours=1), {"temperature": 4.0}))
        self.put((at(hours=2), {"ph": 6.7}), device_id="P-1", device_type="ph_sensor")
        self.put_milk(at(hours=3), volume=2.5, conductivity=5.1)
        found = self.store._latest(["T-1", "P-1", "M-1", "NOBODY"])
        told = [(r.device_id, r.reading_type, round(r.value, 3)) for r in found]
        self.assertEqual(
            sorted(told[:2]), [("M-1", "conductivity", 5.1), ("M-1", "volume", 2.5)]
        )
        self.assertEqual(told[2:], [("P-1", "ph", 6.7), ("T-1", "temperature", 4.0)])
        self.assertEqual(found[2].unit, "pH")

    def test_the_latest_can_be_of_some_types_several_and_of_an_earlier_time(self):
        self.put(*((at(hours=n), {"temperature": n, "humidity": 50}) for n in range(5)))
        asked = {"reading_types": ["temperature"], "limit": 2, "before": at(hours=3)}
        found = self.store._latest(["T-1"], **asked)
        self.assertEqual([reading.value for reading in found], [2.0, 1.0])

    def test_an_alarm_is_that_of_its_own_reading_type(self):
        (sample,) = self.put((at(), {"temperature": 3.0}))
        sample.time += timedelta(seconds=1)
        sample.values = {"temperature": 9.0, "humidity": 50.0}
        sample.alarms = {"temperature": Alarm("high", "medium")}
        self.store._insert([sample])
        found = self.store._latest(["T-1"])
        alarms = {reading.reading_type: reading.is_alarm for reading in found}
        self.assertEqual(alarms, {"temperature": True, "humidity": False})

    # series ---------------------------------------------------------------------------

    def test_an_excursion_is_visible_at_any_zoom(self):
        self.put(*((at(minutes=n), {"temperature": 3.0}) for n in range(120)))
        self.put((at(minutes=50, seconds=5), {"temperature": 12.0}))
        for bucket in (60, 900, 3600, "day", "week", "month"):
            points = self.series(bucket)
            self.assertEqual(max(point.high for point in points), 12.0, bucket)
            self.assertEqual(min(point.low for point in points), 3.0, bucket)
            self.assertEqual(sum(point.count for point in points), 121, bucket)

    def test_rollups_and_readings_tell_the_same(self):
        self.put(*((at(minutes=7 * n), {"temperature": n % 9}) for n in range(200)))
        live = self.series(3600)
        self.store._refresh_rollups()
        self.assertEqual(self.series(3600), live)
        self.put((at(minutes=1), {"temperature": 30.0}))
        self.assertEqual(self.series(3600)[0].high, 30.0, "not rolled up yet")

    def test_rollups_outlive_the_readings(self):
        self.put((at(), {"temperature": 3.0, "humidity": 70.0}))
        self.store._refresh_rollups()
        self.env.cr.execute("DELETE FROM temperature_readings")
        self.assertEqual([point.average for point in self.series("day")], [3.0])
        self.assertEqual([p.high for p in self.series("day", kind="humidity")], [70.0])

    def test_a_day_is_the_farms_and_has_23_hours_in_spring(self):
        night = datetime(2026, 3, 28, tzinfo=AMSTERDAM)
        hours = (night + timedelta(hours=n) for n in range(24 * 3))
        utc = [(hour.astimezone(timezone.utc), {"temperature": 3.0}) for hour in hours]
        self.put(*utc)
        points = self.series(
            "day", night, night + timedelta(days=3), tz="Europe/Amsterdam"
        )
        self.assertEqual([point.count for point in points], [24, 23, 24])
        self.assertEqual(
            [point.time.astimezone(AMSTERDAM).hour for point in points], [0, 0, 0]
        )

    def test_hours_begin_at_the_farms_midnight_where_zones_have_half_hours(self):
        self.put((at(minutes=20), {"temperature": 3.0}))
        (point,) = self.series(3600, tz="Asia/Kolkata")
        self.assertEqual(point.time, at(minutes=-30))

    def test_a_bucket_of_nothing_but_faults_has_no_average(self):
        self.put((at(), {"temperature": 85.0}), faults={"temperature": Fault.JUMP})
        (point,) = self.series(60)
        self.assertEqual(point[2:], (None, None, None, 0, 0, 1))
        self.assertEqual(self.series(900)[0][2:], point[2:])

    def test_the_end_is_not_part_of_it(self):
        self.put((at(), {"temperature": 3.0}), (at(hours=1), {"temperature": 4.0}))
        (point,) = self.series(60, end=at(hours=1))
        self.assertEqual(point.average, 3.0)

    def test_a_window_sums_up_a_span(self):
        self.put(*((at(minutes=n), {"temperature": n}) for n in (1, 2, 3)))
        asked = ["T-1"], "temperature", START, at(hours=1)
        self.assertEqual(self.store._window(*asked), (1, 2, 3, 1, 3))
        empty = self.store._window(["T-2"], *asked[1:])
        self.assertEqual(empty, (None, None, None, None, 0))
