from odoo.tests import tagged

from odoo.addons.smartdairy_iot.tests.rollup import RollupCase

from .. import schema
from .rollup import TimescaleCase


@tagged("post_install", "-at_install")
class TestTimescaleRollup(RollupCase, TimescaleCase):
    """The same rollups, in whichever edition the server has."""

    def test_the_edition_is_the_servers(self):
        self.assertIn(self.store._edition(), ("apache", "timescale"))

    def test_each_edition_has_its_own_way_to_keep_them(self):
        aggregates = self.rows(
            "SELECT count(*) FROM timescaledb_information.continuous_aggregates"
            " WHERE view_name ~ '_quarter_hourly_live$'"
        )
        community = self.store._edition() == "timescale"
        self.assertEqual(aggregates, [(3 if community else 0,)])

    def test_the_policies_reach_late_data_and_stop_before_dropped_readings(self):
        if self.store._edition() != "timescale":
            self.skipTest("this server has the Apache edition: no policies")
        policies = self.rows(
            "SELECT hypertable_name, (config ->> 'start_offset')::interval"
            "       > interval '80 days',"
            "       (config ->> 'start_offset')::interval < interval '190 days'"
            "  FROM timescaledb_information.jobs"
            " WHERE proc_name = 'policy_refresh_continuous_aggregate'"
        )
        self.assertEqual([row[1:] for row in policies], [(True, True)] * 3)

    def test_old_chunks_are_compressed_by_policy(self):
        if self.store._edition() != "timescale":
            self.skipTest("this server has the Apache edition: no compression")
        policies = self.rows(
            "SELECT hypertable_name, config ->> 'compress_after'"
            "  FROM timescaledb_information.jobs"
            " WHERE proc_name = 'policy_compression' ORDER BY 1"
        )
        self.assertEqual(
            policies,
            [
                ("device_status", "7 days"),
                ("milk_meter_readings", "14 days"),
                ("sensor_readings", "7 days"),
                ("temperature_readings", "7 days"),
            ],
        )

    def test_an_edition_has_its_own_migrations(self):
        def names(edition):
            return [path.name for _number, path in schema.migrations(edition)]

        only = set(names("timescale")) - set(names("apache"))
        self.assertEqual(only, {"0005_compression.timescale.sql"})
