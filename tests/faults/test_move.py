"""TimescaleDB comes to an Odoo that has readings already."""

import os
import re
from contextlib import closing

import psycopg2
import pytest
from psycopg2.extensions import make_dsn

from tests.conftest import wait_until
from tests.support.servers import OdooHost, run_odoo, stack

ADDON = "smartdairy_iot_timescale"
DATABASE, TIMESERIES, ROLE = "moving", "moving_iot", "moving_role"
TABLES = ("temperature_readings", "milk_meter_readings", "device_status")
INSTALL = ("--stop-after-init", "--no-http", "--workers=0", "-i")
UPGRADE = (*INSTALL[:-1], "-u", ADDON)
READINGS = """
CREATE TABLE IF NOT EXISTS {table}_2024_01 PARTITION OF {table}
   FOR VALUES FROM ('2024-01-01 00:00+00') TO ('2024-02-01 00:00+00');
CREATE TABLE IF NOT EXISTS {table}_2024_02 PARTITION OF {table}
   FOR VALUES FROM ('2024-02-01 00:00+00') TO ('2024-03-01 00:00+00');
INSERT INTO {table} (time, device_id, {columns})
SELECT time, 'MOVING', {values}
  FROM generate_series(timestamptz '2024-01-03 00:00+00', '2024-02-27', '20 minutes')
    AS time;
"""
COLUMNS = {
    "temperature_readings": {
        "columns": "received_at, temperature_celsius",
        "values": "time, random()",
    },
    "milk_meter_readings": {
        "columns": "received_at, message_type, volume_liters",
        "values": "time, 'reading', random()",
    },
    "device_status": {"columns": "is_online", "values": "random() > 0.5"},
}
CONTENT = (
    "SELECT count(*), md5(string_agg({table}::text, '' ORDER BY time)) FROM {table}"
)


class MovingHost(OdooHost):
    """A server whose Odoo has no TimescaleDB yet."""

    def __init__(self):
        super().__init__("moving", stack().folder / "moving.conf")
        self.postgres = self.server.postgres
        self.server.write_configuration(self.conf, DATABASE, TIMESERIES)
        self.postgres.prepare_odoo(DATABASE)
        self.postgres.prepare_timeseries(TIMESERIES)
        password = self.server.stack.secrets["odoo"]
        self.postgres.sql(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{password}'")
        dsn = self.postgres.dsn(TIMESERIES).replace("user=odoo", f"user={ROLE}")
        self.settings = {"enabled": "false", "timescale_dsn": dsn}

    def rows(self, query, database=DATABASE):
        dsn = make_dsn(os.environ["PG_DSN"], dbname=database)
        with closing(psycopg2.connect(dsn)) as connection, connection.cursor() as cr:
            cr.execute(query)
            found = cr.fetchall() if cr.description else []
            connection.commit()
            return found

    def content(self, database):
        """Of each table a checksum and how many rows it has."""
        return {
            table: self.postgres.sql(CONTENT.format(table=table), database)
            for table in TABLES
        }

    def states(self):
        """Of the tables that move; wakes the scheduled actions, as Odoo does."""
        with closing(psycopg2.connect(os.environ["PG_DSN"], dbname="postgres")) as own:
            own.autocommit = True
            own.cursor().execute(f"NOTIFY cron_trigger, '{DATABASE}'")
        return dict(self.rows("SELECT source, state FROM iot_store_move"))

    def let_a_minute_pass(self):
        """Until the next run that was asked for."""
        moved_up = self.rows(
            "UPDATE ir_cron_trigger SET call_at = now() AT TIME ZONE 'UTC'"
            " WHERE call_at < now() AT TIME ZONE 'UTC' + interval '1 minute'"
            " RETURNING id"
        )
        assert moved_up, "a run that was killed is followed by another"

    def remove(self):
        self.stop()
        for database in (DATABASE, TIMESERIES):
            self.postgres.drop(database)
        self.postgres.sql(f"DROP ROLE IF EXISTS {ROLE}")


@pytest.fixture
def moving():
    host = MovingHost()
    yield host
    host.remove()


def test_readings_move_to_timescaledb_whatever_dies_and_are_dropped_last(moving):
    run_odoo(moving.conf, *INSTALL, "smartdairy_iot", **moving.settings)
    for table, columns in COLUMNS.items():
        moving.rows(READINGS.format(table=table, **columns))
    before = moving.content(DATABASE)
    assert before["temperature_readings"].startswith("3961|")

    install = (*INSTALL, ADDON)
    log = run_odoo(moving.conf, *install, succeeds=False, **moving.settings)
    assert "may not create tables" in log
    assert moving.content(DATABASE) == before, "nothing is lost"
    moving.postgres.sql(re.search("GRANT .*?;", log)[0], TIMESERIES)

    run_odoo(moving.conf, *install, **moving.settings)
    log = run_odoo(moving.conf, *UPGRADE, succeeds=False)  # odoo.conf has another role
    assert "The tables of the time-series database" in log and f"user={ROLE}" in log
    assert set(moving.states().values()) == {"waiting"}
    moving.start(**moving.settings)
    wait_until(lambda: "moving" in moving.states().values(), "it moves")
    moving.kill()
    moving.let_a_minute_pass()
    moving.start(**moving.settings)
    wait_until(lambda: set(moving.states().values()) == {"done"}, "it has moved", 120)

    assert moving.content(TIMESERIES) == before
    left = moving.rows(
        "SELECT relname FROM pg_class WHERE relname ~ '_2024_0[12]$' AND relkind = 'r'"
    )
    assert left == [], "the months are gone from Odoo's database"

    moving.stop()
    log = run_odoo(moving.conf, "module", "uninstall", ADDON, **moving.settings)
    assert f"dbname={TIMESERIES} host" in log and "stays untouched" in log
    assert moving.content(TIMESERIES) == before
    moving.rows(READINGS.format(table="device_status", **COLUMNS["device_status"]))
    run_odoo(moving.conf, *install, **moving.settings)
    expected = {f"device_status_2024_{month}": "waiting" for month in ("01", "02")}
    assert moving.states() == expected, "what came meanwhile moves over as well"
