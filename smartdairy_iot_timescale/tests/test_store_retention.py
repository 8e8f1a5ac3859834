import tempfile
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path

from odoo.tests import TransactionCase, tagged

from odoo.addons.smartdairy_iot.ingest.message import Sample
from odoo.addons.smartdairy_iot.models.iot_archive import IotArchive
from odoo.addons.smartdairy_iot.rollup import TEMPERATURE

from .. import connection
from ..models.iot_store_rollup import aggregate_of

OLD = datetime(2020, 3, 1, tzinfo=timezone.utc)


@tagged("post_install", "-at_install")
class TestTimescaleRetention(TransactionCase):
    """Chunks leave TimescaleDB, compressed ones too, and come back as they were."""

    def setUp(self):
        super().setUp()
        self.store = self.env["iot.store"]
        self.device_id = f"TR-{uuid.uuid4().hex[:12]}"
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.patch(IotArchive, "_folder", lambda _self: Path(folder.name))
        cron = type(self.env["ir.cron"])
        self.patch(cron, "_commit_progress", lambda *_args, **_kwargs: 1.0)
        self.kept = self.env["iot.retention"].search(
            [("table_name", "=", "temperature_readings")]
        )
        self.addCleanup(self.forget)

    def forget(self):
        with self.store._cursor() as cr:
            cr.execute("DELETE FROM temperature_readings WHERE time < '2021-01-01'")
            cr.execute("DELETE FROM retention_horizon")

    def rows(self, query, *params):
        with self.store._cursor() as cr:
            cr.execute(query, params)
            return cr.fetchall()

    def stored(self):
        return self.rows(
            "SELECT * FROM temperature_readings WHERE device_id = %s ORDER BY time",
            self.device_id,
        )

    def rolled_up(self):
        return self.rows(
            "SELECT bucket, sum_temp FROM temperature_quarter_hourly"
            " WHERE device_id = %s ORDER BY bucket",
            self.device_id,
        )

    def put(self, hours, value=3.25):
        times = [OLD + timedelta(hours=hour) for hour in hours]
        self.store._insert(
            [
                Sample(self.device_id, "temperature", at, at, {"temperature": value})
                for at in times
            ]
        )

    def test_chunks_are_archived_dropped_and_restored(self):
        self.put((1, 2, 30))
        if self.store._edition() == "timescale":
            self.rows(
                "SELECT compress_chunk(chunk) FROM show_chunks('temperature_readings',"
                " older_than => '2021-01-01'::timestamptz) AS chunk"
            )
        before = self.stored()
        self.kept._drop_old()
        self.assertFalse(self.kept.error)
        self.assertEqual(self.stored(), [])
        archives = self.env["iot.archive"].search([("date_from", "<", "2021-01-01")])
        self.assertEqual(sum(archives.mapped("rows")), 3)
        archives.action_restore()
        self.assertEqual(self.stored(), before)

    def test_rollups_stay_whatever_is_refreshed_afterwards(self):
        self.put((1, 2))
        self.kept._drop_old()
        expected = [(OLD + timedelta(hours=hour), 3.25) for hour in (1, 2)]
        self.assertEqual(self.rolled_up(), expected)
        self.put((1.1,), value=99.0)
        self.store._refresh_rollups()
        self.assertEqual(self.rolled_up(), expected)
        self.kept._drop_old()  # what came late is too old as well
        self.assertEqual(self.stored(), [])
        self.assertEqual(self.rolled_up(), expected)

    def reach(self):
        """How far back its policy refreshes: a timedelta, since now."""
        ((offset,),) = self.rows(
            "SELECT (job.config ->> 'start_offset')::interval"
            "  FROM timescaledb_information.jobs AS job"
            "  JOIN timescaledb_information.continuous_aggregates AS aggregate"
            "    ON job.hypertable_name = aggregate.materialization_hypertable_name"
            " WHERE aggregate.view_name = %s",
            aggregate_of(TEMPERATURE),
        )
        return offset

    def test_the_policies_follow_the_days_to_keep(self):
        if self.store._edition() != "timescale":
            self.skipTest("this server has the Apache edition: no policies")
        self.addCleanup(self.kept.write, {"days": 190})
        self.kept.days = 400
        self.assertEqual(self.reach(), timedelta(days=399))

    def test_the_policies_never_reach_what_was_dropped_whatever_is_set(self):
        if self.store._edition() != "timescale":
            self.skipTest("this server has the Apache edition: no policies")
        self.put((1,))
        self.kept._drop_old()
        self.addCleanup(self.kept.write, {"days": 190})
        self.kept.days = 9999
        dropped_before = OLD + timedelta(days=1)
        start = datetime.now(timezone.utc) - self.reach()
        self.assertGreaterEqual(start, dropped_before)
        self.assertLess(start, dropped_before + timedelta(minutes=1))

    def test_what_comes_late_is_in_the_rollups_after_one_run_of_the_policy(self):
        if self.store._edition() != "timescale":
            self.skipTest("this server has the Apache edition: a scheduled action")
        now = datetime.now(timezone.utc)
        at = now - timedelta(hours=12)
        self.addCleanup(self.rows_gone, at)
        self.run_policy()
        self.store._insert(
            [Sample(self.device_id, "temperature", at, now, {"temperature": 39.0})]
        )
        self.run_policy()
        self.assertEqual([value for _bucket, value in self.rolled_up()], [39.0])

    def rows_gone(self, since):
        with self.store._cursor() as cr:
            cr.execute(
                "DELETE FROM temperature_readings WHERE device_id = %s AND time >= %s",
                [self.device_id, since],
            )

    def run_policy(self):
        (job,) = self.rows(
            "SELECT job_id FROM timescaledb_information.jobs AS job"
            "  JOIN timescaledb_information.continuous_aggregates AS aggregate"
            "    ON job.hypertable_name = aggregate.materialization_hypertable_name"
            " WHERE aggregate.view_name = %s",
            aggregate_of(TEMPERATURE),
        )
        with connection.autocommit_cursor() as cr:
            cr.execute("CALL run_job(%s)", job)
