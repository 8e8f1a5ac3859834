"""Whatever arrives: the line goes on, and what comes out can be stored."""

import json
from datetime import timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from smartdairy_iot.ingest.codec.number import READING_TYPES
from smartdairy_iot.ingest.codec.timestamp import EARLIEST, MAX_AHEAD
from smartdairy_iot.ingest.decode import decode
from smartdairy_iot.ingest.message import Message, Reason
from smartdairy_iot.ingest.rows import to_rows
from smartdairy_iot.tests.pure.builders import DEVICES, NOW

TOPICS = [
    "smartdairy/sensors/temperature/TEMP-1/data",
    "smartdairy/sensors/milk_meter/MILK-1/data",
    "smartdairy/sensors/ph_sensor/PH-1/data",
    "smartdairy/gateway/GW-1/data",
    "smartdairy/status/TEMP-1",
]
KEYS = [
    *READING_TYPES,
    *("value", "somatic_cell_count", "timestamp", "firmware", "location_id"),
    *("location_type", "type", "session_id", "animal_id", "device_id", "online"),
]
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None))
    | st.sampled_from([*DEVICES, "3.8", "session_end", "2026-01-05T05:30:00", 4e9])
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
payloads = values | records | st.lists(records | values, max_size=4)
gateway_payloads = payloads | st.fixed_dictionaries({"readings": payloads})
topics = st.sampled_from(TOPICS)


@given(topic=topics | st.text(), payload=st.binary(), retain=st.booleans())
@example(topic="smartdairy/status/\0\ud800", payload=b"true", retain=True)
def test_any_bytes_on_any_topic_become_something_that_can_be_stored(
    topic, payload, retain
):
    assert_storable(decode(Message(topic, payload, NOW, retain), DEVICES))


@given(topic=topics, payload=gateway_payloads)
def test_any_json_on_a_good_topic_becomes_something_that_can_be_stored(topic, payload):
    raw = json.dumps(payload).encode()
    assert_storable(decode(Message(topic, raw, NOW), DEVICES))


@given(payload=records.map(lambda record: {"temperature": 3.8} | record))
def test_a_message_is_either_stored_or_refused_and_never_lost(payload):
    raw = json.dumps(payload).encode()
    decoded = decode(Message(TOPICS[0], raw, NOW), DEVICES)
    assert len(decoded.samples) + len(decoded.rejections) == 1


def assert_storable(decoded):
    for rejection in decoded.rejections:
        assert rejection.reason in set(Reason) - {Reason.INTERNAL_ERROR}
        assert isinstance(rejection.detail, str) and rejection.detail
        assert rejection.device_id is None or isinstance(rejection.device_id, str)
    for sample in decoded.samples:
        assert sample.device_id in DEVICES
        assert EARLIEST <= sample.time <= NOW + MAX_AHEAD
        assert sample.time.utcoffset() == timedelta(0)
        assert sample.time.microsecond % 1000 == 0
        for reading_type, value in sample.values.items():
            _unit, low, high = READING_TYPES[reading_type]
            assert type(value) is float and low <= value <= high
        for percent in (sample.battery, sample.signal):
            assert percent is None or 0 <= percent <= 100
        for kept in (sample.metadata or {}).values():
            assert "\0" not in str(kept)
            assert str(kept).encode()  # raises for a lone surrogate
    for rows in to_rows(decoded.samples):
        for line in rows.lines:
            assert line.count("\n") == 1 and line.endswith("\n")
            assert line.count("\t") == len(rows.columns) - 1
