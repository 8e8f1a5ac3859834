"""Every line of the access list from both sides: each role says and hears what it may,
and of all other topics nothing, whatever client id it takes."""

import os
import uuid
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest

from tests.conftest import REPO, issue_certificate, wait_until
from tests.support.credentials import TokenDevice, issue_token
from tests.support.device import Device, PasswordClient

TYPES = (
    *("temperature", "milk_meter", "ph_sensor", "flow_sensor"),
    *("humidity", "pressure", "gateway"),
)
RUN = uuid.uuid4().hex[:6]
DEVICES = {kind: f"ACL-{kind}-{RUN}" for kind in TYPES}
PERSON = f"acl-person-{RUN}"
TOKEN = f"ACL-TOKEN-{RUN}"
OTHER = f"ACL-OTHER-{RUN}"  # whose topics are everybody's to try
SERVICES = ("iot_consumer", "dashboard", "admin")
ROLES = (*TYPES, "token", "person", *SERVICES)


def name_of(role):
    return {**DEVICES, "token": TOKEN, "person": PERSON}.get(role, role)


def topics_of(name):
    """``{topic: (may write, may read)}``: what the owner of that name may do there."""
    found = {}
    for kind in TYPES:
        base = f"smartdairy/sensors/{kind}/{name}"
        found[f"{base}/data"] = (True, False)
        found[f"{base}/config"] = (False, True)
        found[f"{base}/config/ack"] = (True, False)
    found[f"smartdairy/gateway/{name}/data"] = (True, False)
    found[f"smartdairy/gateway/{name}/commands"] = (False, True)
    found[f"smartdairy/gateway/{name}/commands/ack"] = (True, False)
    found[f"smartdairy/gateway/{name}/children/KID/config"] = (False, True)
    found[f"smartdairy/gateway/{name}/children/KID/config/ack"] = (True, False)
    found[f"smartdairy/status/{name}"] = (True, False)
    found[f"smartdairy/user/{name}/alerts"] = (False, True)
    found[f"smartdairy/user/{name}/notifications"] = (False, True)
    return found


EVERYWHERE = (
    f"smartdairy/alerts/FARM/{OTHER}",
    f"smartdairy/{RUN}",
    f"smartdairy/sensors/unheard_of/{OTHER}/data",
    f"zigbee2mqtt/{OTHER}",
)


def tried(role):
    """Its own topics, those of another, and others."""
    return [*topics_of(name_of(role)), *topics_of(OTHER), *EVERYWHERE]


def writable(role):
    if role == "admin":
        return set(tried(role))
    if role == "dashboard":
        return own(role, 0)  # as anybody of that name: nobody else can have it
    if role == "iot_consumer":
        return own(role, 0) | {
            topic
            for topic in tried(role)
            if topic.startswith(("smartdairy/alerts/", "smartdairy/user/"))
            or topic.startswith(("smartdairy/sensors/", "smartdairy/gateway/"))
            and topic.endswith("/config")
            or topic.endswith("/commands")
        }
    return own(role, 0)


def readable(role):
    if role in ("admin", "iot_consumer"):
        return set(tried(role))
    if role == "dashboard":
        return {
            topic
            for topic in tried(role)
            if topic.startswith("smartdairy/")
            and not topic.startswith("smartdairy/user/")
        }
    return own(role, 1)


def own(role, which):
    return {topic for topic, may in topics_of(name_of(role)).items() if may[which]}


@pytest.fixture(scope="module")
def ear():
    """Hears everything: what reaches it was allowed."""
    client = PasswordClient(f"acl-ear-{RUN}", os.environ["MQTT_USERNAME"])
    client.heard = client.subscribe("#")
    yield client
    client.close()


@pytest.fixture(scope="module")
def connected(odoo):
    """One connection for each role."""
    for name in (*DEVICES.values(), PERSON, *SERVICES[:2]):
        issue_certificate(name)
    record = odoo.create(
        "iot.device", {"name": TOKEN, "device_id": TOKEN, "device_type": "temperature"}
    )
    token = issue_token(odoo, record)
    clients = {}

    def connected(role):
        if role not in clients:
            clients[role] = connect(role, token)
        return clients[role]

    yield connected
    for client in clients.values():
        client.close()


def connect(role, token):
    if role == "admin":
        return PasswordClient(f"acl-admin-{RUN}", os.environ["MQTT_USERNAME"])
    if role == "token":
        return let_in(token)
    return Device(f"acl-{role}-{RUN}", "temperature", common_name=name_of(role))


def let_in(token):
    """Once the token is exported."""
    found = []

    def try_it():
        client = TokenDevice(TOKEN, token)
        wait_until(lambda: client.answers, "the broker's answer")
        if client.answers[0].is_failure:
            client.close()
            return False
        found.append(client)
        return True

    wait_until(try_it, "the token is exported")
    return found[0]


def heard_of(heard, fence, since, topics):
    """Which of the topics were heard, once the fence was."""
    wait_until(lambda: fence in heard[since:], "the fence")
    return set(heard[since:]) & set(topics)


@pytest.mark.parametrize("role", ROLES)
def test_what_a_role_says_is_heard_where_it_may_speak_and_nowhere_else(
    role, connected, ear
):
    client, since = connected(role), len(ear.heard)
    fence = f"fence/write/{role}/{RUN}"
    for topic in tried(role):
        client.publish(b"{}", topic)  # acked: also what was dropped is handled
    ear.publish(b"", fence)
    assert heard_of(ear.heard, fence, since, tried(role)) == writable(role)


@pytest.mark.parametrize("role", ROLES)
def test_what_is_said_reaches_a_role_where_it_may_listen_and_nowhere_else(
    role, connected, ear
):
    client = connected(role)
    heard = client.subscribe("#", "smartdairy/#", *tried(role))
    fence = {
        "admin": f"smartdairy/fence/{RUN}",
        "iot_consumer": f"smartdairy/fence/{RUN}",
        "dashboard": f"smartdairy/fence/{RUN}",
    }.get(role, f"smartdairy/sensors/pressure/{name_of(role)}/config")
    topics = [topic for topic in tried(role) if topic != fence]
    for topic in topics:
        ear.publish(b"{}", topic)
    ear.publish(b"{}", fence)
    found = heard_of(heard, fence, 0, topics)
    assert found == readable(role) - {fence}
    client._client.unsubscribe(["#", "smartdairy/#", *tried(role)])


@pytest.mark.parametrize("role", ROLES)
def test_the_brokers_own_topics_are_for_the_administrator_and_counts_for_odoo(
    role, connected
):
    client = connected(role)
    heard = client.subscribe("$SYS/broker/version", "$SYS/broker/clients/#")
    # The subscription was answered, and what is retained follows it at once: whatever
    # is published and acknowledged next comes later.
    client.publish(b"{}", f"smartdairy/status/{name_of(role)}")
    if role == "admin":
        wait_until(lambda: "$SYS/broker/version" in heard, "the version")
    elif role == "iot_consumer":
        wait_until(lambda: "$SYS/broker/clients/connected" in heard, "the count")
        assert "$SYS/broker/version" not in heard
    else:
        assert not [topic for topic in heard if topic.startswith("$SYS")]


def hits(role, name, filter_):
    """What of that filter the role has tried, with the name where the user stands."""
    pattern = filter_.replace("%u", name)
    return {t for t in tried(role) if mqtt.topic_matches_sub(pattern, t)}


def test_every_line_of_the_list_was_tried_from_both_sides():
    """The lists above are ours, not the broker's: does one of them name each line?"""
    lines = list(read_list(REPO / "docker" / "mosquitto" / "acl"))
    assert len(lines) > 30
    for user, access, filter_ in lines:
        if filter_.startswith("$SYS"):
            continue  # above
        holders = [role for role in ROLES if user in (None, name_of(role))]
        granted = {"read": readable, "write": writable, "readwrite": writable}
        for role in holders:
            found = hits(role, name_of(role), filter_)
            if access == "deny":
                assert found and not found & readable(role), filter_
            elif role not in SERVICES or user:
                assert found & granted[access](role), f"{role}: {filter_}"
        others = set(ROLES) - set(SERVICES) - set(holders if user else ())
        for role in others:
            strange = hits(role, OTHER, filter_) - own(role, 0) - own(role, 1)
            assert strange, f"{filter_} was not tried by {role}, who may not"


def read_list(path: Path):
    """``(user or None, access, filter)`` of each line."""
    user = None
    for line in path.read_text().splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "user":
            user = words[1]
        else:
            kind, access, filter_ = words
            yield (user if kind == "topic" else None), access, filter_
