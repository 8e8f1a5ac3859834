"""Devices that are not registered: their messages are kept, not refused."""

import json

import pytest

from smartdairy_iot.ingest.decode import decode
from smartdairy_iot.ingest.message import Reason, Stranger
from smartdairy_iot.tests.pure.builders import DEVICES, NOW, make_message

DATA = {"temperature": 3.8}


def test_the_message_of_an_unknown_device_is_kept_as_it_came():
    message = make_message(DATA, topic="smartdairy/sensors/temperature/TEMP-9/data")
    decoded = decode(message, DEVICES)
    expected = Stranger("TEMP-9", message.topic, message.payload, NOW, "temperature")
    assert decoded.strangers == [expected]
    assert not (decoded.samples or decoded.rejections)


def test_an_unknown_device_that_only_says_it_is_online_has_no_type_yet():
    message = make_message({"online": True}, topic="smartdairy/status/TEMP-9")
    (stranger,) = decode(message, DEVICES).strangers
    assert (stranger.device_ref, stranger.device_type) == ("TEMP-9", None)


def test_what_the_broker_repeats_of_an_unknown_device_is_not_kept():
    for topic in ("smartdairy/status/TEMP-9", "smartdairy/gateway/GW-9/data"):
        decoded = decode(make_message(DATA, topic=topic, retain=True), DEVICES)
        assert not (decoded.strangers or decoded.rejections)


def test_garbage_of_an_unknown_device_is_refused_not_kept():
    topic = "smartdairy/sensors/temperature/TEMP-9/data"
    decoded = decode(make_message(b"garbage", topic=topic), DEVICES)
    assert [rejection.reason for rejection in decoded.rejections] == [Reason.NOT_JSON]
    assert not decoded.strangers


@pytest.mark.parametrize(
    ("record", "device_type"),
    [
        ({"humidity": 71}, "humidity"),
        ({"temperature": 3.8, "humidity": 71}, "temperature"),
        ({"session_id": "S-1", "temperature": 37}, "milk_meter"),
        ({"ph": 6.7}, "ph_sensor"),
        ({"value": 1}, None),
    ],
)
def test_of_a_gateways_unknown_child_only_its_own_record_is_kept(record, device_type):
    record = {"device_id": "NEW-9", **record}
    good = {"device_id": "HUM-1", "humidity": 71}
    message = make_message({"readings": [good, record, good]}, "GW-1")
    decoded = decode(message, DEVICES)
    assert len(decoded.samples) == 2
    (stranger,) = decoded.strangers
    assert stranger.device_ref == "NEW-9"
    assert stranger.gateway_id == "GW-1"
    assert stranger.device_type == device_type
    assert json.loads(stranger.payload) == {"readings": [record]}


def test_the_kept_record_decodes_once_the_child_is_known():
    record = {"device_id": "NEW-9", "humidity": 71}
    message = make_message({"readings": [record]}, "GW-1")
    (stranger,) = decode(message, DEVICES).strangers
    child = DEVICES["HUM-1"]._replace(device_id="NEW-9")
    fleet = type(DEVICES)({**DEVICES, "NEW-9": child})
    again = message._replace(payload=stranger.payload)
    (sample,) = decode(again, fleet).samples
    assert (sample.device_id, sample.values) == ("NEW-9", {"humidity": 71.0})
