"""Good input: what is read from messages as devices really send them."""

import json

import pytest

from smartdairy_iot.ingest.decode import decode
from smartdairy_iot.ingest.message import Reason, StatusChange
from smartdairy_iot.tests.pure.builders import DEVICES, NOW, at, make_message


def decode_one(payload, device_id="TEMP-1", **changes):
    decoded = decode(make_message(payload, device_id, **changes), DEVICES)
    assert not decoded.rejections
    (sample,) = decoded.samples
    return sample


def test_a_temperature_message_is_read_with_all_that_accompanies_it():
    sample = decode_one(
        {
            "temperature": 3.8,
            "humidity": 81,
            "location_type": "storage",
            "location_id": 7,
            "battery": 93,
            "signal": 71,
            "firmware": "1.4.2",
            "timestamp": "2026-01-05T05:59:58.250Z",
        }
    )
    assert (sample.device_id, sample.device_type) == ("TEMP-1", "temperature")
    assert (sample.time, sample.received_at) == (at(-1.75), NOW)
    assert sample.values == {"temperature": 3.8, "humidity": 81.0}
    assert (sample.location_type, sample.location_id) == ("storage", 7)
    assert (sample.battery, sample.signal, sample.firmware) == (93, 71, "1.4.2")


@pytest.mark.parametrize(
    ("device_id", "payload", "values"),
    [
        ("TEMP-1", {"temperature": 4}, {"temperature": 4.0}),
        ("TEMP-1", {"value": 3.8}, {"temperature": 3.8}),
        ("TEMP-1", {"temperature": None, "value": 3.8}, {"temperature": 3.8}),
        ("TEMP-1", {"temperature": 3.8, "value": 99}, {"temperature": 3.8}),
        ("TEMP-1", {"temperature": 3.8, "humidity": None}, {"temperature": 3.8}),
        ("TEMP-1", {"temperature": "3.8"}, {"temperature": 3.8}),
        ("TEMP-1", {"temperature": " -3.8e0 "}, {"temperature": -3.8}),
        ("TEMP-1", {"temperature": 0}, {"temperature": 0.0}),
        ("PH-1", {"ph": 6.7}, {"ph": 6.7}),
        ("PH-1", {"value": 6.7}, {"ph": 6.7}),
        ("PH-1", {"ph": 6.7, "value": 1}, {"ph": 6.7}),
        ("PH-1", {"value": 1, "ph": 6.7}, {"ph": 6.7}),
        ("FLOW-1", {"flow_rate": 12.2}, {"flow_rate": 12.2}),
        ("MILK-1", {"volume": 0.5, "fat_percent": None}, {"volume": 0.5}),
        ("MILK-1", {"conductivity": 5.1}, {"conductivity": 5.1}),
    ],
)
def test_the_value_is_found_under_each_name_it_may_have(device_id, payload, values):
    sample = decode_one(payload, device_id)
    assert sample.values == values
    assert all(type(value) is float for value in sample.values.values())


@pytest.mark.parametrize("location_id", ["7", " 7 ", 7.0])
def test_the_number_of_a_place_may_be_written_as_devices_write_numbers(location_id):
    sample = decode_one({"temperature": 3.8, "location_id": location_id})
    assert (type(sample.location_id), sample.location_id) == (int, 7)


@pytest.mark.parametrize("battery", ["full", True, -1, 101, None, [], 10**400])
def test_a_nonsensical_battery_does_not_cost_the_temperature(battery):
    sample = decode_one({"temperature": 3.8, "battery": battery, "signal": "70.6"})
    assert (sample.battery, sample.signal) == (None, 71)


@pytest.mark.parametrize("firmware", [1.4, "", "v\n2", "v\0", "\u03b2", None])
def test_a_firmware_that_its_column_cannot_hold_is_left_out(firmware):
    assert decode_one({"temperature": 3, "firmware": firmware}).firmware is None


def test_a_long_firmware_is_cut_to_its_column():
    assert decode_one({"temperature": 3, "firmware": "v" * 99}).firmware == "v" * 30


def test_a_retained_reading_is_the_broker_s_copy_and_not_counted_again():
    decoded = decode(make_message({"temperature": 3.8}, retain=True), DEVICES)
    assert not (decoded.samples or decoded.statuses or decoded.rejections)


@pytest.mark.parametrize("retain", [True, False])
@pytest.mark.parametrize(
    ("payload", "is_online"),
    [
        ({"online": True}, True),
        ({"online": False}, False),
        ({"status": "offline"}, False),
        ({"online": "ONLINE "}, True),
        ("offline", False),
        (True, True),
    ],
)
def test_a_status_is_taken_also_when_it_was_retained(payload, is_online, retain):
    topic = "smartdairy/status/TEMP-1"
    decoded = decode(make_message(payload, topic=topic, retain=retain), DEVICES)
    assert decoded.statuses == [StatusChange("TEMP-1", is_online, NOW, retain)]
    assert not decoded.samples and not decoded.rejections


def test_a_backfill_is_one_message_with_a_sample_for_each_record():
    backfill = [
        {"temperature": 3.5, "timestamp": "2026-01-05T03:00:00Z"},
        {"temperature": 3.6, "timestamp": "2026-01-05T04:00:00Z"},
    ]
    decoded = decode(make_message(backfill), DEVICES)
    assert [sample.time for sample in decoded.samples] == [at(-10_800), at(-7_200)]
    assert {sample.received_at for sample in decoded.samples} == {NOW}


def test_a_gateway_s_record_is_decoded_as_the_child_s_own_message_would_be():
    records = [
        {"device_id": "TEMP-2", "temperature": 3.8, "battery": 50},
        {"device_id": "HUM-1", "value": 71},
        {"device_id": "GW-1", "battery": 88},
    ]
    decoded = decode(make_message({"readings": records}, "GW-1"), DEVICES)
    assert not decoded.rejections
    assert [(s.device_id, s.device_type, s.values) for s in decoded.samples] == [
        ("TEMP-2", "temperature", {"temperature": 3.8}),
        ("HUM-1", "humidity", {"humidity": 71.0}),
        ("GW-1", "gateway", {"battery": 88.0}),
    ]


BAD_RECORDS = [
    ("not an object", 3.8, Reason.WRONG_SHAPE, None),
    ("without its device", {"humidity": 71}, Reason.WRONG_SHAPE, None),
    ("a number as device", {"device_id": 12}, Reason.WRONG_SHAPE, None),
    ("an object as device", {"device_id": {"id": 1}}, Reason.WRONG_SHAPE, None),
    ("inactive", {"device_id": "TEMP-OFF"}, Reason.INACTIVE_DEVICE, "TEMP-OFF"),
    ("no child", {"device_id": "TEMP-1", "value": 3}, Reason.NOT_A_CHILD, "TEMP-1"),
    ("another's", {"device_id": "PRES-1", "value": 2}, Reason.NOT_A_CHILD, "PRES-1"),
    ("another gateway", {"device_id": "GW-2"}, Reason.NOT_A_CHILD, "GW-2"),
    ("without value", {"device_id": "HUM-1"}, Reason.MISSING_VALUE, "HUM-1"),
]


@pytest.mark.parametrize(
    ("record", "reason", "device_id"),
    [row[1:] for row in BAD_RECORDS],
    ids=[row[0] for row in BAD_RECORDS],
)
def test_a_bad_record_of_a_gateway_is_refused_alone(record, reason, device_id):
    good = {"device_id": "HUM-1", "humidity": 71}
    message = make_message({"readings": [good, record, good]}, "GW-1")
    decoded = decode(message, DEVICES)
    assert [sample.device_id for sample in decoded.samples] == ["HUM-1", "HUM-1"]
    assert [(r.reason, r.device_id) for r in decoded.rejections] == [
        (reason, device_id)
    ]


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"readings": None},
        {"readings": []},
        {"readings": "none", "battery": 88},
        {"device_id": "TEMP-2", "temperature": 3.8},
        1,
    ],
)
def test_a_gateway_message_without_records_is_refused(payload):
    decoded = decode(make_message(payload, "GW-1"), DEVICES)
    (rejection,) = decoded.rejections
    assert rejection.reason is Reason.WRONG_SHAPE
    assert "readings" in rejection.detail
    assert not decoded.heard


def test_what_a_gateway_says_beside_its_records_is_of_itself():
    records = [{"device_id": "HUM-1", "humidity": 71, "battery": 50}]
    own = {"battery": 88, "signal": 64, "firmware": "2.1"}
    decoded = decode(make_message({"readings": records} | own, "GW-1"), DEVICES)
    gateway, child = decoded.samples
    assert (gateway.device_id, gateway.battery, gateway.signal) == ("GW-1", 88, 64)
    assert gateway.values == {"battery": 88.0, "signal": 64.0}
    assert gateway.firmware == "2.1"
    assert (child.device_id, child.battery, child.firmware) == ("HUM-1", 50, None)


@pytest.mark.parametrize("readings", [{}, {"readings": None}, {"readings": []}])
def test_a_gateway_may_speak_of_nothing_but_itself(readings):
    decoded = decode(make_message({"battery": 88} | readings, "GW-1"), DEVICES)
    assert [sample.values for sample in decoded.samples] == [{"battery": 88.0}]
    assert not decoded.rejections


def test_what_is_wrong_with_a_gateway_itself_costs_none_of_its_children():
    records = [{"device_id": "HUM-1", "humidity": 71}]
    message = make_message({"readings": records, "signal": "weak"}, "GW-1")
    decoded = decode(message, DEVICES)
    assert [sample.device_id for sample in decoded.samples] == ["HUM-1"]
    assert [(r.reason, r.device_id) for r in decoded.rejections] == [
        (Reason.NOT_A_NUMBER, "GW-1")
    ]


def test_the_time_of_a_gateways_message_is_that_of_its_records_without_one():
    records = [
        {"device_id": "HUM-1", "humidity": 71},
        {"device_id": "TEMP-2", "temperature": 3.8, "timestamp": at(-60).timestamp()},
        {"device_id": "NEW-1", "humidity": 71},
    ]
    sent_at = "2026-01-05T05:00:00Z"
    message = make_message({"readings": records, "timestamp": sent_at}, "GW-1")
    decoded = decode(message, DEVICES)
    assert [sample.time for sample in decoded.samples] == [at(-3600), at(-60)]
    assert all(sample.has_own_time for sample in decoded.samples)
    (stranger,) = decoded.strangers
    assert json.loads(stranger.payload)["readings"][0]["timestamp"] == sent_at


def test_a_gateway_that_speaks_for_others_is_heard_itself():
    records = [{"device_id": "HUM-1", "humidity": "?"}]
    decoded = decode(make_message({"readings": records}, "GW-1"), DEVICES)
    assert decoded.heard == [("GW-1", NOW)]
