from unittest.mock import patch

from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.smartdairy_iot.tests.common import LineCase

from .. import connection
from .test_connection import ConnectionCase

PIPELINE = "odoo.addons.smartdairy_iot.ingest.pipeline"
ERRORS = "odoo.addons.smartdairy_iot.errors"


@tagged("post_install", "-at_install")
class TestAway(ConnectionCase, LineCase):
    """The time-series database is away while Odoo runs."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.forget)

    def forget(self):
        with self.env["iot.store"]._cursor() as cr:
            cr.execute("DELETE FROM temperature_readings WHERE device_id = 'TEST-1'")

    def away(self):
        return self.info(host="127.0.0.1", port="1")

    def test_the_listener_says_it_once_keeps_its_batch_and_stores_it_later(self):
        self.publish({"temperature": 3.5})
        with self.away(), self.assertLogs(PIPELINE, "WARNING") as logs:
            self.run_line(60)
            self.run_line(60)
        (line,) = logs.output
        self.assertRegex(line, "keeping it and trying again: The time-series database")
        self.assertNotIn("\n", line)
        self.assertEqual(self.broker.acked, [])
        self.run_line(60)
        self.assertEqual(self.broker.acked, [1])
        counts = self.env["iot.store"]._count_readings(["TEST-1"])
        self.assertEqual(counts, {"TEST-1": 1})

    def test_a_connection_that_ends_in_the_middle_of_a_batch_loses_nothing(self):
        self.publish({"temperature": 3.5})
        copy = type(self.env["iot.store"])._copy

        def cut(store, cr, *args):
            copy(store, cr, *args)
            cr.execute("SELECT pg_terminate_backend(pg_backend_pid())")

        with (
            patch.object(type(self.env["iot.store"]), "_copy", cut),
            self.assertLogs(PIPELINE, "WARNING") as logs,
            mute_logger("odoo.sql_db"),
        ):
            self.run_line(60)
        self.assertRegex(
            logs.output[0], "cannot be reached: (terminating|server closed)"
        )
        self.run_line(60)
        self.assertEqual(self.broker.acked, [1])
        counts = self.env["iot.store"]._count_readings(["TEST-1"])
        self.assertEqual(counts, {"TEST-1": 1})

    def test_scheduled_actions_say_it_once_and_do_their_work_later(self):
        cron = type(self.env["ir.cron"])
        self.patch(cron, "_commit_progress", lambda *_args, **_kwargs: 1.0)
        with self.away(), self.assertLogs(ERRORS, "WARNING") as logs:
            for _round in range(2):
                self.env["iot.alert"]._cron_evaluate_rules()
                self.env["iot.store"]._cron_refresh_rollups()
                self.env["iot.store"]._cron_make_room_ahead()
                self.env["iot.retention"]._cron_drop_old()
                self.env["iot.store.outbox"]._cron_deliver()  # has nothing to tell
        self.assertEqual(len(logs.output), 1, logs.output)
        self.env["iot.alert"]._cron_evaluate_rules()
        self.env["iot.store"]._cron_refresh_rollups()
        self.env["iot.store"]._cron_make_room_ahead()
        self.env["iot.retention"]._cron_drop_old()
        with self.away(), self.assertLogs(ERRORS, "WARNING"):
            self.env["iot.alert"]._cron_evaluate_rules()

    def test_settings_open_and_say_the_same_line(self):
        with self.away():
            settings = Form(self.env["res.config.settings"])
            self.assertEqual(settings.iot_store_problem, connection.find_problem())
            settings.save().execute()
        self.assertRegex(settings.iot_store_problem, "Connection refused")
        self.assertIn("TimescaleDB", settings.iot_store_name)

    def test_settings_tell_edition_versions_place_and_size(self):
        settings = self.env["res.config.settings"].create({})
        edition = {"apache": "Apache", "timescale": "Community"}
        named = edition[self.env["iot.store"]._edition()]
        self.assertRegex(
            settings.iot_store_name,
            rf"^TimescaleDB [0-9.]+ \({named} edition\), PostgreSQL [0-9.]+$",
        )
        self.assertIn(f"dbname={self.good['dbname']}", settings.iot_store_where)
        self.assertNotIn(self.good["password"], settings.iot_store_where)
        self.assertRegex(settings.iot_store_size, "^[0-9.]+ .?B")
        self.assertEqual(settings.iot_store_problem, "")
