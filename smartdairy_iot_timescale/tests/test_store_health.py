from odoo.tests import tagged

from odoo.addons.smartdairy_iot.ingest.message import Sample
from odoo.addons.smartdairy_iot.tests.common import NOW
from odoo.addons.smartdairy_iot.tests.uptime import UptimeTests

from .rollup import TimescaleCase


@tagged("post_install", "-at_install")
class TestTimescaleHealth(UptimeTests, TimescaleCase):
    """The same history of devices, in whichever edition the server has."""

    def forget_devices(self):
        with self.store._cursor() as cr:
            cr.execute(
                "DELETE FROM device_status WHERE device_id LIKE %s", [f"{self.name}%"]
            )
        super().forget_devices()

    def test_the_raw_value_is_stored_beside_the_calibrated_one(self):
        self.device_ids = [self.name]
        warm = Sample(self.name, "temperature", NOW, NOW, {"temperature": 4.0})
        warm.raw = {"temperature": 4.3}
        acid = Sample(self.name, "ph_sensor", NOW, NOW, {"ph": 6.7})
        acid.raw = {"ph": 6.8}
        self.store._insert([warm, acid])
        query = "SELECT raw_value FROM {} WHERE device_id = %s"
        for table, raw in (("temperature_readings", 4.3), ("sensor_readings", 6.8)):
            self.assertEqual(self.rows(query.format(table), self.name), [(raw,)])

    def test_compression_is_told_and_of_an_edition_that_has_none_nothing(self):
        """The same question in both; it names columns that both must have."""
        told = self.store._compressed()
        if self.store._edition() == "timescale":
            self.assertTrue(all(table.before > table.after for table in told))
        else:
            self.assertEqual(told, [])
