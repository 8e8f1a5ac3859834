import re
import uuid
from contextlib import ExitStack
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.sql_db import ConnectionPool
from odoo.tests import TransactionCase, tagged

from odoo.addons.smartdairy_iot.errors import StoreAwayError
from odoo.addons.smartdairy_iot.settings import Settings

from .. import connection, problem


class ConnectionCase(TransactionCase):
    """The real server, asked for what it cannot give."""

    def setUp(self):
        super().setUp()
        self.good = dict(connection._info())

    def info(self, **changes):
        return patch.object(connection, "_info", lambda: {**self.good, **changes})

    def dsn(self, text):
        """As if odoo.conf said so."""
        connection._info.cache_clear()
        self.addCleanup(connection._info.cache_clear)
        read = patch.object(
            connection, "get_settings", lambda: Settings(timescale_dsn=text)
        )
        self.enterContext(read)


@tagged("post_install", "-at_install")
class TestConnection(ConnectionCase):
    """What an administrator reads when the time-series database cannot be used: one
    line, the same at the installation, in the log and in Settings."""

    def assert_told(self, pattern):
        with self.assertRaisesRegex(UserError, pattern) as caught:
            connection.check()
        line = str(caught.exception)
        self.assertNotIn("\n", line)
        self.assertEqual(connection.find_problem(), line)
        return line

    def test_a_good_database_has_no_problem(self):
        connection.check()
        self.assertEqual(connection.find_problem(), "")

    def test_no_dsn_tells_where_to_set_it(self):
        self.dsn("")
        self.assert_told("set timescale_dsn in the section .* of odoo.conf")

    def test_a_dsn_that_is_none_is_told_without_a_part_of_the_password(self):
        self.dsn("user=odoo password=open sesame")
        self.assert_told("no connection string: write it as host=.* in quotes")

    def test_an_address_is_a_dsn_as_well(self):
        keywords = {k: v for k, v in self.good.items() if k != "connect_timeout"}
        self.dsn(
            "postgresql://{user}:{password}@{host}:{port}/{dbname}".format(**keywords)
        )
        connection.check()

    def test_a_server_that_is_away_is_named_with_its_error(self):
        with self.info(host="127.0.0.1", port="1"):
            self.assert_told(
                "port=1.* cannot be reached: .*Connection refused.*start it"
            )

    def test_a_wrong_password_is_told_and_never_shown(self):
        fresh = ConnectionPool(1)  # what is connected is asked for no password
        with (
            self.info(password="open-sesame"),
            patch.object(connection, "_pool", lambda *_args: fresh),
        ):
            line = self.assert_told("password authentication failed.*correct user")
        self.assertNotIn("open-sesame", line)

    def test_a_database_that_is_missing_tells_how_to_make_it(self):
        with self.info(dbname="no_such"):
            self.assert_told('CREATE DATABASE "no_such" OWNER ".*CREATE EXTENSION')

    def test_a_database_without_timescaledb_tells_what_to_run(self):
        with self.info(dbname="postgres"):
            self.assert_told("CREATE EXTENSION timescaledb;")

    def test_a_version_that_is_too_old_tells_both_versions(self):
        with patch.object(problem, "MINIMUM", (99, 1)):
            self.assert_told("has TimescaleDB [0-9.]+, and 99.1 is needed.*ALTER EXT")

    def test_a_database_of_something_else_is_not_taken_for_ours(self):
        schema = self.make_schema()
        with self.info(options=f"-csearch_path={schema}"):
            connection.check()  # what is missing will be made
            told = connection.find_problem()
        self.assertRegex(told, "no tables of this add-on.*-u smartdairy_iot_timescale")

    def test_a_role_without_privileges_tells_what_to_grant_and_that_is_enough(self):
        schema = self.make_schema()
        self.run_sql(f"REVOKE CREATE ON SCHEMA {schema} FROM {self.good['user']}")
        with self.info(options=f"-csearch_path={schema}"):
            line = self.assert_told("may not create tables")
        self.run_sql(re.search("GRANT .*;", line)[0])
        with self.info(options=f"-csearch_path={schema}"):
            connection.check()

    def make_schema(self):
        schema = f"problem_{uuid.uuid4().hex[:12]}"
        self.run_sql(f"CREATE SCHEMA {schema}")
        self.addCleanup(self.run_sql, f"DROP SCHEMA {schema} CASCADE")
        return schema

    def run_sql(self, statement):
        with connection.dedicated_cursor() as cr:
            cr.execute(statement)

    # Connections ----------------------------------------------------------------------

    def test_a_connection_goes_back_to_the_pool(self):
        pids = set()
        for _ in range(3):
            with connection.dedicated_cursor() as cr:
                cr.execute("SELECT pg_backend_pid()")
                pids.add(cr.fetchone()[0])
        self.assertEqual(len(pids), 1)

    def test_a_connection_that_the_server_ends_is_told_and_the_next_is_good(self):
        with (
            self.assertRaisesRegex(
                StoreAwayError, "cannot be reached: (terminating|server closed)"
            ),
            self.assertLogs("odoo.sql_db", "ERROR"),
            connection.dedicated_cursor() as cr,
        ):
            end(cr)
            cr.execute("SELECT 1")
        connection.check()

    def test_a_mistake_of_ours_is_not_taken_for_a_server_that_is_away(self):
        with (
            self.assertRaisesRegex(Exception, "no_such") as caught,
            self.assertLogs("odoo.sql_db", "ERROR"),
            connection.dedicated_cursor() as cr,
        ):
            cr.execute("SELECT no_such")
        self.assertNotIsInstance(caught.exception, StoreAwayError)


def end(cr):
    """As an administrator does, or a restart, from another connection."""
    cr.execute("SELECT pg_backend_pid()")
    pid = cr.fetchone()[0]
    with connection.autocommit_cursor() as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


@tagged("post_install", "-at_install")
class TestPool(ConnectionCase):
    def test_twenty_threads_of_a_server_may_ask_at_once(self):
        with ExitStack() as cursors:
            for _thread in range(20):
                cr = cursors.enter_context(connection.dedicated_cursor())
                cr.execute("SELECT 1")
                self.assertEqual(cr.fetchone(), (1,))
