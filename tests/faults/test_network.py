"""The network between listener and broker fails under load."""

import os
import uuid

import pytest

from tests.conftest import wait_until
from tests.support.device import forget_session
from tests.support.load import (
    Load,
    count_rows,
    expect_exactly_what_was_acked,
    wait_for_more,
)
from tests.support.servers import counters


@pytest.fixture
def remote(host, proxy):
    """The listener reaches its broker through the proxy only."""
    host.restart(mqtt_port=proxy.port, mqtt_keepalive=5)
    host.wait_for_listeners(port=proxy.port)
    return host


def test_a_network_that_is_cut_again_and_again_loses_and_doubles_nothing(
    remote, proxy, devices, timescale, dice
):
    with Load(*devices) as load:
        for _ in range(3):
            wait_for_more(timescale, load)
            load.wait_for(dice.randint(50, 500))
            proxy.refuse()
            load.wait_for(dice.randint(1, 500))
            proxy.forward()
        wait_for_more(timescale, load)
    expect_exactly_what_was_acked(timescale, load)


def test_a_connection_that_is_dead_and_does_not_say_so_is_replaced(
    remote, proxy, make_device, timescale, dice
):
    """Half open: nothing but the missing answer to a ping tells."""
    with Load(make_device(), make_device()) as load:
        for _ in range(2):
            wait_for_more(timescale, load)
            load.wait_for(dice.randint(50, 500))
            before = proxy.forwarded
            proxy.hold()
            wait_until(lambda n=before: proxy.forwarded > n, "it connects anew")
        wait_for_more(timescale, load)
    expect_exactly_what_was_acked(timescale, load)


def test_acknowledgements_that_never_arrive_double_nothing(
    remote, proxy, make_device, timescale
):
    """Of readings without a timestamp neither: they are known by their packet id."""
    timeless = make_device()
    values = [round(2 + n / 100, 2) for n in range(300)]
    query = (
        "SELECT round(temperature_celsius::numeric, 2) FROM temperature_readings"
        " WHERE device_id = %s ORDER BY 1"
    )

    def stored():
        return [float(value) for (value,) in timescale(query, timeless.id)]

    with Load(make_device()) as load:
        wait_for_more(timescale, load)
        proxy.hold(from_server=False)
        for value in values:
            timeless.send({"temperature": value})
        wait_until(lambda: len(stored()) == len(values), "all of them")
        proxy.reset()
        wait_for_more(timescale, load, rows=500)
    expect_exactly_what_was_acked(timescale, load)
    assert stored() == values


def test_what_is_redelivered_after_kill_9_is_counted_as_duplicate(
    remote, proxy, make_device, timescale, odoo
):
    """Stored, but the broker has not heard of it: the session sends all of it again."""
    with Load(make_device(), make_device()) as load:
        wait_for_more(timescale, load)
        proxy.hold(from_server=False)
        before = count_rows(timescale, load)
        wait_for_more(timescale, load, rows=300)
        remote.kill()
        stored = count_rows(timescale, load) - before
        remote.start(mqtt_port=proxy.port, mqtt_keepalive=5)
        (listener,) = remote.wait_for_listeners(port=proxy.port)
        wait_for_more(timescale, load)
    expect_exactly_what_was_acked(timescale, load)
    wait_until(
        lambda: counters(odoo, listener)["duplicate"] >= stored,
        f"{stored} duplicates are counted",
    )


@pytest.mark.parametrize("version", ["3.1.1", "5"])
def test_each_version_of_mqtt_keeps_its_session(
    host, proxy, make_device, timescale, version
):
    client_id = f"version-{uuid.uuid4().hex[:6]}"
    host.restart(mqtt_port=proxy.port, mqtt_version=version, mqtt_client_id=client_id)
    host.wait_for_listeners(port=proxy.port)
    with Load(make_device()) as load:
        wait_for_more(timescale, load)
        proxy.refuse()
        load.wait_for(500)
        proxy.forward()
        wait_for_more(timescale, load)
    expect_exactly_what_was_acked(timescale, load)
    host.restart()
    forget_session(f"{client_id}-{os.environ['ODOO_DB']}-0")
