from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from smartdairy_iot.ingest.codec.number import READING_TYPES
from smartdairy_iot.readings import reading_id

devices = st.integers(1, 2**31 - 1)
types = st.sampled_from(reading_id.TYPES)
times = st.datetimes(datetime(2000, 1, 2), datetime(2067, 12, 31)).map(
    lambda time: time.replace(tzinfo=timezone.utc)
)


def test_each_reading_type_has_a_number():
    assert set(reading_id.TYPES) == READING_TYPES.keys()
    assert len(reading_id.TYPES) <= 1 << reading_id.TYPE_BITS


@given(devices, types, times)
def test_an_id_says_device_type_and_quarter_second(device_id, reading_type, time):
    key = reading_id.decode(reading_id.encode(device_id, reading_type, time))
    assert key.device == device_id % 65536
    assert key.reading_type == reading_type
    assert timedelta(0) <= time - key.start < timedelta(milliseconds=250)


@given(devices, types, times)
def test_an_id_is_a_number_that_javascript_holds_exactly(device_id, reading_type, time):
    assert 0 < reading_id.encode(device_id, reading_type, time) < 2**53


@given(st.integers(-(2**63), 2**63))
def test_decoding_never_raises_and_is_the_inverse(number):
    key = reading_id.decode(number)
    if key is not None:
        assert reading_id.encode(*key) == number


@given(st.lists(st.tuples(st.integers(0, 65535), types, times), unique=True))
def test_what_is_a_quarter_second_apart_has_an_id_of_its_own(readings):
    seen = {}
    for device_id, reading_type, time in readings:
        key = (device_id, reading_type, (time - reading_id.EPOCH) // reading_id.TICK)
        assert seen.setdefault(key, key) == key
        seen_id = reading_id.encode(device_id, reading_type, time)
        assert seen.setdefault(seen_id, key) == key
