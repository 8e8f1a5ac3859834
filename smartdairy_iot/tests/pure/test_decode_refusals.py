"""Bad input: each message is refused with the reason that tells what to repair."""

import json

import pytest

from smartdairy_iot.ingest.codec import telemetry
from smartdairy_iot.ingest.decode import MAX_PAYLOAD, decode
from smartdairy_iot.ingest.message import Message, Reason
from smartdairy_iot.tests.pure.builders import DEVICES, NOW, make_message

PAYLOADS = [
    ("not UTF-8", b'{"temperature": 3.8, "unit": "\xb0C"}', Reason.NOT_UTF8),
    ("nothing", b"", Reason.NOT_JSON),
    ("cut off", b'{"temperature": 3.', Reason.NOT_JSON),
    ("plain text", b"temperature=3.8", Reason.NOT_JSON),
    ("two objects", b'{"temperature": 3.8}{"temperature": 3.9}', Reason.NOT_JSON),
    ("nested too deeply", b"[" * 60_000, Reason.NOT_JSON),
    ("NaN", b'{"temperature": NaN}', Reason.NOT_JSON),
    ("Infinity", b'{"temperature": -Infinity}', Reason.NOT_JSON),
    ("100 KB of garbage", b"\xde\xad" * 50_000, Reason.TOO_LARGE),
    ("100 KB of JSON", json.dumps([3.8] * 20_000).encode(), Reason.TOO_LARGE),
    ("a number", 3.8, Reason.WRONG_SHAPE),
    ("a string", "3.8", Reason.WRONG_SHAPE),
    ("null", None, Reason.WRONG_SHAPE),
    ("an empty list", [], Reason.WRONG_SHAPE),
    ("a list of numbers", [3.8], Reason.WRONG_SHAPE),
    ("an empty object", {}, Reason.MISSING_VALUE),
    ("a value that is null", {"temperature": None}, Reason.MISSING_VALUE),
    ("only what is secondary", {"humidity": 81}, Reason.MISSING_VALUE),
    ("a boolean", {"temperature": True}, Reason.NOT_A_NUMBER),
    ("an empty string", {"temperature": ""}, Reason.NOT_A_NUMBER),
    ("a word", {"temperature": "warm"}, Reason.NOT_A_NUMBER),
    ("a decimal comma", {"temperature": "3,8"}, Reason.NOT_A_NUMBER),
    ("a Python number", {"temperature": "3_8"}, Reason.NOT_A_NUMBER),
    ("a number with its unit", {"temperature": "3.8 °C"}, Reason.NOT_A_NUMBER),
    ("NaN as a string", {"temperature": "NaN"}, Reason.NOT_A_NUMBER),
    ("a list as value", {"temperature": [3.8]}, Reason.NOT_A_NUMBER),
    ("an object as value", {"temperature": {"c": 3.8}}, Reason.NOT_A_NUMBER),
    ("more than a double holds", b'{"temperature": 1e999}', Reason.NOT_A_NUMBER),
    ("a huge integer", {"temperature": 10**400}, Reason.NOT_A_NUMBER),
    ("a bad second value", {"temperature": 3, "humidity": "x"}, Reason.NOT_A_NUMBER),
    ("hotter than any sensor", {"temperature": 251}, Reason.OUT_OF_RANGE),
    ("below absolute zero", {"temperature": -274}, Reason.OUT_OF_RANGE),
    ("wetter than water", {"temperature": 3, "humidity": 101}, Reason.OUT_OF_RANGE),
    ("no such place", {"temperature": 3, "location_type": "moon"}, Reason.WRONG_SHAPE),
    ("a place as list", {"temperature": 3, "location_type": []}, Reason.WRONG_SHAPE),
    ("a place below 0", {"temperature": 3, "location_id": -1}, Reason.WRONG_SHAPE),
    ("a place in words", {"temperature": 3, "location_id": "a"}, Reason.WRONG_SHAPE),
    ("half a place", {"temperature": 3, "location_id": 7.5}, Reason.WRONG_SHAPE),
    ("a true place", {"temperature": 3, "location_id": True}, Reason.WRONG_SHAPE),
    ("a huge place", {"temperature": 3, "location_id": 2**31}, Reason.WRONG_SHAPE),
    ("a clock not set", {"temperature": 3, "timestamp": 0}, Reason.BAD_TIMESTAMP),
    ("no time at all", {"temperature": 3, "timestamp": "soon"}, Reason.BAD_TIMESTAMP),
    ("the future", {"temperature": 3, "timestamp": 4e9}, Reason.FUTURE_TIMESTAMP),
]
TOPICS = [
    ("smartdairy/sensors/temperature/TEMP-1", Reason.WRONG_TOPIC),
    ("smartdairy/sensors/thermometer/TEMP-1/data", Reason.WRONG_TOPIC),
    ("smartdairy/sensors/temperature/TEMP-OFF/data", Reason.INACTIVE_DEVICE),
    ("smartdairy/sensors/humidity/TEMP-1/data", Reason.WRONG_DEVICE_TYPE),
    ("smartdairy/gateway/TEMP-1/data", Reason.WRONG_DEVICE_TYPE),
]


@pytest.mark.parametrize(
    ("payload", "reason"), [row[1:] for row in PAYLOADS], ids=[r[0] for r in PAYLOADS]
)
def test_a_payload_without_a_usable_reading_is_refused(payload, reason):
    decoded = decode(make_message(payload), DEVICES)
    assert [rejection.reason for rejection in decoded.rejections] == [reason]
    assert not decoded.samples and not decoded.statuses


@pytest.mark.parametrize(("topic", "reason"), TOPICS)
def test_a_good_payload_from_the_wrong_place_is_refused(topic, reason):
    message = make_message({"temperature": 3.8, "online": True}, topic=topic)
    decoded = decode(message, DEVICES)
    assert [rejection.reason for rejection in decoded.rejections] == [reason]
    assert not decoded.samples and not decoded.statuses


def test_a_refusal_shows_the_administrator_what_came_from_where_and_when():
    message = make_message({"temperature": "warm"})
    (rejection,) = decode(message, DEVICES).rejections
    assert rejection.detail == "temperature is 'warm', not a number"
    assert rejection.device_id == "TEMP-1"
    assert rejection[2:5] == (message.topic, message.payload, NOW)


def test_a_payload_of_exactly_the_largest_size_is_still_taken():
    raw = b'{"temperature": 3.8}'.ljust(MAX_PAYLOAD)
    assert len(decode(make_message(raw), DEVICES).samples) == 1
    (rejection,) = decode(make_message(raw + b" "), DEVICES).rejections
    assert rejection.reason is Reason.TOO_LARGE


def break_codec(monkeypatch):
    """As a bug would: the codec stumbles over one certain timestamp."""

    def to_time(raw, received_at, tz):
        if raw == "bug":
            raise ZeroDivisionError("division by zero")
        return received_at

    monkeypatch.setattr(telemetry, "to_time", to_time)


def test_a_bug_in_a_codec_becomes_a_refusal_and_does_not_stop_the_line(monkeypatch):
    break_codec(monkeypatch)
    message = make_message({"temperature": 3.8, "timestamp": "bug"})
    (rejection,) = decode(message, DEVICES).rejections
    assert rejection.reason is Reason.INTERNAL_ERROR
    assert rejection.detail == "ZeroDivisionError: division by zero"


@pytest.mark.parametrize("device_id", ["TEMP-2", "GW-1"])
def test_a_bug_met_by_one_record_does_not_cost_the_records_after_it(
    device_id, monkeypatch
):
    break_codec(monkeypatch)
    records = [
        {"device_id": "TEMP-2", "temperature": 3.7},
        {"device_id": "TEMP-2", "temperature": 3.8, "timestamp": "bug"},
        {"device_id": "TEMP-2", "temperature": 3.9},
    ]
    decoded = decode(make_message(records, device_id), DEVICES)
    assert [sample.values["temperature"] for sample in decoded.samples] == [3.7, 3.9]
    assert [r.reason for r in decoded.rejections] == [Reason.INTERNAL_ERROR]


@pytest.mark.parametrize("payload", [{"online": 1}, {"online": None}, {}, "away", 0])
def test_a_status_that_says_neither_online_nor_offline_is_refused(payload):
    message = make_message(payload, topic="smartdairy/status/TEMP-1")
    decoded = decode(message, DEVICES)
    assert [r.reason for r in decoded.rejections] == [Reason.WRONG_SHAPE]
    assert not decoded.statuses


def test_a_bad_record_of_a_backfill_does_not_cost_its_neighbours():
    backfill = [
        {"temperature": 3.7, "timestamp": "2026-01-05T05:00:00Z"},
        "garbage",
        {"temperature": None, "timestamp": "2026-01-05T05:10:00Z"},
        {"temperature": 3.9, "timestamp": "2026-01-05T05:20:00Z"},
    ]
    decoded = decode(make_message(backfill), DEVICES)
    assert [sample.values["temperature"] for sample in decoded.samples] == [3.7, 3.9]
    reasons = [rejection.reason for rejection in decoded.rejections]
    assert reasons == [Reason.WRONG_SHAPE, Reason.MISSING_VALUE]


def test_every_reason_that_decoding_can_give_is_tested():
    tested = {reason for *_rest, reason in PAYLOADS + TOPICS}
    elsewhere = {
        Reason.NOT_A_CHILD,
        Reason.UNKNOWN_UNIT,
        Reason.UNKNOWN_DEVICE,  # given by the quarantine, when it is full
        Reason.INTERNAL_ERROR,
        Reason.STORE_REFUSED,
    }
    assert tested | elsewhere == set(Reason)


def test_a_topic_that_no_codec_answers_for_is_ignored_and_not_refused():
    for topic in ("sensors/temperature/TEMP-1/config", "gateway/GW-1/commands"):
        decoded = decode(Message(f"smartdairy/{topic}", b"\xff", NOW), DEVICES)
        assert not (decoded.samples or decoded.statuses or decoded.rejections)


def test_what_cannot_be_read_at_its_own_topic_is_the_devices():
    (rejection,) = decode(make_message(b"garbage"), DEVICES).rejections
    assert (rejection.reason, rejection.device_id) == (Reason.NOT_JSON, "TEMP-1")
