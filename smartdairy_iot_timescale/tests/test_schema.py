import uuid
from contextlib import contextmanager

import psycopg2

from odoo.tests import TransactionCase, tagged

from .. import connection, schema
from .test_connection import end


@tagged("post_install", "-at_install")
class TestSchema(TransactionCase):
    """Migrations, in a schema that is as empty as a new database."""

    def setUp(self):
        super().setUp()
        self.name = f"migrated_{uuid.uuid4().hex[:12]}"
        self.run_sql(f"CREATE SCHEMA {self.name}")
        self.addCleanup(self.run_sql, f"DROP SCHEMA {self.name} CASCADE")
        self.killed_in = None

    def run_sql(self, statement):
        with connection.dedicated_cursor() as cr:
            cr.execute(statement)

    @contextmanager
    def cursor(self):
        with connection.dedicated_cursor() as cr:
            cr.execute(f"SET LOCAL search_path = {self.name}, public")
            yield Cut(cr, self.killed_in) if self.killed_in else cr

    def relations(self):
        with self.cursor() as cr:
            cr.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace"
                " AND relkind = 'r'",
                [self.name],
            )
            return {name for (name,) in cr.fetchall()}

    def numbers(self):
        edition = schema.edition_of(connection.dedicated_cursor)
        return [number for number, _path in schema.migrations(edition)]

    def test_a_new_database_gets_all_of_them_once(self):
        self.assertEqual(schema.migrate(self.cursor), self.numbers())
        self.assertEqual(schema.migrate(self.cursor), [])

    def test_a_migration_that_is_killed_half_way_runs_again_completely(self):
        self.killed_in = "CREATE TABLE milk_meter_readings"
        with (
            self.assertRaises(psycopg2.OperationalError),
            self.assertLogs("odoo.sql_db", "ERROR"),
        ):
            schema.migrate(self.cursor)
        self.assertIn("temperature_readings", self.relations(), "0001 is done")
        self.assertNotIn("milk_meter_readings", self.relations(), "nothing of 0002 is")
        self.killed_in = None
        self.assertEqual(schema.migrate(self.cursor), self.numbers()[1:])
        self.assertLessEqual(
            {"milk_meter_readings", "alert_history", "redelivery_marks"},
            self.relations(),
        )


class Cut:
    """A cursor whose connection the server ends after half of a migration.

    :param moment: what the statement contains that is done, and not committed
    """

    def __init__(self, cr, moment):
        self._cr = cr
        self._moment = moment

    def execute(self, statement, parameters=None):
        self._cr.execute(statement, parameters)
        if self._moment in statement:
            end(self._cr)
            self._cr.execute("SELECT 1")

    def __getattr__(self, name):
        return getattr(self._cr, name)
