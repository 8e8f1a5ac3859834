"""A broker of three nodes: one dies under load, and nothing acknowledged is lost.

Devices and listener are at different nodes, each behind a balancer that sends them to
another one when theirs is gone.
"""

import uuid

import pytest
from stack.nats import Cluster
from stack.settings import HOST

from tests.conftest import wait_until
from tests.faults.conftest import dice, host, kill_9, timescale  # noqa: F401
from tests.support.load import Load, expect_exactly_what_was_acked, wait_for_more
from tests.support.proxy import Proxy
from tests.support.registering import new_device
from tests.support.servers import stack

PER_SECOND = 300


@pytest.fixture
def cluster():
    cluster = Cluster(stack())
    cluster.start()
    yield cluster
    cluster.stop()


def at(node):
    """Where that node takes devices."""
    return HOST, node.ports["mqtt"]


@pytest.fixture
def lines(cluster, monkeypatch):
    """The way of the devices, and that of the listener."""
    with Proxy(at(cluster.nodes[0])) as devices, Proxy(at(cluster.nodes[1])) as own:
        monkeypatch.setenv("MQTT_TLS_PORT", str(devices.port))
        yield devices, own


def test_a_node_of_the_broker_dies_and_nothing_acked_is_lost(
    host,  # noqa: F811
    cluster,
    lines,
    odoo,
    farm,
    timescale,  # noqa: F811
    dice,  # noqa: F811
):
    """First the node of the devices; when that is back, the one of the listener."""
    of_devices, of_listener = lines
    first, second, third = cluster.nodes
    name = f"cluster-{uuid.uuid4().hex[:6]}"
    host.restart(mqtt_port=of_listener.port, mqtt_client_id=name, mqtt_keepalive=5)
    (listener,) = host.wait_for_listeners(port=of_listener.port)
    devices = [new_device(odoo, farm, kind) for kind in ("temperature", "milk_meter")]
    with Load(*devices, per_second=PER_SECOND) as load:
        wait_for_more(timescale, load, rows=300)
        load.wait_for(dice.randint(50, 300))
        kill_9(first.daemon)
        of_devices.lead_to(at(third))
        wait_for_more(timescale, load, rows=300)
        first.start()
        wait_until(first.accepts, "the node is back")
        wait_for_more(timescale, load, rows=300)

        load.wait_for(dice.randint(50, 300))
        kill_9(second.daemon)
        of_listener.lead_to(at(first))
        wait_for_more(timescale, load, rows=300)
    expect_exactly_what_was_acked(timescale, load)
    for device in devices:
        device.close()
    assert host.wait_for_listeners(port=of_listener.port) == [listener], (
        "the same goes on"
    )
