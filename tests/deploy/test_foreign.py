"""docker/timescaledb/foreign.sql: names and readings in one query, in the stack's own
two databases, asked as ``analyst``."""

import os
import re

import psycopg2
import pytest
from stack.postgres import Postgres

from tests.conftest import wait_until
from tests.deploy.places import HOST
from tests.support.servers import stack

REMOTE = re.compile(r"Remote SQL: (.*)")


@pytest.fixture
def connect(linked):
    """``connect(user)`` → a connection to Odoo's database."""
    opened = []

    def connect(user):
        ours = {"odoo": "odoo", "postgres": "superuser"}
        if user in ours:
            password = stack().secrets[ours[user]]
        else:
            password = (linked / f"{user}_db_password").read_text()
        opened.append(
            psycopg2.connect(
                host=HOST,
                port=stack().ports["PG_PORT"],
                dbname=os.environ["ODOO_DB"],
                user=user,
                password=password,
            )
        )
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


@pytest.fixture
def analyst(connect):
    """``analyst(sql)`` → rows."""
    connection = connect("analyst")

    def rows(query, *parameters):
        with connection, connection.cursor() as cr:
            cr.execute(query, parameters or None)
            return cr.fetchall()

    return rows


def remote(analyst, query):
    """What is sent to the time-series database, as EXPLAIN tells."""
    plan = "\n".join(row[0] for row in analyst(f"EXPLAIN (VERBOSE) {query}"))
    sent = REMOTE.findall(plan)
    assert sent, plan
    return "\n".join(sent)


def test_a_reading_is_told_with_the_names_of_its_device_and_farm(
    make_device, timescale, analyst, odoo
):
    device = make_device("temperature")
    device.publish({"temperature": 4.25})
    stored = "SELECT 1 FROM temperature_readings WHERE device_id = %s"
    wait_until(lambda: timescale(stored, device.id), "the reading")
    (record,) = odoo.search_read(
        "iot.device", [("device_id", "=", device.id)], ["name", "farm_id"]
    )
    query = (
        "SELECT device, farm, temperature_celsius FROM readings.temperature_readings"
        " JOIN readings.devices USING (device_id) WHERE device_id = %s"
    )
    assert analyst(query, device.id) == [(record["name"], record["farm_id"][1], 4.25)]


@pytest.mark.parametrize(
    ("where", "sent"),
    [
        ("time > '2026-01-05 10:00+06'", '("time" > '),
        ("time > (SELECT now() - interval '1 day')", '("time" > $1'),
        ("device_id = 'T-1' AND is_alarm", "(device_id = 'T-1'"),
        (
            "device_id = ANY(ARRAY(SELECT device_id::text FROM readings.devices"
            " WHERE farm = 'Demo'))",
            "(device_id = ANY ($1",
        ),
    ],
)
def test_the_time_series_database_looks_for_the_rows_not_odoos(where, sent, analyst):
    query = f"SELECT * FROM readings.temperature_readings WHERE {where}"
    assert sent in remote(analyst, query)


@pytest.fixture
def many_readings():
    """Of few rows the planner rightly makes the sums itself."""
    store = os.environ["TIMESCALE_DSN"].rpartition("/")[2]
    sql = Postgres(stack()).sql
    sql(
        "INSERT INTO temperature_readings (time, device_id, temperature_celsius)"
        " SELECT '2026-01-06'::timestamptz + n * interval '10 s', 'SUMS', 4"
        " FROM generate_series(1, 8000) AS n; ANALYZE temperature_readings",
        store,
    )
    yield
    sql("DELETE FROM temperature_readings WHERE device_id = 'SUMS'", store)


@pytest.mark.usefixtures("many_readings")
def test_sums_of_a_span_are_made_where_the_readings_are(analyst):
    query = (
        "SELECT device_id, avg(temperature_celsius), count(*)"
        " FROM readings.temperature_readings WHERE time > '2026-01-05 10:00+00'"
        " GROUP BY 1"
    )
    sent = remote(analyst, query)
    assert "avg(temperature_celsius)" in sent and "GROUP BY" in sent
    assert "WHERE" in sent
    assert ("SUMS", 4.0, 8000) in analyst(query)


def test_hours_are_read_from_what_is_summed_up_already(analyst):
    query = (
        "SELECT farm, bucket, sum(sum_temp) / sum(reading_count)"
        " FROM readings.temperature_quarter_hourly"
        " JOIN readings.devices USING (device_id)"
        " WHERE bucket > '2026-01-05 10:00+00' AND device_id = 'T-1' GROUP BY 1, 2"
    )
    sent = remote(analyst, query)
    assert "bucket > '2026-01-05 10:00:00+00'" in sent and "'T-1'" in sent


def test_what_the_documentation_warns_of_is_so(analyst):
    query = "SELECT * FROM readings.temperature_readings WHERE time > now()"
    assert "WHERE" not in remote(analyst, query), "now() is asked of Odoo's server"


def test_analyst_changes_nothing_and_sees_nothing_else_of_odoo(connect):
    connection = connect("analyst")
    for attempt, refusal in (
        ("DELETE FROM readings.temperature_readings", "read-only|permission denied"),
        ("TRUNCATE readings.temperature_readings", "read-only|permission denied"),
        ("UPDATE readings.devices SET device = 'x'", "cannot update view"),
        ("SELECT login, password FROM res_users", "permission denied"),
        ("SELECT * FROM iot_device", "permission denied"),
        ("SELECT readings.refresh()", "permission denied"),
        ("SET ROLE readings_link", "permission denied"),
    ):
        for before in ("", "SET default_transaction_read_only = off; COMMIT; "):
            with pytest.raises(psycopg2.Error, match=refusal):
                connection.cursor().execute(before + attempt)
            connection.rollback()


def test_the_mapping_itself_cannot_write_whatever_the_server_allows(connect):
    """As the owner of the foreign tables, with a server that would let it."""
    with connect("postgres").cursor() as cr:
        cr.execute("ALTER SERVER timescale OPTIONS (SET updatable 'true')")
        cr.execute("SET ROLE readings_link")
        with pytest.raises(psycopg2.Error, match="permission denied for table"):
            cr.execute("DELETE FROM readings.device_status WHERE device_id = 'T-1'")


@pytest.mark.parametrize("user", ["analyst", "odoo"])
def test_nobody_reads_the_password_of_the_mapping_or_opens_another(user, connect):
    connection = connect(user)
    with connection.cursor() as cr:
        cr.execute("SELECT usename, umoptions FROM pg_user_mappings ORDER BY 1")
        assert cr.fetchall() == [("analyst", None), ("readings_link", None)]
        cr.execute("SELECT srvoptions::text FROM pg_foreign_server")
        assert "password" not in cr.fetchone()[0]
        with pytest.raises(psycopg2.Error, match="permission denied"):
            cr.execute("SELECT umoptions FROM pg_user_mapping")
    connection.rollback()
    make = "CREATE USER MAPPING FOR CURRENT_USER SERVER timescale"
    if user == "analyst":
        make = f"SET TRANSACTION READ WRITE; {make}"
    with pytest.raises(psycopg2.Error, match="permission denied|already exists"):
        connection.cursor().execute(make)


def test_a_view_of_somebodys_outlives_an_upgrade_and_a_new_column_comes(connect):
    """Nothing has changed: nothing is dropped that others have built upon."""
    odoo = connect("odoo")
    with odoo, odoo.cursor() as cr:
        cr.execute("CREATE VIEW readings.warm AS SELECT 1 AS n FROM readings.devices")
        cr.execute("SELECT readings.refresh()")
        cr.execute("SELECT to_regclass('readings.warm') IS NOT NULL")
        assert cr.fetchone() == (True,)
        cr.execute("SELECT count(*) FROM pg_class WHERE relkind = 'f'")
        tables = cr.fetchone()
        cr.execute("DROP VIEW readings.warm")
    Postgres(stack()).sql(
        "ALTER FOREIGN TABLE readings.device_status DROP COLUMN is_online",
        os.environ["ODOO_DB"],
    )
    with odoo, odoo.cursor() as cr:
        cr.execute("SELECT readings.refresh()")
        cr.execute("SELECT count(*) FROM pg_class WHERE relkind = 'f'")
        assert cr.fetchone() == tables
    with connect("analyst").cursor() as cr:
        cr.execute("SELECT is_online FROM readings.device_status LIMIT 1")
