"""Credentials from Odoo to the broker, and taken away again."""

import os
import socket
import ssl
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from tests.conftest import wait_until, wait_until_known
from tests.support.credentials import (
    Bundle,
    IssuedDevice,
    TokenDevice,
    certificates_of,
    download,
    forge,
    issue,
    issue_token,
    revoke,
    ticket,
)
from tests.support.device import tls_context

WITHIN = 60  # seconds, as the issue has it
CONNACK = b"\x20\x02\x00\x00"
ROWS = "SELECT temperature_celsius FROM temperature_readings WHERE device_id = %s"


def connect_raw(context, port="MQTT_TLS_PORT", session=None, seen=None):
    """Connect as far as MQTT's answer; raises, or is empty, when refused.

    :param session: of an earlier connection, to be resumed
    :param seen: called with the connection that was answered
    """
    address = os.environ["MQTT_HOST"], int(os.environ[port])
    name = f"RAW-{uuid.uuid4().hex[:6]}".encode()
    packet = b"\x00\x04MQTT\x04\x02\x00\x3c\x00" + bytes([len(name)]) + name
    with (
        socket.create_connection(address, timeout=30) as raw,
        context.wrap_socket(raw, server_hostname=address[0], session=session) as tls,
    ):
        tls.sendall(b"\x10" + bytes([len(packet)]) + packet)
        answer = tls.recv(4)
        if seen:
            seen(tls)
        return answer


def is_taken(context, **how):
    try:
        return connect_raw(context, **how) == CONNACK
    except (ssl.SSLError, ConnectionError, TimeoutError):
        return False


def refusal(context):
    """The alert of TLS with which a context is refused."""
    with pytest.raises((ssl.SSLError, ConnectionError)) as caught:
        if not connect_raw(context):
            raise ConnectionError("closed")
    return str(caught.value).lower()


@pytest.fixture
def register(odoo, farm):
    """An active device in Odoo, without credentials.

    :return: record id and device ID
    """

    def register(device_type="temperature", **values):
        name = f"ID-{uuid.uuid4().hex[:8].upper()}"
        values = {"farm_id": farm, "location_type": "storage", **values}
        values |= {"name": name, "device_id": name, "device_type": device_type}
        return odoo.create("iot.device", {"state": "active", **values}), name

    return register


@pytest.fixture
def connect(request, odoo, tmp_path):
    """A registered device with a certificate of Odoo's, connected."""

    def connect(record, device_type="temperature", folder="one", **values):
        bundle = issue(odoo, record, tmp_path / folder, **values)
        device = IssuedDevice(bundle, device_type)
        request.addfinalizer(device.close)
        return device

    return connect


# --- what the broker takes


def test_a_bundle_of_odoo_is_all_that_a_device_needs(
    odoo, register, connect, timescale
):
    record, name = register()
    device = connect(record)
    wait_until_known(odoo, device)
    assert device._bundle.settings["topics"]["data"] == device.topic
    device.publish({"temperature": 4.5})
    assert wait_until(lambda: timescale(ROWS, name), "the row") == [(4.5,)]


def test_of_four_downloads_at_the_same_moment_one_is_answered(odoo, register, tmp_path):
    record, _name = register()
    number = ticket(odoo, record)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _n: download(odoo, number), range(4)))
    good = [answer for answer in answers if answer.ok]
    assert len(good) == 1
    assert len(certificates_of(odoo, record)) == 1
    assert is_taken(Bundle(good[0].content, tmp_path / "x").context())


def test_an_expired_certificate_is_refused(tmp_path):
    ours = Path(os.environ["MQTT_CA"]).parent
    assert is_taken(forge(tmp_path / "good", "ID-X", ours))
    # The same but for its dates. The broker's reason may be lost with the connection.
    assert refusal(forge(tmp_path / "bad", "ID-X", ours, begins=-2, ends=-1))


def test_a_certificate_of_another_ca_is_refused_also_under_our_name(tmp_path):
    assert refusal(forge(tmp_path / "forged", "ID-X"))


def test_no_certificate_is_refused_and_so_is_tls_1_2(register, odoo, tmp_path):
    assert refusal(tls_context(None))
    context = issue(odoo, register()[0], tmp_path).context()
    assert is_taken(context)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    assert refusal(context)


# --- revocation


def is_heard(device, ear, heard):
    """Whether what a device says now reaches others."""
    before = len(heard)
    with suppress(RuntimeError):  # it may be cut off
        # Acked also when it is dropped.
        device.send({"temperature": 4.0}).wait_for_publish(10)
    ear.publish({}, f"fence/{device.id}")
    wait_until(lambda: f"fence/{device.id}" in heard[before:], "the fence")
    return device.topic in heard[before:]


def test_a_revoked_certificate_is_refused_and_its_open_connection_is_dumb(
    odoo, register, connect, admin
):
    record, name = register()
    device = connect(record)
    heard = admin.subscribe(device.topic, f"fence/{name}")
    assert is_heard(device, admin, heard)
    revoke(odoo, certificate_ids=certificates_of(odoo, record))
    began = time.monotonic()
    wait_until(
        lambda: not is_heard(device, admin, heard), "the open connection", WITHIN
    )
    wait_until(lambda: not is_taken(device._bundle.context()), "refused", WITHIN)
    print(f"revoked at the broker after {time.monotonic() - began:.1f} s")
    assert refusal(device._bundle.context())


def test_a_session_of_before_is_not_resumed_after_the_revocation(
    odoo, register, tmp_path
):
    """Resuming, TLS asks for no certificate: Mosquitto must have forgotten its key."""
    record, _name = register()
    context = issue(odoo, record, tmp_path).context()
    sessions, resumed = [], []
    assert is_taken(context, seen=lambda tls: sessions.append(tls.session))
    again = {"session": sessions[0], "seen": lambda t: resumed.append(t.session_reused)}
    assert is_taken(context, **again)
    assert resumed == [True], "it can be resumed as long as nobody is revoked"
    revoke(odoo, certificate_ids=certificates_of(odoo, record))
    wait_until(lambda: not is_taken(context), "refused", WITHIN)
    assert not is_taken(context, session=sessions[0])


def test_a_new_certificate_of_a_revoked_device_speaks_again(
    odoo, register, connect, admin, tmp_path
):
    record, name = register()
    device = connect(record)
    revoke(odoo, certificate_ids=certificates_of(odoo, record))
    wait_until(lambda: not is_taken(device._bundle.context()), "refused", WITHIN)
    device.close()
    heard = admin.subscribe(device.topic, f"fence/{name}")
    again = connect(record, folder="again")
    wait_until(lambda: is_heard(again, admin, heard), "heard again", WITHIN)


def test_while_both_are_valid_both_are_taken(odoo, register, tmp_path):
    record, _name = register()
    old = issue(odoo, record, tmp_path / "old")
    new = issue(odoo, record, tmp_path / "new", overlap_days=5)
    assert is_taken(old.context()) and is_taken(new.context())


def test_a_retired_device_is_revoked_by_that(odoo, register, tmp_path):
    record, _name = register()
    bundle = issue(odoo, record, tmp_path)
    assert is_taken(bundle.context())
    odoo.call("iot.device", "action_retire", [record])
    wait_until(lambda: not is_taken(bundle.context()), "refused", WITHIN)


def test_the_leaked_one_of_two_is_cut_off_where_it_is_connected(
    odoo, register, connect, tmp_path, timescale
):
    record, name = register()
    device = connect(record, folder="old")
    wait_until_known(odoo, device)
    new = issue(odoo, record, tmp_path / "new", overlap_days=5)
    cut = []
    device._client.on_disconnect = lambda *_reason: cut.append(True)
    revoke(odoo, certificate_ids=certificates_of(odoo, record)[:1])
    wait_until(lambda: cut, "cut off", WITHIN)
    device.close()
    wait_until(lambda: is_taken(new.context()), "the new one is taken", WITHIN)
    assert refusal(device._bundle.context())
    again = IssuedDevice(new)
    again.publish({"temperature": 6.5})
    again.close()
    assert wait_until(lambda: timescale(ROWS, name), "its row") == [(6.5,)]


# --- tokens


def test_a_token_is_taken_and_a_wrong_one_is_not(odoo, register, timescale, request):
    record, name = register()
    token = issue_token(odoo, record)

    def is_let_in(secret):
        device = TokenDevice(name, secret)
        request.addfinalizer(device.close)
        wait_until(lambda: device.answers, "the broker's answer")
        is_good = not device.answers[0].is_failure
        if not is_good:
            device.close()
        return is_good and device

    device = wait_until(lambda: is_let_in(token), "the token is exported", WITHIN)
    wait_until_known_by_readings(device, timescale, name)
    assert not is_let_in(token[:-1] + ("a" if token[-1] != "a" else "b"))
    assert not is_let_in("")


def wait_until_known_by_readings(device, timescale, name):
    def arrives():
        device.publish({"temperature": 3.5})
        return timescale(ROWS, name)

    wait_until(arrives, "a reading of the device")


def test_a_revoked_token_ends_the_connection_that_it_opened(odoo, register, request):
    record, name = register()
    token = issue_token(odoo, record)
    device = None

    def is_connected():
        nonlocal device
        device = device or TokenDevice(name, token)
        return any(not answer.is_failure for answer in device.answers)

    wait_until(is_connected, "the token is exported", WITHIN)
    request.addfinalizer(device.close)
    device.answers.clear()
    (found,) = odoo.search_read("iot.device.token", [("device_id", "=", record)], [])
    revoke(odoo, token_ids=[found["id"]])
    # paho connects again by itself: it was cut off, and is refused now
    wait_until(lambda: device.answers, "cut off and refused", WITHIN)
    assert device.answers[0].is_failure


def test_the_token_port_needs_tls_1_3(odoo):
    context = ssl.create_default_context(cafile=os.environ["MQTT_CA"])
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises((ssl.SSLError, ConnectionError)):
        if not connect_raw(context, "MQTT_TOKEN_PORT"):
            raise ConnectionError


def test_the_administrators_password_survives_every_export(odoo, register, admin):
    record, _name = register()
    issue_token(odoo, record)
    odoo.call("iot.broker", "action_export", [])
    heard = admin.subscribe("still/here")
    admin.publish({}, "still/here")
    wait_until(lambda: heard, "the administrator")


# --- the listener


def test_a_device_that_is_no_longer_active_is_refused_within_2_seconds(
    odoo, register, connect, timescale
):
    """A busy machine may delay one of them; a line that is always late delays three."""

    def measured(number):
        record, name = register()
        device = connect(record, folder=str(number))
        wait_until_known(odoo, device)
        odoo.call("iot.device", "action_deactivate", [record])
        return latest_taken(odoo, timescale, device, name)

    assert any(measured(number) < 2 for number in range(3))


def latest_taken(odoo, timescale, device, name):
    """How long after now the last reading was sent that was taken, in seconds."""
    off = time.time()
    sent = {}

    def is_refused():
        number = len(sent)
        sent[number] = time.time()
        device.publish({"temperature": number / 10})
        return rejections(odoo, name, "inactive_device")

    wait_until(is_refused, "a refusal")

    def are_all_judged():
        (row,) = rejections(odoo, name, "inactive_device")
        return row["count"] + len(timescale(ROWS, name)) == len(sent)

    wait_until(are_all_judged, "all are stored or refused")
    stored = [round(row[0] * 10) for row in timescale(ROWS, name)]
    latest = max((sent[number] - off for number in stored), default=0.0)
    print(f"the last reading that was taken was sent {latest:.2f} s after")
    return latest


def rejections(odoo, device_id, reason):
    domain = [("device_ref", "=", device_id), ("reason", "=", reason)]
    return odoo.search_read("iot.rejected.message", domain, ["count"])


def test_a_gateway_speaks_for_its_own_children_only(
    odoo, register, connect, timescale, admin
):
    gateway_id, gateway_name = register("gateway")
    _child, child_name = register(gateway_id=gateway_id)
    _other, other_name = register()
    gateway = connect(gateway_id, "gateway")
    topic = f"smartdairy/gateway/{gateway_name}/data"
    readings = [
        {"device_id": child_name, "temperature": 3.5},
        {"device_id": other_name, "temperature": 99.0},
    ]

    def is_refused():
        gateway.publish({"readings": readings}, topic)
        return rejections(odoo, other_name, "not_a_child")

    wait_until(is_refused, "the refusal")
    assert wait_until(lambda: timescale(ROWS, child_name), "the child's row")
    assert timescale(ROWS, other_name) == []
    # Neither on their own topics, nor their status: the broker takes both for itself.
    fence = f"smartdairy/status/{gateway_name}"
    heard = admin.subscribe("smartdairy/+/+/+/data", "smartdairy/status/+")
    for name in (child_name, other_name):
        gateway.publish({"online": False}, f"smartdairy/status/{name}")
        gateway.publish(
            {"temperature": 9.0}, f"smartdairy/sensors/temperature/{name}/data"
        )
    gateway.publish({"online": True}, fence)
    wait_until(lambda: fence in heard, "the fence")
    said = {t for t in heard if child_name in t or other_name in t}
    assert said == set()


def test_a_sensor_is_no_gateway(odoo, register, connect, timescale):
    record, name = register()
    _other, other_name = register()
    sensor = connect(record)
    payload = {"readings": [{"device_id": other_name, "temperature": 9.0}]}

    def is_refused():
        sensor.publish(payload, f"smartdairy/gateway/{name}/data")
        return rejections(odoo, name, "wrong_device_type")

    wait_until(is_refused, "the refusal")
    assert timescale(ROWS, other_name) == []
