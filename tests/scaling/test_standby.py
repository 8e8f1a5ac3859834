"""A standby of PostgreSQL: it serves what only reads, and takes over."""

import configparser
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


class Reader:
    """Whoever looks at the readings of one device, with the mobile app."""

    def __init__(self, url, device):
        self._url, self._device = url, device
        login = os.environ["ODOO_LOGIN"], os.environ["ODOO_PASSWORD"]
        self._app = MobileApp(url, *login)

    def devices(self):
        return self._app.call("GET", "/devices")

    def values(self):
        path = f"/devices/{self._device.id}/readings?limit=10"
        return [row["value"] for row in self._app.call("GET", path)["readings"]]

    def metric(self, name):
        """What ``/metrics`` says of the store's replica."""
        conf = configparser.ConfigParser(interpolation=None)
        conf.read(os.environ["ODOO_CONF"])
        token = conf["smartdairy_iot"]["metrics_token"]
        answer = requests.get(
            f"{self._url}/metrics",
            headers={"Authorization": f"Bearer {token}"},
            timeout=60,
        )
        rows = dict(line.rsplit(" ", 1) for line in answer.text.splitlines())
        return float(rows[f"smartdairy_store_replica_{name}"])


def test_what_only_reads_is_served_by_replicas_while_they_are_near(
    host,  # noqa: F811
    standby,
    make_device,
):
    """``db_replica_host`` and ``timescale_replica_dsn``: its log names the statements.

    A replica of the readings that lags, or is gone, costs nobody an answer.
    """
    dsn = standby.dsn("smartdairy_iot")
    host.restart(
        options=[f"--db_replica_host={ADDRESS}"],
        timescale_replica_dsn=dsn,
        timescale_replica_lag=1,
    )
    host.wait_for_listeners()
    device = make_device()
    device.publish({"temperature": 4.0})
    reader = Reader(host.url, device)
    wait_until(lambda: reader.values() == [4.0], "it is read")
    before = len(standby.log)

    def is_served_by_it():
        assert reader.devices() and reader.values()
        asked = standby.log[before:]
        names = 'FROM "iot_device"', "odoo@smartdairy_iot ", "temperature_readings"
        return all(name in asked for name in names)

    wait_until(is_served_by_it, "devices and readings come from the replica")
    wait_until(
        lambda: reader.metric("up") == 1 and reader.metric("lag_seconds") < 1,
        "it is near",
    )
    began = len(host.log)

    receiver = standby.stop_receiving()
    device.publish({"temperature": 5.0})
    wait_until(lambda: reader.values() == [5.0, 4.0], "of the primary, when it lags")
    assert reader.metric("up") == 0 and reader.metric("lag_seconds") > 1
    assert host.log[began:].count("is not read from, but its primary") == 1
    receiver.resume()
    wait_until(lambda: reader.metric("up") == 1, "it has caught up")
    assert "is read from again" in host.log[began:]

    standby.daemon.stop()
    assert reader.values() == [5.0, 4.0], "its connections are dead, nobody sees it"
    assert reader.metric("up") == 0
    standby.run()


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
        wait_until(host.answers, "Odoo answers from the new primary")
    with LastingQuery(synchronous.dsn("smartdairy_iot")) as timescale:
        expect_exactly_what_was_acked(timescale, load)
    assert host.wait_for_listeners() == [listener], "the same server goes on"
