import os
from unittest.mock import patch

from odoo.exceptions import ConcurrencyError
from odoo.sql_db import Cursor
from odoo.tests import tagged

from .. import connection
from ..replica import Standby
from .test_connection import ConnectionCase, end


@tagged("post_install", "-at_install")
class TestReplica(ConnectionCase):
    """The server stands for its own replica: what it says as one is given. A real one
    is in tests/scaling."""

    def setUp(self):
        super().setUp()
        self.standby = Standby(connection._ask_primary().position + 2**40, None)
        self.own = f"{self.good.get('options', '')} -capplication_name=replica".strip()
        self.enterContext(
            patch.multiple(
                connection,
                _replica_info=lambda: {**self.good, "options": self.own},
                _ask_standby=lambda: self.standby,
            )
        )
        connection.replica_of.cache_clear()
        self.addCleanup(connection.replica_of.cache_clear)

    @property
    def replica(self):
        return connection.replica_of(os.getpid())

    def asked(self, is_reading=True):
        """Which server a query of that transaction goes to."""
        with (
            patch.object(Cursor, "readonly", is_reading),
            self.env["iot.store"]._cursor() as cr,
        ):
            # Raw SQL: a setting of that connection.
            cr.execute("SELECT current_setting('application_name')")
            return "replica" if cr.fetchone()[0] == "replica" else "primary"

    def test_what_cannot_write_in_odoo_reads_from_the_replica(self):
        self.assertEqual(self.asked(), "replica")

    def test_what_may_write_reads_what_it_has_written(self):
        self.assertEqual(self.asked(is_reading=False), "primary")

    def test_one_that_is_no_standby_is_not_read(self):
        self.standby = Standby(None, None)
        with self.assertLogs(connection._logger.name, "WARNING") as logs:
            self.assertEqual(self.asked(), "primary")
            self.assertEqual(self.asked(), "primary")
        self.assertEqual(len(logs.output), 1)
        self.assertNotIn(self.good["password"], logs.output[0])

    def test_one_that_fails_meanwhile_has_odoo_do_it_again_with_the_primary(self):
        with (
            self.assertLogs("odoo.sql_db", "ERROR"),
            self.assertLogs(connection._logger.name, "WARNING"),
            self.assertRaises(ConcurrencyError),
            connection.reading_cursor() as cr,
        ):
            end(cr)
            cr.execute("SELECT 1")
        self.assertEqual(self.asked(), "primary")

    def test_monitoring_is_told_how_far_it_is_behind(self):
        figures = {f.name: f.samples for f in self.env["iot.metrics"]._store_figures()}
        self.assertEqual(figures["store_replica_up"], {(): 1})
        self.assertEqual(figures["store_replica_lag_seconds"], {(): 0.0})

    def test_without_one_monitoring_is_given_no_figures_of_it(self):
        connection.replica_of.cache_clear()
        with patch.object(connection, "_replica_info", lambda: None):
            figures = list(self.env["iot.metrics"]._store_figures())
        samples = {figure.name: figure.samples for figure in figures}
        self.assertEqual(samples["store_replica_up"], {})
        self.assertEqual(samples["store_replica_lag_seconds"], {})
        self.assertTrue(samples["store_up"])

    def test_who_has_restored_readings_is_shown_them(self):
        with patch.object(self.replica, "settle") as settle:
            self.env["iot.store"]._settle()
        settle.assert_called_once()
