"""docker/mosquitto/, docker/certificates.sh: a real broker, a bridge to another."""

import contextlib
import re
import ssl
import threading

import paho.mqtt.client as mqtt
import pytest
from stack.settings import free_port

from tests.conftest import wait_until
from tests.deploy.places import CERTIFICATES, DOCKER, HOST, RUN, listens, run, running

MOSQUITTO = RUN / "mosquitto" / "usr" / "sbin" / "mosquitto"
TEMPLATE = (DOCKER / "mosquitto" / "mosquitto.conf.in").read_text()


@contextlib.contextmanager
def broker(folder, certificates, **environment):
    """What the container starts, on ports of its own; gives that of TLS."""
    made, shared = certificates
    (folder / "data").mkdir(parents=True)
    port = free_port(set())
    with running(
        ["sh", DOCKER / "mosquitto" / "entrypoint.sh"],
        folder / "log",
        listens(port),
        "Mosquitto",
        writable=[folder, shared],
        MOSQUITTO=MOSQUITTO,
        BROKER=shared,
        CERTIFICATES=made,
        DATA=folder / "data",
        MADE=folder / "mosquitto.conf",
        TLS_BIND=HOST,
        TLS_PORT=port,
        TOKEN_PORT=free_port({port}),
        PORT=free_port({port}),
        **environment,
    ):
        yield port


@contextlib.contextmanager
def client(
    port, certificates, name="iot_consumer", version=mqtt.MQTTv311, keepalive=60
):
    """Connected over mutual TLS; ``.connack`` is what the broker said."""
    made, _shared = certificates
    if not (made / "clients" / f"{name}.crt").exists():
        run("bash", CERTIFICATES, "device", made, name)
    paho = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, protocol=version)
    context = ssl.create_default_context(cafile=made / "ca.crt")
    files = (made / "clients" / f"{name}.crt", made / "clients" / f"{name}.key")
    context.load_cert_chain(*files)
    paho.tls_set_context(context)
    paho.received, paho.connack, there = [], None, threading.Event()

    def connected(_client, _data, _flags, code, properties):
        paho.connack = properties
        assert not code.is_failure, code
        there.set()

    paho.on_connect = connected
    paho.on_message = lambda _c, _d, m: paho.received.append((m.topic, m.payload))
    paho.connect("localhost", port, keepalive)
    paho.loop_start()
    assert there.wait(60)
    try:
        yield paho
    finally:
        paho.disconnect()
        paho.loop_stop()


def subscribe(paho, topic):
    done = threading.Event()
    paho.on_subscribe = lambda *_: done.set()
    paho.subscribe(topic, qos=1)
    assert done.wait(60)


def send(paho, topic, payload):
    paho.publish(topic, payload, qos=1).wait_for_publish(60)


@pytest.fixture(scope="module")
def port(tmp_path_factory, certificates):
    with broker(tmp_path_factory.mktemp("broker") / "one", certificates) as port:
        yield port


def test_a_device_with_a_certificate_reaches_odoo_and_one_without_reaches_nothing(
    port, certificates
):
    with (
        client(port, certificates) as odoo,
        client(port, certificates, "T-1") as device,
    ):
        subscribe(odoo, "smartdairy/#")
        topic = "smartdairy/sensors/temperature/T-1/data"
        send(device, topic, b'{"temperature": 4}')
        wait_until(lambda: odoo.received, "the reading")
        assert odoo.received == [(topic, b'{"temperature": 4}')]
    made, _shared = certificates
    stranger = ssl.create_default_context(cafile=made / "ca.crt")
    paho = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    paho.tls_set_context(stranger)
    refused = threading.Event()
    paho.on_connect = lambda *_: pytest.fail("a stranger came in")
    paho.on_disconnect = lambda *_: refused.set()
    with contextlib.suppress(OSError):
        paho.connect("localhost", port)
        paho.loop_start()
        assert refused.wait(60)
        paho.loop_stop()


def test_the_limits_of_the_specification_are_set_sized_for_ours():
    limits = dict(re.findall(r"^(max_\w+|message_size_limit) (\d+)$", TEMPLATE, re.M))
    assert limits.keys() >= {
        "max_connections",
        "max_inflight_messages",
        "max_queued_messages",
        "message_size_limit",
        "max_keepalive",
    }
    listeners = re.split(r"^listener ", TEMPLATE, flags=re.M)[1:]
    assert len(listeners) == 3
    assert all("max_connections" in listener for listener in listeners)
    # Ten thousand devices, a batch acknowledged at once, 64 KiB of readings.
    assert int(re.search(r"max_connections (\d+)", listeners[0])[1]) > 10_000
    assert int(limits["max_inflight_messages"]) > 2000
    assert int(limits["message_size_limit"]) > 65_536


def test_a_message_that_is_too_large_and_a_keepalive_that_is_too_long_are_not_taken(
    port, certificates
):
    with client(port, certificates, version=mqtt.MQTTv5, keepalive=600) as patient:
        assert patient.connack.ServerKeepAlive == 120
    limit = int(re.search(r"message_size_limit (\d+)", TEMPLATE)[1])
    topic = "smartdairy/alerts/1/a"
    with client(port, certificates) as odoo:
        subscribe(odoo, topic)
        with client(port, certificates) as greedy, contextlib.suppress(RuntimeError):
            send(greedy, topic, b"x" * (limit + 1))  # it may be thrown out
        with client(port, certificates) as modest:
            send(modest, topic, b"x" * limit)
        wait_until(lambda: odoo.received, "the largest that is allowed")
        assert [len(payload) for _topic, payload in odoo.received] == [limit]


def test_the_bridge_sends_readings_and_alerts_out_and_nothing_else_and_nothing_in(
    tmp_path, certificates
):
    made, shared = certificates
    bridge = tmp_path / "bridge"
    bridge.mkdir()
    run("bash", CERTIFICATES, "device", made, "iot_consumer")
    (bridge / "ca.crt").symlink_to(made / "ca.crt")
    for end in ("crt", "key"):
        name = made / "clients" / f"iot_consumer.{end}"
        (bridge / f"client.{end}").symlink_to(name)
    cloud_broker = tmp_path / "cloud-broker"
    cloud_broker.mkdir()
    run("bash", CERTIFICATES, "crl", made, cloud_broker / "crl.pem")
    # in the cloud everything may be written and read, or nothing would be proved
    acl = "topic readwrite #\nuser iot_consumer\ntopic readwrite #\n"
    (cloud_broker / "acl").write_text(acl)
    with (
        broker(tmp_path / "cloud", (made, cloud_broker)) as cloud_port,
        client(cloud_port, certificates) as cloud,
        broker(
            tmp_path / "farm",
            certificates,
            BRIDGE_ADDRESS=f"localhost:{cloud_port}",
            BRIDGE=bridge,
        ) as farm_port,
        client(farm_port, certificates) as odoo,
        client(farm_port, certificates, "T-1") as device,
    ):
        subscribe(cloud, "smartdairy/#")
        subscribe(odoo, "smartdairy/#")
        send(odoo, "smartdairy/user/ann/alerts", b"for Ann alone")
        send(odoo, "smartdairy/sensors/temperature/T-1/config", b"a secret interval")
        send(cloud, "smartdairy/alerts/1/forged", b"from the cloud")
        send(device, "smartdairy/sensors/temperature/T-1/data", b"4.1")
        send(odoo, "smartdairy/alerts/1/T-1", b"too warm")

        def topics(paho):
            return [topic for topic, _payload in paho.received]

        last = "smartdairy/alerts/1/T-1"
        wait_until(lambda: last in topics(cloud), "the alert in the cloud")
        assert topics(cloud) == [
            "smartdairy/alerts/1/forged",
            "smartdairy/sensors/temperature/T-1/data",
            last,
        ]
        wait_until(lambda: last in topics(odoo), "the alert on the farm")
        assert "smartdairy/alerts/1/forged" not in topics(odoo)
