"""docker/prometheus/ and docker/grafana/: every rule and every query, really asked.

A real Prometheus scrapes the stack's Odoo; the SQL is run as ``reader``, who is what
docker/timescaledb makes him, on the stack's own readings.
"""

import contextlib
import json
import os
import re
import subprocess
from datetime import datetime, timedelta, timezone

import psycopg2
import pytest
import requests
import yaml

from tests.conftest import wait_until
from tests.deploy.places import DOCKER, HOST, plain_environment
from tests.deploy.watching import BIN, token
from tests.support.servers import stack

GRAFANA = DOCKER / "grafana"
DASHBOARDS = {
    path.stem: json.loads(path.read_text())
    for path in sorted((GRAFANA / "dashboards").glob("*.json"))
}
RULES = yaml.safe_load((DOCKER / "prometheus/rules/smartdairy.yml").read_text())
SOURCES = {"smartdairy-prometheus", "smartdairy-timescale", "smartdairy-names"}
METRIC = re.compile(r"\b(?:smartdairy_\w+|alertmanager_\w+|up)\b")


def targets(source):
    """Every query of every dashboard on a source, and of its variables.

    :param source: its uid without prefix
    """
    for name, dashboard in DASHBOARDS.items():
        for panel in dashboard["panels"]:
            for target in panel["targets"]:
                if target["datasource"]["uid"] == f"smartdairy-{source}":
                    query = target.get("expr") or target["rawSql"]
                    yield pytest.param(query, id=f"{name}: {panel['title']}")
        for variable in dashboard["templating"]["list"]:
            if variable["datasource"]["uid"] == f"smartdairy-{source}":
                yield pytest.param(variable["query"], id=f"{name}: ${variable['name']}")


def rules():
    for group in RULES["groups"]:
        for rule in group["rules"]:
            yield pytest.param(rule["expr"], id=rule["alert"])


# Prometheus ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def known(ask):
    """The names of all that was scraped, with or without a sample just now."""
    return {"up", *ask("metadata")}


def promtool(*arguments, **more):
    done = subprocess.run(
        [BIN / "promtool", *arguments],
        capture_output=True,
        text=True,
        env=plain_environment(),
        **more,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_prometheus_takes_its_configuration_and_its_rules(configured):
    assert "SUCCESS" in promtool("check", "config", configured / "prometheus.yml")
    rules = configured / "rules" / "smartdairy.yml"
    assert "SUCCESS" in promtool("check", "rules", "--lint-fatal", rules)
    promtool("test", "rules", "rules.test.yml", cwd=DOCKER / "prometheus")


def test_promtool_finds_nothing_to_say_about_our_metrics():
    headers = {"Authorization": f"Bearer {token()}"}
    url = f"{os.environ['ODOO_URL']}/metrics"
    answer = requests.get(url, headers=headers, timeout=30)
    assert answer.ok
    assert promtool("check", "metrics", input=answer.text) == ""


def test_what_the_broker_says_of_itself_is_scraped_with_the_rest(ask):
    """Its `$SYS` is for Odoo to read, as docker/mosquitto/acl says."""
    query = "last_over_time(smartdairy_broker_stored_messages[1m]) > 0"
    wait_until(lambda: ask("query", query=query)["result"], "it keeps messages")


@pytest.mark.parametrize("query", [*targets("prometheus"), *rules()])
def test_each_query_is_understood_and_asks_for_metrics_that_there_are(
    query, ask, known
):
    query = query.replace("$__rate_interval", "1m").replace("$__interval", "15s")
    assert "$" not in query, "a variable that nothing fills in"
    ask("query", query=query)
    names = set(METRIC.findall(query))
    assert names, "asks for nothing of ours"
    assert names <= known, f"there is no {', '.join(names - known)}"


def test_a_query_for_a_metric_that_does_not_exist_would_be_seen(ask, known):
    query = 'sum(rate(smartdairy_listener_lost_total{host="a"}[1m]))'
    assert not set(METRIC.findall(query)) <= known
    with pytest.raises(AssertionError, match="parse error"):
        ask("query", query="sum(rate(smartdairy_listener_stored_total")


# TimescaleDB --------------------------------------------------------------------------


@contextlib.contextmanager
def connected(database, user, password):
    """``rows(sql)`` → rows and their columns, as Grafana connects."""
    connection = psycopg2.connect(
        host=HOST,
        port=stack().ports["PG_PORT"],
        dbname=database,
        user=user,
        password=password,
    )

    def rows(query):
        with connection, connection.cursor() as cr:
            cr.execute(query)
            return cr.fetchall(), [column.name for column in cr.description]

    yield rows
    connection.close()


@pytest.fixture(scope="module")
def reader(reader_role):
    store = os.environ["TIMESCALE_DSN"].rpartition("/")[2]
    with connected(store, "reader", reader_role) as rows:
        yield rows


@pytest.fixture(scope="module")
def analyst(linked):
    password = (linked / "analyst_db_password").read_text()
    with connected(os.environ["ODOO_DB"], "analyst", password) as rows:
        yield rows


def expand(query, devices="'T-1', 'T-2'"):
    """As Grafana's PostgreSQL source does, with its switch for TimescaleDB.

    Source: https://grafana.com/docs/grafana/latest/datasources/postgres/#macros
    """
    query = query.replace("$__interval", "5m").replace("$device", devices)
    now = datetime.now(timezone.utc)
    ends = now - timedelta(hours=6), now + timedelta(seconds=1)
    first, last = (f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in ends)
    span = rf"\1 BETWEEN '{first}' AND '{last}'"
    query = re.sub(r"\$__timeFilter\(([^)]+)\)", span, query)
    bucket = r"time_bucket(interval '\2', \1)"
    query = re.sub(
        r"\$__timeGroupAlias\((\w+), '?(\w+)'?\)", rf'{bucket} AS "time"', query
    )
    query = re.sub(r"\$__timeGroup\((\w+), '?(\w+)'?\)", bucket, query)
    assert "$" not in query, f"a macro that is not known here: {query}"
    return query


@pytest.mark.parametrize("query", list(targets("timescale")))
def test_each_query_of_a_dashboard_runs_as_the_one_who_may_only_read(query, reader):
    _rows, columns = reader(expand(query))
    if "$__timeGroup" in query:
        assert columns[0] == "time", "or Grafana finds no axis"
        assert "ORDER BY 1" in query


@pytest.mark.parametrize("query", list(targets("names")))
def test_each_query_with_names_asks_the_other_database_for_its_span_alone(
    query, analyst
):
    analyst(expand(query))
    plan, _columns = analyst(f"EXPLAIN (VERBOSE) {expand(query)}")
    sent = [row[0] for row in plan if "Remote SQL" in row[0]]
    assert sent
    assert all('"time" >=' in line and '"time" <=' in line for line in sent)


def test_a_query_for_a_column_that_does_not_exist_would_be_seen(reader):
    with pytest.raises(psycopg2.errors.UndefinedColumn):
        reader("SELECT celsius FROM temperature_readings")


def test_what_a_device_sends_is_on_the_dashboard(make_device, reader, timescale):
    device = make_device("temperature")
    device.publish({"temperature": 4.5})
    stored = "SELECT 1 FROM temperature_readings WHERE device_id = %s"
    wait_until(lambda: timescale(stored, device.id), "the reading")
    panels = DASHBOARDS["cold-chain"]["panels"]
    (target,) = next(p for p in panels if p["title"] == "Temperature")["targets"]
    rows, columns = reader(expand(target["rawSql"], f"'{device.id}'"))
    assert columns == ["time", "metric", "temperature"]
    assert [row[1:] for row in rows] == [(device.id, 4.5)]


# Provisioning -------------------------------------------------------------------------


def test_what_grafana_is_given_fits_together():
    read = yaml.safe_load(
        (GRAFANA / "provisioning/datasources/smartdairy.yml").read_text()
    )
    sources = {source["uid"]: source for source in read["datasources"]}
    assert sources["smartdairy-timescale"]["user"] == "reader"
    password = sources["smartdairy-timescale"]["secureJsonData"]["password"]
    assert password == "$__file{/run/secrets/reader_db_password}"
    assert sources["smartdairy-names"]["user"] == "analyst"
    assert sources.keys() == SOURCES
    compose = yaml.safe_load((DOCKER / "compose.yaml").read_text())
    grafana = compose["services"]["grafana"]
    (provider,) = yaml.safe_load(
        (GRAFANA / "provisioning/dashboards/smartdairy.yml").read_text()
    )["providers"]
    path = provider["options"]["path"]
    assert f"./grafana/dashboards:{path}:ro" in grafana["volumes"]
    for source in sources.values():
        host = re.search(r"^(?:http://)?(\w+):", source["url"])[1]
        assert host in compose["services"]
        assert set(compose["services"][host]["networks"]) & set(grafana["networks"])


def test_each_dashboard_names_a_source_that_there_is_and_overlaps_nothing():
    assert set(DASHBOARDS) == {"pipeline", "cold-chain", "milk", "devices"}
    assert len({d["uid"] for d in DASHBOARDS.values()}) == len(DASHBOARDS)
    for dashboard in DASHBOARDS.values():
        taken = set()
        for panel in dashboard["panels"]:
            uids = {panel["datasource"]["uid"]}
            uids |= {target["datasource"]["uid"] for target in panel["targets"]}
            assert uids <= SOURCES
            place = panel["gridPos"]
            cells = {
                (x, y)
                for x in range(place["x"], place["x"] + place["w"])
                for y in range(place["y"], place["y"] + place["h"])
            }
            assert not cells & taken, panel["title"]
            assert place["x"] + place["w"] <= 24
            taken |= cells
