from odoo.tests import TransactionCase, tagged

_LOGGER = "odoo.addons.smartdairy_iot_timescale.models.iot_store_foreign"


@tagged("-at_install", "post_install")
class TestStoreForeign(TransactionCase):
    """The whole, with a real server, is tests/deploy/test_foreign.py."""

    def make(self, body):
        """As the set-up leaves it; the role of Odoo owns its database."""
        self.env.cr.execute("CREATE SCHEMA readings")
        self.env.cr.execute(
            "CREATE FUNCTION readings.refresh() RETURNS void LANGUAGE plpgsql"
            f" AS 'BEGIN {body}; END'"
        )

    def test_without_the_foreign_server_nothing_happens(self):
        self.env.cr.execute("SELECT to_regnamespace('readings')")
        self.assertEqual(self.env.cr.fetchone(), (None,), "or this test says nothing")
        with self.assertNoLogs(_LOGGER):
            self.assertFalse(self.env["iot.store"]._refresh_foreign())

    def test_a_server_that_is_away_is_told_and_stops_no_upgrade(self):
        self.make("RAISE EXCEPTION ''could not connect to server \"timescale\"''")
        with (
            self.assertNoLogs("odoo.sql_db", "ERROR"),
            self.assertLogs(_LOGGER, "WARNING") as log,
        ):
            self.env["iot.store"].init()
        self.assertIn('could not connect to server "timescale"', log.output[0])
        self.assertIn("docker/timescaledb/foreign.sql", log.output[0])
        self.env.cr.execute("SELECT to_regclass('readings.devices')")
        self.assertEqual(self.env.cr.fetchone(), (None,))
