import hashlib
import io
import tempfile
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path
from unittest.mock import patch

import pyarrow
import pyarrow.parquet
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.sql_db import Cursor
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..archive import file
from ..archive.summary import Summary
from ..ingest.message import Sample, StatusChange
from ..models.iot_archive import IotArchive
from ..models.iot_retention import TABLES
from ..models.iot_store_retention import Chunk
from .common import IotCase

OLD = datetime(2024, 2, 29, 23, 59, 58, 123000, tzinfo=timezone.utc)
LOGGER = "odoo.addons.smartdairy_iot.models.iot_retention"


@tagged("post_install", "-at_install")
class TestRetention(IotCase):
    def setUp(self):
        super().setUp()
        self.store = self.env["iot.store"]
        self.archives = self.env["iot.archive"]
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name) / "archives"
        self.patch(IotArchive, "_folder", lambda _self: self.folder)
        # The test has one transaction; committing is the scheduled action's.
        cron = type(self.env["ir.cron"])
        self.patch(cron, "_commit_progress", lambda *_args, **_kwargs: 1.0)
        self.kept = self.env["iot.retention"].search(
            [("table_name", "=", "temperature_readings")]
        )

    def put(self, *values, start=OLD):
        self.store._insert(
            [self.sample(v, start + timedelta(hours=n)) for n, v in enumerate(values)]
        )

    def stored(self, table="temperature_readings"):
        return self.rows(f"SELECT * FROM {table} ORDER BY 1, 2, 3")  # noqa: S608

    def files(self):
        return sorted(path.name for path in self.folder.glob("*"))

    # what is kept ---------------------------------------------------------------------

    def test_every_kind_of_reading_has_its_days(self):
        days = {r.table_name: r.days for r in self.env["iot.retention"].search([])}
        self.assertEqual(
            days,
            {
                "temperature_readings": 190,
                "milk_meter_readings": 180,
                "sensor_readings": 90,
                "device_status": 30,
                "alert_history": 365,
            },
        )
        self.assertEqual(days.keys(), dict(TABLES).keys())

    def test_less_than_the_law_asks_is_refused_unless_it_is_meant(self):
        with self.assertRaisesRegex(ValidationError, "six months"):
            self.kept.days = 90
        self.kept.write({"days": 90, "is_shorter_confirmed": True})

    def test_only_administrators_see_and_change_it(self):
        user = self.make_user("u", "smartdairy_iot.group_iot_user")
        manager = self.make_user("m", "smartdairy_iot.group_iot_manager")
        with self.assertRaises(AccessError):
            self.kept.with_user(user).read(["days"])
        archive = self.archives.create(
            {
                "table_name": "temperature_readings",
                "file_name": "temperature.parquet",
                "date_from": datetime(2024, 1, 1),
                "date_to": datetime(2024, 1, 2),
            }
        )
        for refused in ("action_verify", "action_restore", "read"):
            with self.assertRaises(AccessError):
                getattr(archive.with_user(user), refused)()
        with self.assertRaises(AccessError):  # nobody makes it name another file
            archive.with_user(manager).file_name = "../../../etc/passwd"
        self.kept.with_user(manager).days = 200
        with self.assertRaises(AccessError):
            self.kept.with_user(manager).unlink()

    # archived, dropped, restored ------------------------------------------------------

    def test_old_months_leave_and_young_ones_stay(self):
        self.put(3.0, 4.0)
        self.put(5.0, start=datetime.now(timezone.utc) - timedelta(days=5))
        self.kept._cron_drop_old()
        self.assertEqual([row[4] for row in self.stored()], [5.0])
        archive = self.archives.search([])
        self.assertEqual(sorted(archive.mapped("rows")), [1, 1], "over a month's end")
        self.assertTrue(all(archive.mapped("dropped_at")))
        self.assertEqual(self.files(), sorted(archive.mapped("file_name")))
        archive.action_verify()

    def test_rollups_stay_when_readings_leave_and_late_ones_do_not_spoil_them(self):
        self.put(3.0, 4.0)
        self.kept._cron_drop_old()
        self.put(99.0)
        self.store._refresh_rollups()
        query = "SELECT sum_temp FROM temperature_quarter_hourly ORDER BY bucket"
        self.assertEqual(self.rows(query), [(3.0,), (4.0,)])

    def test_a_raw_value_leaves_and_comes_back_with_its_reading(self):
        calibrated = self.sample(4.0, OLD)
        calibrated.raw = {"temperature": 4.3}
        self.store._insert([calibrated])
        self.kept._cron_drop_old()
        self.assertEqual(self.stored(), [])
        self.archives.search([]).action_restore()
        query = "SELECT temperature_celsius, raw_value FROM temperature_readings"
        self.assertEqual(self.rows(query), [(4.0, 4.3)])

    def test_an_archive_of_before_there_were_raw_values_is_restored(self):
        self.put(3.0)
        describe = type(self.store)._describe
        without = {"raw_value", "raw_humidity"}
        columns = {
            name: kind
            for name, kind in describe(self.store, "temperature_readings").items()
            if name not in without
        }
        text = io.BytesIO()
        names = ", ".join(columns)
        self.env.cr.copy_expert(
            f"COPY (SELECT {names} FROM temperature_readings)"  # noqa: S608
            " TO STDOUT (FORMAT csv, HEADER)",
            text,
        )
        summary = Summary(1, hashlib.sha256(text.getvalue()).hexdigest())
        self.env.cr.execute("DELETE FROM temperature_readings")
        text.seek(0)
        chunk = Chunk("", OLD, OLD + timedelta(seconds=1))
        table = "temperature_readings"
        new = self.store._restore_rows(table, chunk, list(columns), text, summary)
        self.assertEqual(new, 1)
        query = "SELECT temperature_celsius, raw_value FROM temperature_readings"
        self.assertEqual(self.rows(query), [(3.0, None)])

    def test_a_restore_brings_back_identical_rows_and_twice_is_once(self):
        self.put(3.0, 4.0, 5.5)
        before = self.stored()
        self.kept._cron_drop_old()
        self.assertEqual(self.stored(), [])
        self.archives.search([]).action_restore()
        self.assertEqual(self.stored(), before)
        self.archives.search([]).action_restore()
        self.assertEqual(self.stored(), before)

    def test_what_was_restored_is_spared_for_a_while(self):
        self.put(3.0)
        self.kept._cron_drop_old()
        archive = self.archives.search([])
        archive.action_restore()
        self.kept._cron_drop_old()
        self.assertEqual(len(self.stored()), 1)
        archive.restored_until = datetime(2025, 1, 1)
        self.kept._cron_drop_old()
        self.assertEqual(self.stored(), [])

    def test_archive_drop_and_restore_is_the_identity(self):
        texts = st.text(
            st.characters(codec="utf-8", exclude_characters="\0"), max_size=9
        )
        values = st.floats(allow_nan=False, allow_infinity=False, width=32)
        row = st.tuples(values, st.none() | values, st.none() | texts, st.booleans())

        @settings(max_examples=15, deadline=None, database=None)
        @given(rows=st.lists(row, max_size=6))
        def check(rows):
            self.env.cr.execute("DELETE FROM retention_horizon")
            self.store._make_partitions(
                self.env.cr, "temperature_readings", [(2024, 2)]
            )
            self.env.cr.execute("DELETE FROM temperature_readings")
            for number, (value, humidity, note, is_alarm) in enumerate(rows):
                self.env.cr.execute(
                    "INSERT INTO temperature_readings (time, received_at, device_id,"
                    " temperature_celsius, humidity_percent, is_alarm, alarm_type,"
                    " metadata) VALUES (%s, %s, %s, %s, %s, %s, %s,"
                    " jsonb_build_object('note', %s::text))",
                    [
                        OLD - timedelta(days=number, microseconds=number),
                        OLD,
                        f"R{number}",
                        value,
                        humidity,
                        is_alarm,
                        note,
                        note,
                    ],
                )
            before = self.stored()
            self.kept._cron_drop_old()
            self.assertEqual(self.stored(), [])
            self.archives.search([]).action_restore()
            self.assertEqual(self.stored(), before)
            self.archives.search([])._discard()

        check()

    def test_each_kind_of_reading_can_leave_and_come_back(self):
        said = {"type": "session_end", "session_id": 'a,"\n', "animal_id": None}
        ph = Sample(
            "P-1", "ph_sensor", OLD, OLD, {"ph": 6.7}, original={"ph": [1, "x"]}
        )
        milk = Sample("M-1", "milk_meter", OLD, OLD, {"volume": 0.1}, metadata=said)
        self.store._insert([ph, milk])
        self.store._insert_status([StatusChange("P-1", True, OLD)])
        tables = ("sensor_readings", "milk_meter_readings", "device_status")
        before = {table: self.stored(table) for table in tables}
        self.assertTrue(all(before.values()))
        self.kept._cron_drop_old()
        self.assertFalse(any(self.stored(table) for table in tables))
        self.archives.search([]).action_restore()
        self.assertEqual({table: self.stored(table) for table in tables}, before)

    def test_without_pyarrow_it_is_the_same_in_csv(self):
        with patch.object(file, "parquet", None):
            self.put(3.0, 4.1)
            before = self.stored()
            self.kept._cron_drop_old()
            self.assertEqual({name[-7:] for name in self.files()}, {".csv.gz"})
            self.assertEqual(self.stored(), [])
            self.archives.search([]).action_restore()
            self.assertEqual(self.stored(), before)

    def test_without_an_archive_it_is_dropped_if_that_is_what_was_set(self):
        self.kept.is_archived = False
        self.put(3.0)
        self.kept._cron_drop_old()
        self.assertEqual((self.stored(), self.files()), ([], []))

    # what must never be lost ----------------------------------------------------------

    @mute_logger(LOGGER)
    def test_what_cannot_be_archived_is_not_dropped(self):
        self.put(3.0)
        self.folder.write_text("a file where the folder should be")
        self.kept._cron_drop_old()
        self.assertEqual(len(self.stored()), 1)
        self.assertIn("is kept", self.kept.error)
        self.folder.unlink()
        self.kept._cron_drop_old()
        self.assertEqual(self.stored(), [])
        self.assertFalse(self.kept.error)

    def test_nothing_is_looked_at_between_the_commit_and_the_lock(self):
        """A snapshot of before the lock would not see what came just before it."""
        self.put(3.0)
        asked = []
        execute = Cursor.execute

        def note(cursor, query, *args, **kwargs):
            asked.append(getattr(query, "code", query))
            return execute(cursor, query, *args, **kwargs)

        def commit(_cron, *_args, **_kwargs):
            self.env.flush_all()
            self.env.invalidate_all()  # as a commit does
            asked.append("COMMIT")
            return 1.0

        self.patch(type(self.env["ir.cron"]), "_commit_progress", commit)
        with patch.object(Cursor, "execute", note):
            self.kept._cron_drop_old()
        (lock, *_) = (
            n
            for n, query in enumerate(asked)
            if "EXCLUSIVE MODE" in query and "retention_horizon IN EXCLUSIVE" in query
        )
        before = [query.split()[0] for query in asked[lock - 3 : lock]]
        self.assertEqual(before, ["COMMIT", "SAVEPOINT", "SET"])

    def test_what_comes_while_it_is_archived_is_not_lost(self):
        self.put(3.0)
        write = type(self.archives)._write_chunk

        def late(archives, table, chunk):
            archive = write(archives, table, chunk)
            self.put(7.0, start=OLD - timedelta(hours=3))
            return archive

        with patch.object(type(self.archives), "_write_chunk", late):
            self.kept._cron_drop_old()
        self.assertEqual([row[4] for row in self.stored()], [7.0, 3.0])
        self.assertEqual(self.files(), [], "the file would say too little")
        self.kept._cron_drop_old()
        self.assertEqual(self.stored(), [])
        self.archives.search([]).action_restore()
        self.assertEqual([row[4] for row in self.stored()], [7.0, 3.0])

    def test_a_run_that_was_cut_off_before_it_dropped_is_gone_on_with(self):
        self.put(3.0)
        cut_off = patch.object(
            type(self.store), "_drop_archived", side_effect=KeyboardInterrupt
        )
        with cut_off, suppress(KeyboardInterrupt):
            self.kept._cron_drop_old()
        self.assertEqual((len(self.stored()), len(self.files())), (1, 1))
        self.kept._cron_drop_old()
        self.assertEqual((len(self.stored()), len(self.files())), (0, 1))
        self.assertTrue(self.archives.search([]).dropped_at)

    def test_what_such_a_run_left_damaged_is_written_anew(self):
        self.put(3.0)
        cut_off = patch.object(
            type(self.store), "_drop_archived", side_effect=KeyboardInterrupt
        )
        with cut_off, suppress(KeyboardInterrupt):
            self.kept._cron_drop_old()
        (left,) = self.archives.search([])
        left._path().write_bytes(b"damaged")
        self.kept._cron_drop_old()
        self.assertEqual(self.stored(), [])
        self.archives.search([("dropped_at", "!=", False)]).action_restore()
        self.assertEqual([row[4] for row in self.stored()], [3.0])

    def test_what_such_a_run_left_behind_is_no_archive_of_later_readings(self):
        self.put(3.0)
        cut_off = patch.object(
            type(self.store), "_drop_archived", side_effect=KeyboardInterrupt
        )
        with cut_off, suppress(KeyboardInterrupt):
            self.kept._cron_drop_old()
        self.put(7.0, start=OLD - timedelta(hours=3))
        self.kept._cron_drop_old()
        self.assertEqual((len(self.stored()), len(self.files())), (0, 2))
        self.archives.search([("dropped_at", "!=", False)]).action_restore()
        self.assertEqual([row[4] for row in self.stored()], [7.0, 3.0])

    def test_a_file_with_other_rows_than_were_archived_restores_none(self):
        self.put(3.0)
        self.kept._cron_drop_old()
        archive = self.archives.search([])
        path = self.folder / archive.file_name
        table = pyarrow.parquet.read_table(path)
        changed = pyarrow.array([4.0], pyarrow.float32())
        name = "temperature_celsius"
        where = table.column_names.index(name)
        table = table.set_column(where, table.schema.field(name), changed)
        pyarrow.parquet.write_table(table, path)
        with self.assertRaisesRegex(UserError, "does not hold what was archived"):
            archive.action_restore()
        self.assertEqual(self.stored(), [])

    def test_a_damaged_or_missing_file_is_told_and_restores_nothing(self):
        self.put(3.0)
        self.kept._cron_drop_old()
        archive = self.archives.search([])
        path = self.folder / archive.file_name
        raw = path.read_bytes()
        path.write_bytes(raw[:-20])
        for action in (archive.action_verify, archive.action_restore):
            with self.assertRaisesRegex(UserError, "cannot be read|cut off|damaged"):
                action()
        path.unlink()
        with self.assertRaisesRegex(UserError, "No such file"):
            archive.action_restore()
        self.assertEqual(self.stored(), [])
