from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from .. import connection


@tagged("post_install", "-at_install")
class TestConnection(TransactionCase):
    """What an administrator reads when the time-series database cannot be used."""

    def info(self, **changes):
        return patch.object(connection, "_info", lambda: {**self.good, **changes})

    def setUp(self):
        super().setUp()
        self.good = dict(connection._info())

    def test_a_good_database_passes(self):
        connection.check()

    def test_a_wrong_host_is_named_with_its_error(self):
        with (
            self.info(host="127.0.0.1", port="1"),
            self.assertRaisesRegex(UserError, "port=1.* cannot be reached"),
        ):
            connection.check()

    def test_the_password_is_never_shown(self):
        with (
            self.info(password="open-sesame", port="1"),
            self.assertRaises(UserError) as caught,
        ):
            connection.check()
        self.assertNotIn("open-sesame", str(caught.exception))

    def test_a_database_without_timescaledb_tells_what_to_run(self):
        with (
            self.info(dbname="postgres"),
            self.assertRaisesRegex(UserError, "CREATE EXTENSION timescaledb"),
        ):
            connection.check()

    def test_a_connection_goes_back_to_the_pool(self):
        pids = set()
        for _ in range(3):
            with connection.dedicated_cursor() as cr:
                cr.execute("SELECT pg_backend_pid()")
                pids.add(cr.fetchone()[0])
        self.assertEqual(len(pids), 1)
