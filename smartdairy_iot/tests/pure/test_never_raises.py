"""Whatever arrives: the line goes on, nothing is lost, and what is left can be stored.

One interpreter reads all of it: what it remembers of a device must not break it either.
"""

import json
from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from smartdairy_iot.ingest import topic as topics
from smartdairy_iot.ingest.codec.number import READING_TYPES
from smartdairy_iot.ingest.codec.timestamp import EARLIEST, MAX_AHEAD
from smartdairy_iot.ingest.device import Fleet, Route
from smartdairy_iot.ingest.interpret import Interpreter
from smartdairy_iot.ingest.mapping import Mapping, MappingField
from smartdairy_iot.ingest.message import Fault, Message, Reason
from smartdairy_iot.ingest.rows import to_rows
from smartdairy_iot.ingest.template import TopicTemplate
from smartdairy_iot.tests.pure.builders import DEVICES, NOW, make_device, make_rule

TASMOTA = Mapping(
    (
        MappingField("DS18B20.Temperature", "temperature", unit="=TempUnit"),
        MappingField("SI7021.Temperature", "temperature", channel="TEMP-3"),
        MappingField("Time", "timestamp"),
    )
)
HISTORY = Mapping(
    (
        MappingField("t", "temperature"),
        MappingField("to_number(h)", "humidity"),
        MappingField("at", "timestamp"),
    ),
    records="history",
    device="dev",
)
LIMITS = {"temperature": (make_rule(),)}
FLEET = Fleet(
    DEVICES
    | {
        device_id: DEVICES[device_id]._replace(
            limits=dict.fromkeys(("raw_milk", "storage"), LIMITS)
        )
        for device_id in ("TEMP-1", "TEMP-US")
    }
    | {"TEMP-3": make_device("TEMP-3", gateway_id="TEMP-1")},
    keys={(1, "kitchen"): "TEMP-1", (2, "tank"): "TEMP-US"},
    routes=[
        Route(1, TopicTemplate("tele/{device}/SENSOR"), TASMOTA, "temperature"),
        Route(2, TopicTemplate("vendor/#"), HISTORY, "temperature"),
    ],
)
INTERPRETER = Interpreter(FLEET)

VALID = {
    "smartdairy/sensors/temperature/TEMP-1/data": {
        "temperature": 38.8,
        "unit": "°F",
        "humidity": 81,
        "location_type": "storage",
        "location_id": 7,
        "battery": 93,
        "signal": 71,
        "firmware": "1.4.2",
        "timestamp": "2026-01-05T05:59:58.250Z",
    },
    "smartdairy/sensors/temperature/TEMP-US/data": [
        {"value": 85, "timestamp": 1767589200},
        {"temperature": "-196.6", "timestamp": "2026-01-05 05:10:00"},
    ],
    "smartdairy/sensors/milk_meter/MILK-1/data": {
        "type": "reading",
        "session_id": "s-1",
        "animal_id": 12,
        "volume": 3,
        "units": {"volume": "gal", "somatic_cell_count": "10^3/mL"},
        "conductivity": 5.1,
        "somatic_cell_count": 120,
    },
    "smartdairy/sensors/ph_sensor/PH-1/data": {"value": 6.7, "temperature": 4},
    "smartdairy/gateway/GW-1/data": {
        "readings": [
            {"device_id": "HUM-1", "humidity": 0.81, "unit": "ratio"},
            {"device_id": "TEMP-2", "temperature": 3.8},
            {"device_id": "HUM-9", "humidity": 81},
        ]
    },
    "smartdairy/status/TEMP-1": {"online": True},
    "tele/kitchen/SENSOR": {
        "Time": "2026-01-05T05:00:00",
        "DS18B20": {"Temperature": 39.2},
        "SI7021": {"Temperature": 4},
        "TempUnit": "F",
    },
    "vendor/farm": {
        "dev": "tank",
        "history": [{"t": 3.8, "h": "81", "at": 1767589200000}, {"t": 3.9}],
    },
}
KEYS = [
    *READING_TYPES,
    *("value", "somatic_cell_count", "timestamp", "firmware", "location_id"),
    *("location_type", "type", "session_id", "animal_id", "device_id", "online"),
    *("unit", "units", "temperature_unit", "value_unit", "battery_unit", "readings"),
    *("DS18B20", "Temperature", "TempUnit", "Time", "dev", "history", "t", "h", "at"),
]
UNITS = ["°F", "K", "ratio", "gal", "µS/cm", "10^3/mL", "kPa", "X", "℃"]
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None))
    | st.sampled_from([*FLEET, *UNITS, "3.8", "session_end", "kitchen", "tank"])
    | st.sampled_from(["2026-01-05T05:30:00", "20260105T053000,5 +0100", 4e9, 85, -127])
    | st.integers(-(10**400), 10**400)
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)
    ),
    max_leaves=6,
)
records = st.dictionaries(st.sampled_from(KEYS), values, max_size=6)
payloads = (
    values
    | records
    | st.lists(records | values, max_size=4)
    | st.fixed_dictionaries({"readings": st.lists(records, max_size=3)})
)
good_topics = st.sampled_from(list(VALID))
words = st.sampled_from(
    ["smartdairy", "sensors", "gateway", "status", "temperature", "data", "config"]
    + ["ack", "commands", "TEMP-1", "TEMP-9", "tele", "SENSOR", "vendor", "kitchen", ""]
)
any_topic = (
    good_topics | st.lists(words | st.text(), max_size=6).map("/".join) | st.text()
)


@given(topic=any_topic, payload=st.binary(), retain=st.booleans())
@example(topic="smartdairy/status/\0\ud800", payload=b"true", retain=True)
@example(topic="", payload=b"{}", retain=False)
def test_any_bytes_on_any_topic_are_accounted_for(topic, payload, retain):
    read(Message(topic, payload, NOW, retain))


@given(topic=any_topic, payload=payloads, retain=st.booleans())
def test_any_json_on_any_topic_is_accounted_for(topic, payload, retain):
    read(Message(topic, json.dumps(payload).encode(), NOW, retain))


@given(topic=good_topics, payload=payloads)
def test_any_json_from_a_device_is_accounted_for(topic, payload):
    read(Message(topic, json.dumps(payload).encode(), NOW))


@given(
    topic=good_topics,
    at=st.integers(0, 400),
    cut=st.integers(0, 5),
    put=st.binary(max_size=5),
)
def test_a_good_message_that_was_damaged_on_its_way_is_accounted_for(
    topic, at, cut, put
):
    raw = json.dumps(VALID[topic], ensure_ascii=False).encode()
    read(Message(topic, raw[:at] + put + raw[at + cut :], NOW))


@given(topic=good_topics, changes=records, data=st.data())
def test_a_good_message_with_wrong_values_is_accounted_for(topic, changes, data):
    payload = json.loads(json.dumps(VALID[topic]))
    inner = [*_objects(payload)]
    data.draw(st.sampled_from(inner)).update(changes)
    read(Message(topic, json.dumps(payload).encode(), NOW))


@given(payload=records.map(lambda record: {"temperature": 3.8} | record))
def test_a_reading_is_either_stored_or_refused(payload):
    raw = json.dumps(payload).encode()
    decoded = read(Message("smartdairy/sensors/temperature/TEMP-1/data", raw, NOW))
    assert len(decoded.samples) + len(decoded.rejections) == 1


@pytest.mark.parametrize("topic", VALID)
def test_the_good_messages_are_good(topic):
    decoded = read(Message(topic, json.dumps(VALID[topic]).encode(), NOW))
    assert decoded.samples or decoded.statuses
    assert not decoded.rejections


def _objects(payload):
    """Every JSON object in it."""
    if isinstance(payload, dict):
        yield payload
    if isinstance(payload, (dict, list)):
        for inner in payload.values() if isinstance(payload, dict) else payload:
            yield from _objects(inner)


def read(message):
    """What the line makes of it: all of it can be stored, and none of it is lost."""
    decoded = INTERPRETER.read(message)
    assert_accounted(message, decoded)
    for rejection in decoded.rejections:
        assert rejection.reason in set(Reason) - {Reason.INTERNAL_ERROR}, rejection
        assert isinstance(rejection.detail, str) and rejection.detail
        assert rejection.device_id is None or rejection.device_id in FLEET
    for stranger in decoded.strangers:
        assert isinstance(stranger.device_ref, str)
        # At a profile's topic it is a key at the source, whatever devices are called.
        assert stranger.profile_id or stranger.device_ref not in FLEET
        assert isinstance(stranger.payload, bytes)
        assert stranger.device_type in (None, *topics.DEVICE_TYPES)
    for sample in decoded.samples:
        assert_storable(sample)
    for rows in to_rows(decoded.samples):
        for line in rows.lines:
            assert line.count("\n") == 1 and line.endswith("\n")
            assert line.count("\t") == len(rows.columns) - 1
            assert "\0" not in line
            assert line.encode()  # raises for a lone surrogate
    return decoded


def assert_accounted(message, decoded):
    outcomes = (
        decoded.samples
        + decoded.statuses
        + decoded.rejections
        + decoded.strangers
        + decoded.answers
    )
    if not (outcomes or message.retain or is_empty_history(message)):
        assert topics.parse(message.topic).kind == "outgoing"


def is_empty_history(message):
    """A mapped message may have nothing to report."""
    if message.topic.startswith("smartdairy/"):
        return False
    payload = json.loads(message.payload)
    return [] in (payload, isinstance(payload, dict) and payload.get("history"))


def assert_storable(sample):
    assert sample.device_id in FLEET
    assert EARLIEST <= sample.time <= NOW + MAX_AHEAD
    assert sample.time.utcoffset() == timedelta(0)
    for reading_type, value in sample.values.items():
        _unit, low, high = READING_TYPES[reading_type]
        assert type(value) is (int if reading_type == "scc" else float)
        assert low <= value <= high
    for percent in (sample.battery, sample.signal):
        assert percent is None or (type(percent) is int and 0 <= percent <= 100)
    assert sample.faults.keys() <= sample.values.keys()
    assert set(sample.faults.values()) <= set(Fault)
    assert sample.alarms.keys() <= sample.values.keys() - sample.faults.keys()
    for number, unit in (sample.original or {}).values():
        assert type(number) is float and unit and unit.isprintable()
    for kept in (sample.metadata or {}).values():
        assert "\0" not in str(kept)
        assert str(kept).encode()  # raises for a lone surrogate
