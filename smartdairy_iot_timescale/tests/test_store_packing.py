import uuid
from datetime import datetime, timedelta, timezone

from odoo.tests import TransactionCase, tagged

from odoo.addons.smartdairy_iot.ingest.message import Sample

PAST = datetime(2020, 5, 1, tzinfo=timezone.utc)
DEVICES, READINGS = 40, 100


@tagged("post_install", "-at_install")
class TestTimescalePacking(TransactionCase):
    """What arrival in the order of time leaves half empty is filled, once."""

    def setUp(self):
        super().setUp()
        self.store = self.env["iot.store"]
        self.store._pack_past_chunks()
        self.prefix = f"TP-{uuid.uuid4().hex[:8]}"
        self.addCleanup(self.forget)
        self.put(range(READINGS))

    def forget(self):
        with self.store._cursor() as cr:
            cr.execute(
                "SELECT drop_chunks('temperature_readings',"
                " older_than => '2020-06-01'::timestamptz,"
                " newer_than => '2020-04-30'::timestamptz)"
            )

    def put(self, minutes):
        """:return: ``(rows, new rows)``"""
        times = [PAST + timedelta(minutes=minute) for minute in minutes]
        return self.store._insert(
            [
                Sample(
                    f"{self.prefix}{n:02}", "temperature", at, at, {"temperature": 4}
                )
                for at in times
                for n in range(DEVICES)
            ]
        )

    def index_size(self):
        with self.store._cursor() as cr:
            cr.execute(
                "SELECT sum(pg_relation_size(indexrelid))::bigint"
                "  FROM show_chunks('temperature_readings',"
                "       older_than => '2020-06-01'::timestamptz,"
                "       newer_than => '2020-04-30'::timestamptz) AS chunk"
                "  JOIN pg_index ON indrelid = chunk AND indisunique"
            )
            return cr.fetchone()[0]

    def test_the_index_of_a_past_chunk_is_rebuilt_once(self):
        loose = self.index_size()
        self.assertEqual(self.store._pack_past_chunks(), 1)
        self.assertLess(self.index_size(), loose)
        self.assertEqual(self.store._pack_past_chunks(), 0)

    def test_a_packed_chunk_takes_late_readings_and_none_twice(self):
        self.store._pack_past_chunks()
        self.assertEqual(self.put(range(READINGS, READINGS + 5)), (200, 200))
        self.assertEqual(self.put(range(READINGS + 5)), (4200, 0))
