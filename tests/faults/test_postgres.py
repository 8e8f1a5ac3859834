"""PostgreSQL dies under load: the listener keeps its connection and its batch."""

import os
import signal

import requests

from tests.conftest import wait_until
from tests.faults.conftest import kill_9, start_postgres
from tests.support.load import Load, expect_exactly_what_was_acked, wait_for_more
from tests.support.servers import counters

WORKERS_WAIT = "workers start when it is back"


def test_kill_9_of_postgresql_loses_and_doubles_nothing(
    host, postgres, devices, timescale, odoo, dice
):
    (listener,) = host.wait_for_listeners()
    before = counters(odoo, listener)
    with Load(*devices) as load:
        for _ in range(2):
            wait_for_more(timescale, load)
            load.wait_for(dice.randint(50, 500))
            kill_9(postgres.daemon)
            load.wait_for(dice.randint(100, 1000))
            start_postgres(postgres)
        wait_for_more(timescale, load)
    expect_exactly_what_was_acked(timescale, load)
    expect_the_same_listener(host, odoo, listener, before)


def test_kill_9_of_one_backend_loses_and_doubles_nothing(
    host, postgres, devices, timescale, odoo, dice
):
    """The postmaster then ends all the others, and recovers."""
    (listener,) = host.wait_for_listeners()
    before = counters(odoo, listener)
    with Load(*devices) as load:
        for database in ("smartdairy_iot", os.environ["ODOO_DB"]):
            wait_for_more(timescale, load)
            load.wait_for(dice.randint(50, 500))
            os.kill(dice.choice(backends(postgres, database)), signal.SIGKILL)
        wait_for_more(timescale, load)
    expect_exactly_what_was_acked(timescale, load)
    expect_the_same_listener(host, odoo, listener, before)


def test_a_prefork_server_outlives_postgresql(
    host, postgres, make_device, timescale, dice
):
    """Its cron workers die of it, and Odoo asks the database before it has others."""
    host.restart(workers=1)
    (listener,) = host.wait_for_listeners()
    master = host.daemon.pid()
    with Load(make_device(), make_device()) as load:
        wait_for_more(timescale, load)
        load.wait_for(dice.randint(50, 500))
        postgres.daemon.stop()
        wait_until(lambda: WORKERS_WAIT in host.log, "it waits with the workers")
        start_postgres(postgres)
        wait_for_more(timescale, load)
    expect_exactly_what_was_acked(timescale, load)
    assert host.daemon.pid() == master
    assert host.wait_for_listeners() == [listener]


def backends(postgres, database):
    """Process ids of Odoo's connections to that database."""
    return [
        int(pid)
        for pid in wait_until(
            lambda: postgres.sql(
                "SELECT pid FROM pg_stat_activity"
                f" WHERE datname = '{database}' AND usename = 'odoo'"
                " AND backend_type = 'client backend'"
            ).split(),
            f"connections to {database}",
        )
    ]


def expect_the_same_listener(host, odoo, listener, before):
    """It lived on, never left the broker, and had to try again."""
    assert host.wait_for_listeners() == [listener]
    after = wait_until(
        lambda: (
            (now := counters(odoo, listener))["retries"] > before["retries"] and now
        ),
        "it says that it tried again",
    )
    assert after["reconnects"] == before["reconnects"], "the session was kept"


def test_an_app_reads_in_json_that_the_database_is_away(host, postgres):
    """A page of another origin, too, which first asks whether it may."""
    host.restart(api_allowed_origins="https://app.example")
    url = f"{host.url}/api/v1/iot/devices"
    origin = {"Origin": "https://app.example"}
    kill_9(postgres.daemon)
    try:
        answer = requests.get(url, headers=origin, timeout=60)
        preflight = requests.options(url, headers=origin, timeout=60)
    finally:
        start_postgres(postgres)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert answer.headers["Access-Control-Allow-Origin"] == origin["Origin"]
    assert preflight.status_code == 204
    assert "GET" in preflight.headers["Access-Control-Allow-Methods"]
    wait_until(
        lambda: requests.get(url, headers=origin, timeout=60).status_code == 401,
        "the database is asked again",
    )


def test_who_names_no_database_that_there_is_is_told_so_in_json(host):
    wrong = {"X-Odoo-Database": "no_such_database"}
    answer = requests.get(f"{host.url}/api/v1/iot/devices", headers=wrong, timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
