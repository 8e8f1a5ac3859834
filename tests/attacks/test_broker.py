"""The broker and the line behind it, by a device that means no good.

Each test ends with a good reading: whatever was sent, the line goes on.
"""

import json
import os
import socket
import ssl
import struct
import uuid

import pytest

from tests.conftest import issue_certificate, wait_until
from tests.support.device import Device, tls_context

READ = "SELECT temperature_celsius FROM temperature_readings WHERE device_id = %s"
MARK = f"INJECTED-{uuid.uuid4().hex[:8]}"
LIMIT = 262144  # message_size_limit of mosquitto.conf.in


def goes_on(device, timescale):
    """A reading of now arrives."""
    device.publish({"temperature": 4.25})
    wait_until(lambda: (4.25,) in timescale(READ, device.id), "the line goes on")


def raw_session(common_name, *packets):
    """CONNECT, then bytes that no client library would send.

    :return: what the broker answered until it hung up, or a second passed
    """
    name = f"RAW-{uuid.uuid4().hex[:6]}".encode()
    body = b"\x00\x04MQTT\x04\x02\x00\x3c" + struct.pack("!H", len(name)) + name
    address = os.environ["MQTT_HOST"], int(os.environ["MQTT_TLS_PORT"])
    answer = b""
    with (
        socket.create_connection(address, timeout=30) as raw,
        tls_context(common_name).wrap_socket(raw, server_hostname=address[0]) as tls,
    ):
        tls.sendall(packet(0x10, body))
        answer += tls.recv(4)
        tls.settimeout(1)
        try:
            for one in packets:
                tls.sendall(one)
            while chunk := tls.recv(4096):
                answer += chunk
        except (TimeoutError, ConnectionError, ssl.SSLError):
            pass
    return answer


def packet(kind, body):
    size, length = len(body), b""
    while True:
        size, digit = divmod(size, 128)
        length += bytes([digit | (0x80 if size else 0)])
        if not size:
            return bytes([kind]) + length + body


def publish(topic, payload=b"{}"):
    return packet(0x30, struct.pack("!H", len(topic)) + topic + payload)


@pytest.mark.parametrize(
    "topic",
    [
        b"smartdairy/sensors/temperature/+/data",
        b"smartdairy/sensors/#",
        b"smartdairy/sensors/temperature/A\x00B/data",
        b"smartdairy/sensors/temperature/\xff\xfe/data",
        b"$SYS/broker/version",
        b"$share/group/smartdairy/status/X",
        b"",
        b"/" * 60000,
    ],
    ids=["plus", "hash", "nul", "no-utf8", "sys", "share", "empty", "slashes"],
)
def test_a_topic_that_no_client_library_would_send_reaches_nobody(
    topic, make_device, admin, timescale
):
    device = make_device()
    heard = admin.subscribe("#")
    raw_session(device.id, publish(topic, MARK.encode()))
    goes_on(device, timescale)
    wait_until(lambda: device.topic in heard, "the good reading is heard")
    assert [name for name in heard if name.encode() == topic] == []


def test_a_device_whose_name_is_a_wildcard_gets_nobodys_topics(make_device):
    """``%u`` of the access list is the name of the certificate."""
    victim = make_device()
    for name in ("+", "#"):
        try:
            issue_certificate(name)
            evil = Device(f"evil-{uuid.uuid4().hex[:6]}", "temperature", name)
        except Exception:  # noqa: BLE001, S112 - refused before it is connected: good
            continue
        heard = evil.subscribe(f"smartdairy/sensors/temperature/{victim.id}/config")
        victim.publish({"temperature": 4.0})
        evil.publish({"temperature": 99.0}, victim.topic)
        assert heard == []
        evil.close()


def test_what_is_too_large_for_the_broker_ends_the_connection_not_the_broker(
    make_device, timescale
):
    device = make_device()
    topic = device.topic.encode()
    raw_session(device.id, publish(topic, b"[" + b" " * (LIMIT + 1) + b"]"))
    assert timescale(READ, device.id) == []
    goes_on(device, timescale)


BOMBS = {
    "deep": b"[" * 30000 + b"]" * 30000,
    "deep objects": b'{"a":' * 9000 + b"1" + b"}" * 9000,
    "huge number": b'{"temperature": ' + b"9" * 60000 + b"}",
    "huge exponent": b'{"temperature": 1e999999}',
    "wide": b"[" + b"{}," * 20000 + b"{}]",
    "many keys": json.dumps({f"k{i}": i for i in range(4000)}).encode(),
    "same key": b'{"temperature": 1' + b', "temperature": 1' * 3000 + b"}",
    "gzip": b"\x1f\x8b\x08\x00" + b"\x00" * 60000,
    "nul": b'{"temperature": 4, "unit": "\\u0000"}',
    "not UTF-8": b"\xff\xfe" * 1000,
    "lone surrogate": b'{"temperature": "\\ud800"}',
    "SQL": b'{"temperature": "4; DROP TABLE temperature_readings; --"}',
    "line break": json.dumps({"temperature": f"\n{MARK} ERROR \x1b[31mred"}).encode(),
}


def test_payload_bombs_are_refused_one_by_one_and_the_line_goes_on(
    make_device, odoo, timescale
):
    device = make_device()
    for bomb in BOMBS.values():
        assert len(bomb) < 65536, "the listener's own limit has a test of its own"
        device.publish(bomb)
        device.publish(bomb, retain=True)
    device.publish(b"", retain=True)
    goes_on(device, timescale)
    domain = [("device_ref", "=", device.id)]

    def reasons():
        found = odoo.search_read("iot.rejected.message", domain, ["reason"])
        return {row["reason"] for row in found}

    wait_until(lambda: "not_json" in reasons() and "not_utf8" in reasons(), "refused")
    assert "internal_error" not in reasons()
    kept = {row[0] for row in timescale(READ, device.id)} - {4.25}
    assert kept <= {1.0, 4.0}, "only what is a plain number was stored"


def test_a_flood_of_connections_leaves_room_for_a_device_at_work(
    make_device, timescale
):
    """Bounded: 300 sockets that say nothing, and 100 that stop within TLS."""
    device = make_device()
    address = os.environ["MQTT_HOST"], int(os.environ["MQTT_TLS_PORT"])
    sockets = [socket.create_connection(address, timeout=30) for _ in range(300)]
    try:
        for one in sockets[:100]:
            one.sendall(b"\x16\x03\x01\x02\x00")  # the beginning of a handshake
        goes_on(device, timescale)
    finally:
        for one in sockets:
            one.close()


def test_nothing_that_was_sent_begins_a_line_of_a_log():
    """After all of the above: a name or payload is in a log as a part of a line."""
    folder = os.path.dirname(os.environ["ODOO_LOG"])
    for name in os.listdir(folder):
        if name.endswith(".log"):
            with open(os.path.join(folder, name), errors="replace") as log:
                for line in log:
                    assert not line.startswith(MARK), f"{name}: {line[:99]!r}"
                    assert f"{MARK} ERROR \x1b" not in line, name
