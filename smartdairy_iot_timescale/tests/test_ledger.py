from datetime import timedelta

from odoo.tests import tagged

from odoo.addons.smartdairy_iot.tests.common import NOW, IotCase

from .rollup import TimescaleCase


@tagged("post_install", "-at_install")
class TestTimescaleLedger(TimescaleCase):
    def test_a_reading_that_was_altered_in_timescaledb_has_another_digest(self):
        store, sample = self.env["iot.store"], IotCase.sample
        self.device_ids = ["LEDGER-1"]
        readings = [
            sample(4.0 + n / 10, NOW + n * MINUTE, "LEDGER-1") for n in range(9)
        ]
        store._insert(readings)
        asked = ["LEDGER-1"], NOW, NOW + timedelta(days=1), NOW + timedelta(days=2)
        [before] = store._digests(*asked)
        self.assertEqual((before.hour, before.count), (0, 9))
        self.assertEqual(store._digests(*asked), [before], "the same each time")
        with store._cursor() as cr:
            cr.execute(
                "UPDATE temperature_readings SET temperature_celsius = 3.9"
                " WHERE device_id = 'LEDGER-1' AND time = %s",
                [NOW],
            )
        [after] = store._digests(*asked)
        self.assertEqual(after.count, before.count)
        self.assertNotEqual(after.digest, before.digest)


MINUTE = timedelta(minutes=1)
