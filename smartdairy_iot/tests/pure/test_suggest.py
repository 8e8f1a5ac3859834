"""Known names in a sample become the first lines of a mapping."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartdairy_iot.ingest.mapping import Mapping
from smartdairy_iot.ingest.suggest import suggest, to_expression, unused_numbers


def lines_of(payload):
    """``{target: expression}``, with the channel as ``target@channel``."""
    return {
        field.target + (f"@{field.channel}" if field.channel else ""): field.expression
        for field in suggest(payload).fields
    }


def test_names_are_known_without_case_and_punctuation_and_at_any_depth():
    payload = {"d": {"TempC": 3.9, "Relative_Humidity": "71", "bat": 97}, "Time": 1.7e9}
    assert lines_of(payload) == {
        "temperature": "d.TempC",
        "humidity": "d.Relative_Humidity",
        "battery": "d.bat",
        "timestamp": "Time",
    }


def test_a_value_that_does_not_fit_is_not_taken_for_it():
    payload = {
        "temperature": "n/a",
        "battery": 2980,
        "rssi": -65,
        "time": 12,
        "humidity": True,
        "type": "uplink",
        "firmware": 7,
    }
    assert lines_of(payload) == {}


def test_link_quality_up_to_255_and_voltage_are_left_out():
    assert lines_of({"linkquality": 120, "voltage": 3000}) == {}


def test_a_name_may_need_its_parents():
    payload = {"devicepower:0": {"battery": {"V": 5.3, "percent": 65}}, "temp": 8}
    assert lines_of(payload) == {
        "temperature": "temp",
        "battery": '"devicepower:0".battery.percent',
    }


def test_of_two_scales_of_one_sensor_the_first_is_taken():
    fields = suggest({"temperature:0": {"tC": 8.4, "tF": 47.1}}).fields
    assert [tuple(field) for field in fields] == [
        ('"temperature:0".tC', "temperature", "", "°C")
    ]


def test_several_probes_become_channels_with_the_unit_that_the_message_names():
    payload = {
        "Time": "2020-02-08T17:17:11",
        "DS18B20-1": {"Id": "031197790115", "Temperature": 19.6},
        "DS18B20-2": {"Id": "031497793BB5", "Temperature": 19.5},
        "SI7021": {"Temperature": 20.6, "Humidity": 31.9},
        "TempUnit": "C",
    }
    suggestion = suggest(payload)
    assert suggestion.records == ""
    assert lines_of(payload) == {
        "temperature@DS18B20-1": '"DS18B20-1".Temperature',
        "temperature@DS18B20-2": '"DS18B20-2".Temperature',
        "temperature@SI7021": "SI7021.Temperature",
        "humidity@SI7021": "SI7021.Humidity",
        "timestamp": "Time",
    }
    assert {field.unit for field in suggestion.fields} == {"=TempUnit", ""}


def test_a_history_becomes_records_and_takes_what_stands_outside():
    payload = {"battery": 80, "log": [{"ts": 1767591000, "temp": 3.9}, {"temp": 4}]}
    assert suggest(payload).records == "log"
    assert lines_of(payload) == {
        "temperature": "temp",
        "timestamp": "ts",
        "battery": "battery",
    }


def test_records_that_each_name_a_device_are_a_gateways():
    payload = {"sensors": [{"id": "a", "temp": 3}, {"id": "b", "temp": 4}]}
    assert lines_of(payload) == {"temperature": "temp", "device": "id"}


def test_a_radio_that_repeats_the_time_in_a_list_is_no_record():
    payload = {
        "time": "2026-01-05T05:30:00Z",
        "object": {"temperature": 3.9},
        "rxInfo": [{"time": "2026-01-05T05:29:59Z", "rssi": -36}],
    }
    assert suggest(payload).records == ""
    assert lines_of(payload)["timestamp"] == "time"


def test_a_barometer_is_in_hectopascal_and_a_pipe_in_bar():
    assert suggest({"pressure": 1013.2}).fields[0].unit == "hPa"
    assert suggest({"pressure": 2.1}).fields[0].unit == ""


def test_a_suggestion_is_always_a_mapping_that_reads_the_sample():
    payload = {"data": [{"Temp C": 1, "t.s": 0, "ph": 6.7}], 'fw "x"': "1.2"}
    suggestion = suggest(payload)
    records = Mapping(suggestion.fields, suggestion.records).apply(payload)
    assert records == [
        (None, {"temperature": 1, "ph": 6.7, "units": {"temperature": "°C"}})
    ]


def test_numbers_that_no_line_reads_are_told():
    payload = {"t": 1, "x": {"v": 3000, "on": True, "name": "7"}, "h": [{"q": 5}]}
    mapping = Mapping(suggest({"temp": 1}).fields)
    assert unused_numbers(payload, mapping) == [("t", 1), ("x.v", 3000), ("h[].q", 5)]


def test_what_a_function_looks_at_counts_as_used():
    mapping = Mapping(suggest({"temp": 1}).fields[:0])
    assert unused_numbers({"a": {"b": 1}}, mapping) == [("a.b", 1)]


@pytest.mark.parametrize(
    ("path", "expression"),
    [
        (("a", "b1", "_c"), "a.b1._c"),
        (("a b", 'c"d', "1e"), r'"a b"."c\"d"."1e"'),
        (("h", "[]", "t"), "h[].t"),
    ],
)
def test_names_with_other_signs_are_quoted(path, expression):
    assert to_expression(path) == expression


names = st.sampled_from(["temp", "TempC", "hum", "id", "time", "battery", "log"])
payloads = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(names | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(payload=payloads)
def test_any_json_gives_a_mapping_that_compiles(payload):
    suggestion = suggest(payload)
    mapping = Mapping(suggestion.fields, suggestion.records)
    for where, number in unused_numbers(payload, mapping):
        assert isinstance(where, str) and isinstance(number, (int, float))
    if suggestion.fields:
        json.dumps([tuple(field) for field in suggestion.fields])
