from odoo.tests import tagged

from odoo.addons.smartdairy_iot.tests.sensor_reading import (
    GroupTests,
    SearchTests,
    SensorReadingCase,
)

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
        """Its connection is cut, as a server's restart does."""
