from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.smartdairy_iot.tests.sensor_reading import (
    SearchTests,
    SensorReadingCase,
)
from odoo.addons.smartdairy_iot.tests.sensor_reading_group import GroupTests

from .. import connection

TABLES = ("temperature_readings", "milk_meter_readings", "sensor_readings")


@tagged("post_install", "-at_install")
class TestTimescaleSensorReading(SearchTests, GroupTests, SensorReadingCase):
    """The same over TimescaleDB, where rows stay until they are deleted."""

    def setUp(self):
        super().setUp()
        self.device_ids = [self.tank.device_id]
        self.addCleanup(self.forget_devices)

    def new_device(self, name, **vals):
        device = super().new_device(name, **vals)
        if hasattr(self, "device_ids"):
            self.device_ids.append(device.device_id)
        return device

    def forget_devices(self):
        with self.store._cursor() as cr:
            for table in TABLES:
                cr.execute(
                    f"DELETE FROM {table} WHERE device_id = ANY(%s)",  # noqa: S608
                    [self.device_ids],
                )
        self.store._refresh_rollups()

    def test_a_store_that_is_away_is_said_in_one_line(self):
        closed = dict(connection._info(), port="1", connect_timeout="2")
        for ask in (
            lambda: self.readings.search([], limit=1),
            lambda: self.readings.search_count([]),
            lambda: self.readings._read_group([], ["device_id"], ["__count"]),
            lambda: self.readings.get_statistics(self.tank.id, "temperature"),
        ):
            with (
                patch.object(connection, "_info", lambda: closed),
                mute_logger("odoo.sql_db"),
                self.assertRaisesRegex(UserError, "cannot be reached: .*refused"),
            ):
                ask()
