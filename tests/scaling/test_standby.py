"""A standby of PostgreSQL: it serves what only reads, and takes over."""

import os

import pytest
import requests

from tests.conftest import wait_until
from tests.faults.conftest import (  # noqa: F401 - fixtures
    devices,
    dice,
    host,
    postgres,
)
from tests.support.faults import LastingQuery, kill_9, start_postgres
from tests.support.load import Load, expect_exactly_what_was_acked, wait_for_more
from tests.support.mobile_app import MobileApp
from tests.support.standby import (
    ADDRESS,
    ODOO_OPTIONS,
    ODOO_VARIABLES,
    Standby,
    either,
)


@pytest.fixture(scope="module")
def standby():
    """Follows the stack's PostgreSQL; whoever is in it may promote it."""
    standby = Standby()
    standby.start()
    yield standby
    standby.remove()


@pytest.fixture
def synchronous(standby, postgres):  # noqa: F811
    """What is committed is on both disks; the primary is what it was afterwards."""
    standby.make_synchronous()
    yield standby
    standby.remove()
    start_postgres(postgres)
    standby.make_synchronous(False)


def test_routes_that_only_read_are_served_by_the_replica(host, standby):  # noqa: F811
    """``db_replica_host``: its own log names the statements."""
    host.restart(options=[f"--db_replica_host={ADDRESS}"])
    app = MobileApp(host.url, os.environ["ODOO_LOGIN"], os.environ["ODOO_PASSWORD"])
    before = len(standby.log)
    app.call("GET", "/devices")
    asked = standby.log[before:]
    assert f"odoo@{os.environ['ODOO_DB']}" in asked
    assert 'FROM "iot_device"' in asked, "the devices come from the replica"
    answer = requests.get(f"{host.url}/iot/health", timeout=30)
    assert answer.status_code in (200, 503)


def test_a_standby_that_is_promoted_under_load_has_all_that_was_acked(
    host,  # noqa: F811
    synchronous,
    postgres,  # noqa: F811
    devices,  # noqa: F811
    dice,  # noqa: F811
    capsys,
):
    """The primary dies; Odoo and the store find the other one by themselves."""
    dsn = either(os.environ["TIMESCALE_DSN"])
    host.restart(0, ODOO_OPTIONS, ODOO_VARIABLES, timescale_dsn=dsn)
    (listener,) = host.wait_for_listeners()
    with Load(*devices) as load, LastingQuery(dsn) as timescale:
        wait_for_more(timescale, load, rows=500)
        load.wait_for(dice.randint(50, 500))
        kill_9(postgres.daemon)
        load.wait_for(dice.randint(100, 500))
        synchronous.promote()
        wait_for_more(timescale, load, rows=500)
        wait_until(host.answers, "Odoo answers from the new primary", 60)
    with LastingQuery(synchronous.dsn("smartdairy_iot")) as timescale:
        expect_exactly_what_was_acked(timescale, load)
    assert host.listeners() == [listener], "the same server goes on"
