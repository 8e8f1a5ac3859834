"""What the tests of rollups have in common."""

from odoo.tests import TransactionCase

TABLES = (
    "temperature_readings",
    "milk_meter_readings",
    "sensor_readings",
)


class TimescaleCase(TransactionCase):
    """Rows of a dedicated cursor stay: each test has devices of its own."""

    def setUp(self):
        super().setUp()
        self.store = self.env["iot.store"]
        self.device_ids = []
        self.addCleanup(self.forget_devices)

    def rows(self, query, *params):
        with self.store._cursor() as cr:
            cr.execute(query, params)
            return cr.fetchall()

    def forget_devices(self):
        with self.store._cursor() as cr:
            for table in TABLES:
                cr.execute(
                    f"DELETE FROM {table} WHERE device_id = ANY(%s)",  # noqa: S608
                    [self.device_ids],
                )
        self.store._refresh_rollups()
