import uuid
from datetime import datetime, timedelta, timezone

from odoo.tests import TransactionCase, tagged

from odoo.addons.smartdairy_iot.ingest.message import Sample
from odoo.addons.smartdairy_iot.rules.classify import Alarm

from .. import connection, schema

NOW = datetime(2026, 1, 5, 6, 0, tzinfo=timezone.utc)
TABLES = (
    "sensor_readings",
    "temperature_readings",
    "milk_meter_readings",
    "device_status",
)


@tagged("post_install", "-at_install")
class TestTimescaleStore(TransactionCase):
    """Rows of a dedicated cursor stay: each test has a device of its own."""

    def setUp(self):
        super().setUp()
        self.store = self.env["iot.store"]
        self.device_id = f"TS-{uuid.uuid4().hex[:12]}"
        self.addCleanup(self.forget_device)

    def rows(self, query, *params):
        with self.store._cursor() as cr:
            cr.execute(query, params)
            return cr.fetchall()

    def forget_device(self):
        with self.store._cursor() as cr:
            for table in TABLES:
                cr.execute(
                    f"DELETE FROM {table} WHERE device_id = %s",  # noqa: S608
                    [self.device_id],
                )

    def samples(self, count, **vals):
        return [
            Sample(
                self.device_id,
                "temperature",
                NOW + timedelta(seconds=number),
                NOW,
                {"temperature": 3.0},
                **vals,
            )
            for number in range(count)
        ]

    def test_history_is_told_once_however_often_it_is_delivered(self):
        at = NOW.isoformat()
        row = {"time": at, "device_id": self.device_id, "is_online": False}
        for _time in range(2):
            self.store._insert_history("device_status", [row])
        found = self.rows(
            "SELECT time, is_online FROM device_status WHERE device_id = %s",
            self.device_id,
        )
        self.assertEqual(found, [(NOW, False)])

    def test_the_tables_are_hypertables_of_another_database(self):
        names = self.rows(
            "SELECT hypertable_name FROM timescaledb_information.hypertables"
            " WHERE hypertable_name = ANY(%s)",
            list(TABLES),
        )
        self.assertCountEqual([name for (name,) in names], TABLES)
        ((database,),) = self.rows("SELECT current_database()")
        self.assertNotEqual(database, self.env.cr.dbname)

    def test_what_was_inserted_survives_a_rollback_of_odoos_transaction(self):
        with self.env.cr.savepoint() as savepoint:
            self.store._insert(self.samples(3))
            savepoint.rollback()
        counts = self.store._count_readings([self.device_id])
        self.assertEqual(counts, {self.device_id: 3})

    def test_redelivery_is_absorbed_by_the_unique_key(self):
        self.assertEqual(self.store._insert(self.samples(5)), (5, 5))
        self.assertEqual(self.store._insert(self.samples(8)[::-1]), (8, 3))

    def test_alarms_are_summed_up_for_the_rules(self):
        samples = self.samples(3)
        for sample, value in zip(samples, (7.0, 9.5, 8.0), strict=True):
            sample.values["temperature"] = value
            sample.alarms = {"temperature": Alarm("high", "medium")}
        self.store._insert(samples)
        found = self.store._alarms_since(NOW - timedelta(seconds=1))
        (alarms,) = (a for a in found if a.device_id == self.device_id)
        self.assertEqual((alarms.side, alarms.reading_type), ("high", "temperature"))
        self.assertEqual((alarms.first_time, alarms.worst_value), (NOW, 9.5))
        self.assertEqual(alarms.last_time, NOW + timedelta(seconds=2))

    def test_both_stores_have_the_same_columns(self):
        query = (
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " WHERE table_name = ANY(%s)"
        )
        self.env.cr.execute(query, [[*TABLES]])
        self.assertCountEqual(self.rows(query, [*TABLES]), self.env.cr.fetchall())

    def test_migrating_again_changes_nothing(self):
        self.assertEqual(schema.migrate(connection.dedicated_cursor), [])
