"""Who may connect, and who may say what: tried from the wrong side."""

import os
import socket
import ssl

import paho.mqtt.client as mqtt
import pytest

from tests.conftest import issue_certificate, wait_until
from tests.support.device import Device, tls_context


def handshake(context):
    """Connect as far as TLS goes, and one byte further: TLS 1.3 refuses that late."""
    address = os.environ["MQTT_HOST"], int(os.environ["MQTT_TLS_PORT"])
    with (
        socket.create_connection(address, timeout=30) as raw,
        context.wrap_socket(raw, server_hostname=address[0]) as tls,
    ):
        tls.sendall(b"\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04TEST")
        return tls.recv(4)


def test_a_certificate_of_our_ca_is_accepted(make_device):
    device = make_device(register=False)
    assert handshake(tls_context(device.id)) == b"\x20\x02\x00\x00"


def test_no_certificate_is_refused():
    with pytest.raises((ssl.SSLError, ConnectionError)):
        if not handshake(tls_context(None)):
            raise ConnectionError


def test_tls_1_2_is_refused(make_device):
    context = tls_context(make_device(register=False).id)
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises((ssl.SSLError, ConnectionError)):
        handshake(context)


def test_a_wrong_password_is_refused():
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
    client.username_pw_set(os.environ["MQTT_USERNAME"], "wrong")
    reasons = []
    client.on_connect = lambda _c, _u, _f, reason, _p: reasons.append(reason)
    client.connect(os.environ["MQTT_HOST"], int(os.environ["MQTT_PORT"]))
    client.loop_start()
    wait_until(lambda: reasons, "the broker's answer")
    client.loop_stop()
    assert reasons[0].is_failure


def test_a_device_cannot_publish_as_another_whatever_client_id_it_takes(
    make_device, timescale
):
    victim = make_device()
    victim.close()  # or it would take its client ID back, again and again
    issue_certificate("INTRUDER")
    intruder = Device(victim.id, "temperature", common_name="INTRUDER")
    intruder.publish({"temperature": 99.0}, victim.topic)
    intruder.close()
    again = Device(victim.id, "temperature")
    again.publish({"temperature": 4.0})
    again.close()
    query = "SELECT temperature_celsius FROM temperature_readings WHERE device_id = %s"
    assert wait_until(lambda: timescale(query, victim.id), "the row") == [(4.0,)]


def test_a_sensor_cannot_listen_to_its_neighbours(make_device):
    sensor, neighbour = make_device(), make_device()
    heard = sensor.subscribe("smartdairy/#", neighbour.topic)
    neighbour.publish({"temperature": 4.0})
    sensor.publish({"temperature": 4.0})  # acked: all that came before was handled
    assert heard == []


def heard_until(listener, topics, last, *publish):
    """What a listener heard until the last of these was handled."""
    heard = listener.subscribe(*topics)
    for act in publish:
        act()
    wait_until(lambda: last in heard, f"{last} is heard")
    return heard


def test_a_device_cannot_raise_an_alert_nor_tell_a_person_anything(make_device, admin):
    device = make_device()
    alerts, person = "smartdairy/alerts/TEST/TANK-2", "smartdairy/user/anna/alerts"
    heard = heard_until(
        admin,
        [alerts, person, device.topic],
        device.topic,
        lambda: device.publish({"event": "raised"}, alerts),
        lambda: device.publish({"event": "raised"}, person),
        lambda: device.publish({"temperature": 4.0}),
    )
    assert heard == [device.topic]


def test_a_device_cannot_take_away_what_is_retained_of_an_alert(make_device, admin):
    device = make_device()
    topic = f"smartdairy/alerts/GREEN/{device.id}"
    admin.publish({"event": "raised"}, topic, retain=True)
    device.publish(b"", topic, retain=True)
    device.publish({"temperature": 4.0})  # acked: what came before was handled
    heard = admin.subscribe(topic)
    wait_until(lambda: heard, "the retained message")
    admin.publish(b"", topic, retain=True)


@pytest.fixture
def connect(request):
    """Somebody with a certificate of that name."""

    def connect(name):
        issue_certificate(name)
        client = Device(name, "temperature")
        request.addfinalizer(client.close)
        return client

    return connect


def test_a_person_hears_what_concerns_them_and_nobody_else(connect, admin):
    anna = connect("anna-vet")
    own, others = (f"smartdairy/user/{name}/alerts" for name in ("anna-vet", "bob"))
    heard = heard_until(
        anna,
        ["smartdairy/#"],
        own,
        lambda: admin.publish({"event": "raised"}, others),
        lambda: admin.publish({"event": "raised"}, "smartdairy/alerts/GREEN/TANK-2"),
        lambda: admin.publish({"event": "raised"}, own),
    )
    assert heard == [own]


def test_a_screen_hears_alerts_and_not_what_is_told_to_a_person(connect, admin):
    screen = connect("dashboard")
    alerts = "smartdairy/alerts/TEST/TANK-2"
    heard = heard_until(
        screen,
        ["smartdairy/alerts/TEST/#", "smartdairy/user/#"],
        alerts,
        lambda: admin.publish({"text": "x"}, "smartdairy/user/anna/notifications"),
        lambda: admin.publish({"event": "raised"}, alerts),
    )
    assert heard == [alerts]
