"""An alert leaves the house: device → broker → Odoo → webhook and topics."""

import base64
import hashlib
import hmac
import json
import uuid

import pytest

from tests.conftest import wait_until
from tests.support.device import Device
from tests.support.http_sink import HttpSink


@pytest.fixture
def sink():
    with HttpSink() as sink:
        yield sink


@pytest.fixture
def webhook(odoo, farm, sink):
    """An endpoint that verifies: ``(id, secret)``."""
    values = {"name": "Test", "url": sink.url, "farm_ids": [(6, 0, [farm])]}
    webhook = odoo.create("iot.webhook", values)
    action = odoo.call("iot.webhook", "action_show_secret", [webhook])
    yield webhook, action["context"]["default_secret"]
    odoo.call("iot.webhook", "unlink", [webhook])


@pytest.fixture
def screen(request):
    """A read-only screen: ``screen(filter)`` → list of ``(topic, content, retain)``."""

    def screen(topic):
        name = f"screen-{uuid.uuid4().hex[:8]}"
        client = Device(name, "temperature", common_name="dashboard")
        request.addfinalizer(client.close)
        heard = []

        def on_message(message):
            content = json.loads(message.payload) if message.payload else None
            heard.append((message.topic, content, message.retain))

        client.subscribe(topic, on_message=on_message)
        return heard

    return screen


def is_signed(received, secret):
    headers = {name.lower(): value for name, value in received.headers.items()}
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode()
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, signed + received.body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}" in headers["webhook-signature"]


def test_an_alert_is_told_to_other_programs_and_screens_until_it_is_over(
    make_device, odoo, farm, sink, webhook, screen
):
    device = make_device()
    topic = f"smartdairy/alerts/{farm}/{device.id}"
    heard = screen(topic)
    device.publish({"temperature": 9.1})
    domain = [("device_id.device_id", "=", device.id)]
    (alert,) = wait_until(
        lambda: odoo.search_read("iot.alert", domain, ["id"]), "the alert"
    )

    def told(event):
        contents = [(json.loads(one.body), one) for one in sink.received]
        return [one for one in contents if one[0]["type"] == f"alert.{event}"]

    wait_until(
        lambda: told("raised"),
        "the webhook hears of the breach",
        seen=lambda: [one.body for one in sink.received],
    )
    odoo.call("iot.alert", "action_acknowledge", [alert["id"]])
    (content, received) = wait_until(
        lambda: told("acknowledged"), "and of who has seen it"
    )[0]
    assert is_signed(received, webhook[1])
    assert content["data"]["alert"]["device_id"] == device.id

    wait_until(lambda: heard, "the news")
    late = screen(topic)
    wait_until(lambda: late, "what is retained")
    _topic, content, is_retained = late[0]
    assert is_retained
    assert [one["id"] for one in content["open"]] == [alert["id"]]

    odoo.call("iot.alert", "action_dismiss", [alert["id"]], "a test")
    wait_until(lambda: heard[-1][1] is None, "nothing is retained", seen=lambda: heard)
    assert heard[-2][1]["open"] == []
