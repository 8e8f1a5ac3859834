from datetime import datetime, timezone
from zoneinfo import ZoneInfo

from odoo.tests import tagged

from .common import IotCase
from .milking import DAY, MilkingCase
from .rollup import NOW, RollupData


@tagged("post_install", "-at_install")
class TestMilking(MilkingCase, RollupData, IotCase):
    def setUp(self):
        super().setUp()
        self.store = self.env["iot.store"]
        self.device_ids = []

    def test_they_are_read_and_not_put_together_again(self):
        device_id = self.new_device()
        self.put_milk(device_id, (0, 11, True, 7, "S"))
        self.store._refresh_rollups()
        self.env.cr.execute("DELETE FROM milk_quarter_hourly")
        self.assertEqual(self.liters(device_id), [11])

    def test_they_outlive_the_readings_whatever_comes_late(self):
        device_id, other = self.new_device(), self.new_device()
        self.put_milk(device_id, (0, 11, True, 7, "S"))
        self.store._refresh_rollups()
        self.env.cr.execute("DELETE FROM milk_meter_readings")  # as retention does
        self.env.cr.execute(
            "INSERT INTO retention_horizon VALUES ('milk_meter_readings', %s)",
            [NOW + DAY],
        )
        self.put_milk(device_id, (1, 99, True, 7, "S"))
        self.put_milk(other, (1, 3, True, 8, "T"))
        self.store._refresh_rollups()
        self.assertEqual((self.liters(device_id), self.liters(other)), ([11], [3]))

    def test_six_hours_after_midnight_are_six_hours_though_clocks_say_seven(self):
        midnight = datetime(2026, 3, 29, tzinfo=ZoneInfo("Europe/Amsterdam"))
        utc = midnight.astimezone(timezone.utc)
        minutes = (utc - NOW).total_seconds() / 60
        device_id = self.new_device()
        self.put_milk(device_id, (minutes - 10, 4, False, 7, "S"))
        self.put_milk(device_id, (minutes + 335, 11, True, 7, "S"))
        for _time in ("waiting", "kept"):
            before, after = (
                self.store._production([device_id], start, start + DAY)
                for start in (midnight - DAY, midnight)
            )
            self.assertEqual(before, [], _time)
            self.assertEqual([milked.liters for milked in after], [11], _time)
            self.store._refresh_rollups()
