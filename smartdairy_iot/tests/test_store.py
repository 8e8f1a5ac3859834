from datetime import timedelta

import psycopg2

from odoo.tests import tagged

from ..ingest.message import Sample, StatusChange
from ..rules.classify import Alarm
from .common import NOW, IotCase


@tagged("post_install", "-at_install")
class TestStore(IotCase):
    def setUp(self):
        super().setUp()
        self.store = self.env["iot.store"]

    @staticmethod
    def milk(values, session_id=None, kind="reading"):
        said = {"type": kind, "session_id": session_id, "animal_id": 7}
        return Sample("MILK-1", "milk_meter", NOW, NOW, values, metadata=said)

    def temperatures(self):
        return self.rows(
            "SELECT time, temperature_celsius, humidity_percent"
            " FROM temperature_readings WHERE device_id = %s ORDER BY time",
            "TEST-1",
        )

    def test_a_temperature_sample_becomes_one_row_with_its_humidity(self):
        inserted = self.store._insert([self.sample(3.8, values={"humidity": 81.0})])
        self.assertEqual(inserted, (1, 1))
        self.assertEqual(self.temperatures(), [(NOW, 3.8, 81.0)])

    def test_a_milk_meters_message_is_one_row_with_its_session_and_animal(self):
        values = {"volume": 0.5, "flow_rate": 2.5, "scc": 120000}
        session = "a\tb\\c\n\u2028"
        self.assertEqual(self.store._insert([self.milk(values, session)]), (1, 1))
        rows = self.rows(
            "SELECT message_type, session_id, animal_id, volume_liters,"
            " flow_rate_lpm, somatic_cell_count, metadata"
            " FROM milk_meter_readings WHERE device_id = 'MILK-1'"
        )
        self.assertEqual(rows, [("reading", session, 7, 0.5, 2.5, 120000, None)])

    def test_the_begin_of_a_session_and_its_first_reading_share_an_instant(self):
        batch = [self.milk({}, kind="session_start"), self.milk({"volume": 0.5})]
        self.assertEqual(self.store._insert(batch), (2, 2))
        self.assertEqual(self.store._insert(batch), (2, 0))

    def test_other_devices_get_one_row_per_value(self):
        values = {"ph": 6.7, "temperature": 4.0}
        sample = Sample("PH-1", "ph_sensor", NOW, NOW, values)
        self.assertEqual(self.store._insert([sample]), (2, 2))
        rows = self.rows(
            "SELECT reading_type, value, unit, quality, metadata FROM sensor_readings"
            " WHERE device_id = 'PH-1' ORDER BY reading_type"
        )
        self.assertEqual(
            rows, [("ph", 6.7, "pH", 100, None), ("temperature", 4.0, "°C", 100, None)]
        )

    def test_each_of_several_alarms_of_a_row_is_told_with_its_own_value(self):
        temperature = self.sample(9.5, values={"humidity": 99.0})
        high = Alarm("high", "medium")
        temperature.alarms = {"temperature": high, "humidity": high}
        milk = self.milk({"conductivity": 7.0, "scc": 800000})
        milk.alarms = {"conductivity": high, "scc": high}
        self.store._insert([temperature, milk])
        found = {
            (alarms.device_id, alarms.reading_type): alarms.worst_value
            for alarms in self.store._alarms_since(NOW)
            if alarms.device_id in ("TEST-1", "MILK-1")
        }
        self.assertEqual(
            found,
            {
                ("TEST-1", "temperature"): 9.5,
                ("TEST-1", "humidity"): 99.0,
                ("MILK-1", "conductivity"): 7.0,
                ("MILK-1", "scc"): 800000,
            },
        )

    def test_a_redelivered_batch_changes_nothing(self):
        batch = [self.sample(3.0 + i, NOW + timedelta(seconds=i)) for i in range(5)]
        self.store._insert(batch)
        before = self.temperatures()
        self.assertEqual(self.store._insert(batch[::-1]), (5, 0))
        self.assertEqual(self.temperatures(), before)

    def test_only_the_new_rows_of_an_overlapping_batch_are_stored(self):
        batch = [self.sample(3.0, NOW + timedelta(seconds=i)) for i in range(5)]
        self.store._insert(batch[:3])
        self.assertEqual(self.store._insert(batch), (5, 2))
        self.assertEqual(len(self.temperatures()), 5)

    def test_the_same_instant_twice_in_one_batch_is_one_row(self):
        self.assertEqual(
            self.store._insert([self.sample(3.0), self.sample(3.0)]), (2, 1)
        )

    def test_a_backfill_of_years_ago_finds_its_partition(self):
        old = NOW.replace(year=2019, month=12, day=31)
        self.store._insert([self.sample(3.0, old), self.sample(3.0, NOW)])
        self.assertEqual([row[0] for row in self.temperatures()], [old, NOW])

    def test_a_row_that_no_column_can_take_is_an_error_not_a_loss(self):
        sample = self.milk({"volume": 1.0}, "\0")
        with self.assertRaises(psycopg2.DataError):
            self.store._insert([sample])

    def test_status_changes_are_kept_once(self):
        change = StatusChange("TEST-1", False, NOW)
        self.store._insert_status([change])
        self.store._insert_status([change])
        rows = self.rows(
            "SELECT time, is_online FROM device_status WHERE device_id = 'TEST-1'"
        )
        self.assertEqual(rows, [(NOW, False)])

    def test_readings_are_counted_per_device(self):
        self.store._insert([self.sample(3.0), self.sample(3.0, device_id="TEST-2")])
        counts = self.store._count_readings(["TEST-1", "TEST-2", "TEST-3"])
        self.assertEqual(counts, {"TEST-1": 1, "TEST-2": 1})
