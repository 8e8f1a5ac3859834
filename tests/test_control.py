"""Odoo tells a device how to work and what to do, and the device answers."""

import base64
import hashlib
import json
import uuid
from datetime import datetime, timezone

import pytest
import requests

from tests.conftest import wait_until
from tests.support.device import Device


class Told:
    """What a device hears on its topics, and how it answers."""

    def __init__(self, device):
        self.device = device
        self.heard = []  # (topic, content, retain)
        self.replies = {}  # end of the topic → function of the content

    def listen(self, *topics):
        self.device.subscribe(*topics, on_message=self._on_message)
        return self

    def answering(self, status, **more):
        self.replies["config"] = lambda c: {"hash": c["hash"], "status": status, **more}
        self.replies["commands"] = lambda c: {"id": c["id"], "status": status, **more}
        return self

    def _on_message(self, message):
        content = json.loads(message.payload) if message.payload else None
        self.heard.append((message.topic, content, message.retain))
        reply = self.replies.get(message.topic.split("/")[-1])
        if reply and content:
            self.device.send(reply(content), f"{message.topic}/ack")


def config_topic(device):
    return f"smartdairy/sensors/{device.type}/{device.id}/config"


@pytest.fixture
def told(make_device):
    """``told(device type)`` → a device that listens to what it is told."""

    def told(device_type="temperature", **values):
        device = make_device(device_type, **values)
        topics = [config_topic(device)]
        if device_type == "gateway":
            topics.append(f"smartdairy/gateway/{device.id}/commands")
        return Told(device).listen(*topics)

    return told


@pytest.fixture
def configs(odoo):
    """``configs(device)`` → its versions, the newest first."""

    def configs(device):
        domain = [("device_id.device_id", "=", device.id)]
        fields = ["state", "status_text", "reason", "reference", "version", "sent_at"]
        return odoo.search_read("iot.device.config", domain, fields)

    return configs


@pytest.fixture
def set_values(odoo):
    def set_values(device, **values):
        (record,) = odoo.call("iot.device", "search", [("device_id", "=", device.id)])
        odoo.call("iot.device", "write", [record], {"config_values": values})
        return record

    return set_values


@pytest.fixture
def wait_for_state(configs):
    def wait_for_state(device, state):
        return wait_until(
            lambda: [c for c in configs(device)[:1] if c["state"] == state],
            f"the configuration of {device.id} is {state}",
            seen=lambda: configs(device),
        )[0]

    return wait_for_state


@pytest.fixture
def rejected(odoo):
    def rejected(device):
        domain = [("device_ref", "=", device.id), ("reason", "=", "stale_answer")]
        rows = odoo.search_read("iot.rejected.message", domain, ["count"])
        return sum(row["count"] for row in rows)

    return rejected


def test_a_device_that_applies_its_configuration_is_seen_to_have_it(
    told, set_values, wait_for_state
):
    sensor = told().answering("applied")
    set_values(sensor.device, interval_seconds=30)
    config = wait_for_state(sensor.device, "applied")
    ((topic, content, _retain),) = sensor.heard
    assert topic == config_topic(sensor.device)
    assert content["hash"] == config["reference"]
    assert content["settings"] == {"interval_seconds": 30, "temperature_offset": 0}


def test_a_device_that_refuses_is_shown_with_its_reason(
    told, set_values, wait_for_state
):
    sensor = told().answering("refused", reason="battery too low for 5 s")
    set_values(sensor.device, interval_seconds=5)
    config = wait_for_state(sensor.device, "refused")
    assert config["reason"] == "battery too low for 5 s"


def test_a_device_that_comes_later_gets_the_newest_and_until_then_is_waited_for(
    make_device, set_values, wait_for_state, configs, odoo
):
    device = make_device()
    device.publish_status(False)
    device.close()
    record = set_values(device, interval_seconds=40)
    wait_for_state(device, "sent")
    set_values(device, interval_seconds=30)
    config = wait_until(
        lambda: [c for c in configs(device)[:1] if c["version"] == 2 and c["sent_at"]],
        "the second version is at the broker",
        seen=lambda: configs(device),
    )[0]
    wait_until(
        lambda: (
            not odoo.call("iot.device", "read", [record], ["is_online"])[0]["is_online"]
        ),
        "Odoo knows that it is offline",
    )
    assert "Waiting for the device" in configs(device)[0]["status_text"]

    later = Device(device.id, device.type)
    heard = Told(later).answering("applied").listen(config_topic(later))
    try:
        assert wait_for_state(device, "applied")["reference"] == config["reference"]
        assert [(c["version"], retain) for _t, c, retain in heard.heard] == [(2, True)]
        assert configs(device)[1]["state"] == "superseded"
    finally:
        later.close()


def test_an_answer_to_an_older_version_is_counted_as_rejected_and_changes_nothing(
    told, set_values, wait_for_state, configs, rejected
):
    sensor = told()
    set_values(sensor.device, interval_seconds=40)
    old = wait_for_state(sensor.device, "sent")
    set_values(sensor.device, interval_seconds=30)
    wait_until(
        lambda: len(sensor.heard) == 2,
        "both versions arrive",
        seen=lambda: sensor.heard,
    )
    answer = {"hash": old["reference"], "status": "applied"}
    sensor.device.publish(answer, f"{config_topic(sensor.device)}/ack")
    wait_until(lambda: rejected(sensor.device) == 1, "it is counted")
    assert [c["state"] for c in configs(sensor.device)] == ["sent", "superseded"]


def test_a_stranger_cannot_answer_for_a_device(
    told, make_device, set_values, wait_for_state, configs, rejected, admin
):
    sensor, stranger = told(), make_device()
    set_values(sensor.device, interval_seconds=30)
    config = wait_for_state(sensor.device, "sent")
    answer = {"hash": config["reference"], "status": "applied"}
    # The broker drops what is not the stranger's own topic …
    stranger.publish(answer, f"{config_topic(sensor.device)}/ack")
    # … and on its own topic the hash is not the stranger's; nor may a message that
    # came by another way name somebody else.
    stranger.publish(answer, f"{config_topic(stranger)}/ack")
    admin.publish(
        answer | {"device_id": stranger.id}, f"{config_topic(sensor.device)}/ack"
    )
    wait_until(lambda: rejected(stranger) and rejected(sensor.device), "both counted")
    assert rejected(sensor.device) == 1
    assert configs(sensor.device)[0]["state"] == "sent"


def test_a_gateway_obeys_a_command(told, odoo):
    gateway = told("gateway").answering("applied")
    (record,) = odoo.call(
        "iot.device", "search", [("device_id", "=", gateway.device.id)]
    )

    def send(command, minutes):
        values = {"device_ids": [(6, 0, [record])], "command": command}
        wizard = odoo.create("iot.command.send", values | {"minutes": minutes})
        action = odoo.call("iot.command.send", "action_confirm", [wizard])
        return action["domain"][0][2][0]

    def state(command):
        return odoo.call("iot.command", "read", [command], ["state"])[0]["state"]

    row = send("identify", 10)
    wait_until(
        lambda: state(row) == "applied",
        "the gateway has done it",
        seen=lambda: (state(row), gateway.heard),
    )
    topic, content, retain = gateway.heard[0]
    assert topic == f"smartdairy/gateway/{gateway.device.id}/commands"
    assert (content["command"], retain) == ("identify", False)
    until = datetime.fromisoformat(content["expires_at"])
    assert until > datetime.now(timezone.utc)


def test_a_gateway_configures_its_child_and_answers_for_nobody_else(
    told, make_device, odoo, set_values, wait_for_state, configs
):
    gateway = told("gateway").answering("applied")
    own = [("device_id", "=", gateway.device.id)]
    (parent,) = odoo.call("iot.device", "search", own)
    child = make_device("humidity", gateway_id=parent)
    stranger = make_device("humidity")
    base = f"smartdairy/gateway/{gateway.device.id}/children"
    gateway.listen(f"{base}/+/config")
    set_values(child, interval_seconds=30)
    assert wait_for_state(child, "applied")
    set_values(stranger, interval_seconds=30)
    config = wait_for_state(stranger, "sent")
    answer = {"hash": config["reference"], "status": "applied"}
    gateway.device.publish(answer, f"{base}/{stranger.id}/config/ack")
    refused = [("device_ref", "=", stranger.id), ("reason", "=", "not_a_child")]
    wait_until(
        lambda: odoo.call("iot.rejected.message", "search_count", refused),
        "it is counted",
    )
    assert configs(stranger)[0]["state"] == "sent"


def test_a_firmware_is_offered_fetched_and_applied_when_the_device_reports_it(
    told, odoo
):
    sensor = told().answering("applied")
    (record,) = odoo.call(
        "iot.device", "search", [("device_id", "=", sensor.device.id)]
    )
    content = uuid.uuid4().bytes * 5000
    version = f"9.{uuid.uuid4().hex[:6]}"
    firmware = odoo.create(
        "iot.firmware",
        {
            "device_type": "temperature",
            "version": version,
            "file": base64.b64encode(content).decode(),
        },
    )
    campaign = odoo.create(
        "iot.firmware.campaign",
        {"name": version, "firmware_id": firmware, "device_ids": [(6, 0, [record])]},
    )
    odoo.call("iot.firmware.campaign", "action_start", [campaign])

    def offer():
        return [c["firmware"] for _t, c, _r in sensor.heard if c and "firmware" in c]

    def target(field):
        domain = [("campaign_id", "=", campaign)]
        return odoo.search_read("iot.firmware.target", domain, [field])[0][field]

    (offered,) = wait_until(offer, "the offer arrives")
    path = "/" + offered["url"].split("/", 3)[3]
    answer = requests.get(odoo.url + path, timeout=30)
    assert answer.status_code == 200
    assert hashlib.sha256(answer.content).hexdigest() == offered["sha256"]
    assert target("state") == "downloading"
    wrong = requests.get(odoo.url + path[:-1] + "x", timeout=30)
    assert wrong.status_code == 404
    sensor.device.publish({"temperature": 3.8, "firmware": version})
    wait_until(lambda: target("reported") == version, "it reports it")
    odoo.call("iot.firmware.campaign", "action_pause", [campaign])
    odoo.call("iot.firmware.campaign", "action_resume", [campaign])
    assert target("state") == "applied"
