from odoo import fields
from odoo.tests import tagged

from .calibration import DAY, make
from .common import LineCase

TECHNICIAN = "smartdairy_iot.group_iot_technician"


@tagged("post_install", "-at_install")
class TestCalibratedLine(LineCase):
    def calibrate(self, **vals):
        make(self, valid_from=fields.Datetime.now() - DAY, **vals)
        self.refresh_devices()

    def stored(self):
        return self.rows(
            "SELECT temperature_celsius, raw_value, quality FROM temperature_readings"
            " WHERE device_id = 'TEST-1' ORDER BY time"
        )

    def test_a_reading_is_stored_corrected_with_its_raw_value_beside_it(self):
        self.calibrate()
        self.publish({"temperature": 4.3})
        self.run_line()
        self.assertEqual(self.stored(), [(4.0, 4.3, 100)])
        reading = self.sensor.sensor_ids
        self.assertEqual((reading.value, reading.raw_value), (4.0, 4.3))
        self.assertTrue(reading.is_calibrated)
        self.assertEqual(self.sensor.last_reading, "4 °C")

    def test_without_a_calibration_nothing_is_beside_it(self):
        self.publish({"temperature": 4.3})
        self.run_line()
        self.assertEqual(self.stored(), [(4.3, None, 100)])
        self.assertFalse(self.sensor.sensor_ids.is_calibrated)
        reading = self.env["iot.sensor.reading"]
        domain = [("device_id", "=", self.sensor.id)]
        self.assertFalse(reading.search([*domain, ("is_calibrated", "=", True)]))
        self.assertTrue(reading.search([*domain, ("is_calibrated", "=", False)]))

    def test_a_backfill_gets_the_calibration_of_when_it_was_measured(self):
        self.calibrate()
        self.publish([{"temperature": 4.3, "timestamp": self.ago(days=2)}])
        self.publish([{"temperature": 4.3, "timestamp": self.ago(hours=1)}])
        self.run_line()
        self.assertEqual(self.stored(), [(4.3, None, 100), (4.0, 4.3, 100)])

    def test_an_error_value_is_stored_as_the_probe_sent_it(self):
        self.calibrate()
        self.publish({"temperature": -127.0})
        self.run_line()
        self.assertEqual(self.stored(), [(-127.0, None, 0)])

    def test_a_calibration_that_changes_leaves_what_is_stored_as_it_is(self):
        self.calibrate()
        self.publish({"temperature": 4.3})
        self.run_line()
        self.env["iot.calibration"].search([]).action_cancel()
        self.refresh_devices()
        self.publish({"temperature": 4.3})
        self.run_line()
        self.assertEqual(self.stored(), [(4.0, 4.3, 100), (4.3, None, 100)])

    def test_a_ph_and_a_milk_meter_keep_their_raw_values_as_well(self):
        ph = self.make_device("PH-1", device_type="ph_sensor")
        meter = self.make_device("M-1", device_type="milk_meter")
        start = fields.Datetime.now() - DAY
        make(self, device=ph, reading_type="ph", valid_from=start, measured_1=4.1)
        make(
            self,
            device=meter,
            reading_type="volume",
            valid_from=start,
            method="given",
            scale=1.1,
            offset=0.0,
        )
        self.refresh_devices()
        self.publish({"ph": 6.8}, "PH-1", "ph_sensor")
        self.publish({"volume": 2.0}, "M-1", "milk_meter")
        self.run_line()
        (ph_reading, milk) = ph.sensor_ids, meter.sensor_ids
        self.assertEqual((ph_reading.value, ph_reading.raw_value), (6.7, 6.8))
        self.assertEqual((milk.value, milk.raw_value), (2.2, 2.0))

    def test_an_uncalibrated_reading_takes_no_byte_more(self):
        """The row as it was before there was a column for the raw value."""
        self.publish({"temperature": 4.3, "humidity": 80})
        self.publish({"ph": 6.8}, "PH-1", "ph_sensor")
        self.make_device("PH-1", device_type="ph_sensor")
        self.refresh_devices()
        self.run_line()
        for table, added in (
            ("temperature_readings", {"raw_value", "raw_humidity"}),
            ("sensor_readings", {"raw_value"}),
        ):
            names = self.env["iot.store"]._describe(table)
            before = ", ".join(name for name in names if name not in added)
            ((now, then),) = self.rows(
                f"SELECT pg_column_size(r.*), (SELECT pg_column_size(o.*)"  # noqa: S608
                f" FROM (SELECT {before} FROM {table} LIMIT 1) AS o)"
                f" FROM (SELECT * FROM {table} LIMIT 1) AS r"
            )
            self.assertEqual(now, then, table)
