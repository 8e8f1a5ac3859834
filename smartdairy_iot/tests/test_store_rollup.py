from datetime import timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from ..models.iot_store_partition import TABLES
from ..rollup import touched
from .common import IotCase
from .rollup import NOW, RollupCase


@tagged("post_install", "-at_install")
class TestRollup(RollupCase, IotCase):
    def setUp(self):
        super().setUp()
        self.store = self.env["iot.store"]
        self.device_ids = []

    def marks(self):
        return self.rows("SELECT count(*) FROM rollup_dirty")[0][0]

    def test_only_what_is_new_is_computed(self):
        samples = [self.temperature("R-1", 0)]
        self.store._refresh_rollups()
        self.store._insert(samples)
        self.assertEqual(self.marks(), 1)
        self.store._refresh_rollups()
        self.store._insert(samples)
        self.assertEqual(self.marks(), 0, "the store had it already")

    def test_readings_that_were_dropped_take_no_rollup_along(self):
        """Whatever comes late of that time, and whoever asks for a refresh."""
        self.store._insert([self.temperature("R-1", 60 * n) for n in range(10)])
        self.store._refresh_rollups()
        before = self.rolled_up_temperatures("R-1")
        self.env.cr.execute("DELETE FROM temperature_readings")  # as retention does
        self.env.cr.execute(
            "INSERT INTO retention_horizon VALUES ('temperature_readings', %s)",
            [NOW + timedelta(days=1)],
        )
        late = [self.temperature("R-1", 30, 99.0), self.temperature("R-2", 30, 9.0)]
        self.store._insert(late)
        self.store._refresh_rollups()
        self.assertEqual(self.rolled_up_temperatures("R-1"), before)
        self.assertEqual(len(self.rolled_up_temperatures("R-2")), 1, "it had none")

    def rolled_up_temperatures(self, device_id):
        return self.rows(
            "SELECT * FROM temperature_quarter_hourly WHERE device_id = %s", device_id
        )

    def test_many_marks_of_one_quarter_are_one_computation(self):
        for n in range(30):
            self.store._insert([self.temperature(f"R-{n}", n)])
        self.assertEqual(self.store._refresh_slice(), 30)
        rows = self.rows(
            "SELECT count(*) FROM temperature_quarter_hourly WHERE device_id ~ '^R-'"
        )
        self.assertEqual(rows, [(30,)])

    def test_a_quarter_of_very_many_devices_is_marked_as_a_whole(self):
        few = [self.temperature(f"R-{n}", n) for n in range(3)]
        ((table, quarter, devices),) = touched(few)
        self.assertEqual((table, quarter), ("temperature_readings", NOW))
        self.assertEqual(devices, ["R-0", "R-1", "R-2"])
        many = [self.temperature(f"R-{n}", n) for n in range(200)]
        self.assertEqual(touched(many), [("temperature_readings", NOW, None)])
        self.store._insert(many)
        self.store._refresh_rollups()
        self.assert_true("R-7")

    def test_a_span_can_be_computed_anew(self):
        self.store._insert([self.temperature("R-1", 900 * n) for n in range(4)])
        self.store._refresh_rollups()
        self.env.cr.execute("DELETE FROM temperature_quarter_hourly")
        start, end = NOW + timedelta(minutes=15), NOW + timedelta(minutes=45)
        self.store._mark_span(self.env.cr, "temperature_readings", start, end)
        self.store._refresh_rollups()
        self.assertEqual(len(self.rolled_up_temperatures("R-1")), 2)

    @freeze_time("2031-11-24 10:00:00")
    def test_the_next_two_months_have_their_partitions(self):
        self.store._cron_make_room_ahead()
        for table in TABLES:
            for month in ("2031_11", "2031_12", "2032_01"):
                found = self.rows("SELECT to_regclass(%s)", f"{table}_{month}")
                self.assertTrue(found[0][0], (table, month))

    def test_the_edition_is_the_store_without_timescaledb(self):
        self.assertEqual(self.store._edition(), "base")
