"""A vendor's payload becomes records of our own grammar, by lines in a form."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from smartdairy_iot.ingest.expression import MappingError
from smartdairy_iot.ingest.mapping import (
    TARGETS,
    Mapping,
    MappingField,
    Unreadable,
)
from smartdairy_iot.ingest.message import Reason, RejectedError

TASMOTA = {
    "Time": "2020-01-26T17:45:30",
    "DS18B20-1": {"Id": "000008BD38BF", "Temperature": 26.1},
    "DS18B20-2": {"Id": "000008BD9714", "Temperature": 77.2},
    "TempUnit": "F",
}


def line(expression, target="temperature", **rest):
    return MappingField(expression, target, **rest)


def apply(payload, *lines, **rest):
    return Mapping(lines, **rest).apply(payload)


def refusal(payload, *lines, **rest):
    with pytest.raises(RejectedError) as caught:
        apply(payload, *lines, **rest)
    return caught.value.reason, caught.value.detail


def test_a_nested_value_becomes_a_key_of_our_own():
    payload = {"object": {"t": 3.9, "cells": 210000}}
    assert apply(payload, line("object.t"), line("object.cells", "scc")) == [
        (None, {"temperature": 3.9, "somatic_cell_count": 210000})
    ]


def test_a_number_as_string_is_left_to_the_codec():
    assert apply({"t": "3,9"}, line("t")) == [(None, {"temperature": "3,9"})]


def test_zero_and_false_are_values_and_null_is_none():
    payload = {"t": 0, "h": None}
    assert apply(payload, line("t"), line("h", "humidity")) == [
        (None, {"temperature": 0})
    ]


def test_of_two_lines_for_one_target_the_first_that_finds_something_counts():
    both = line("a"), line("b")
    assert apply({"a": 1, "b": 2}, *both) == [(None, {"temperature": 1})]
    assert apply({"b": 2}, *both) == [(None, {"temperature": 2})]


def test_a_list_of_records_takes_what_stands_outside_it():
    payload = {"at": "2026-01-05", "history": [{"t": 1}, {"t": 2, "at": "2026-01-06"}]}
    assert apply(payload, line("t"), line("at", "timestamp"), records="history") == [
        (None, {"timestamp": "2026-01-05", "temperature": 1}),
        (None, {"timestamp": "2026-01-06", "temperature": 2}),
    ]


def test_a_payload_that_is_itself_a_list_needs_no_records():
    assert apply([{"t": 1}, {"t": 2}], line("t")) == [
        (None, {"temperature": 1}),
        (None, {"temperature": 2}),
    ]


def test_a_payload_that_is_just_a_number_is_read_with_an_at_sign():
    assert apply(21.5, line("@")) == [(None, {"temperature": 21.5})]


def test_records_may_be_a_filter_that_leaves_out_a_whole_message():
    picky = "[@][?event=='status'].params"
    assert (
        apply({"event": "button", "params": {"t": 1}}, line("t"), records=picky) == []
    )
    assert len(apply({"event": "status", "params": {"t": 1}}, line("t"), records=picky))


def test_several_probes_each_have_a_channel_and_share_time_and_battery():
    lines = [
        line('"DS18B20-1".Temperature', channel="one", unit="=TempUnit"),
        line('"DS18B20-2".Temperature', channel="two", unit="=TempUnit"),
        line('"DS18B20-3".Temperature', channel="three", unit="=TempUnit"),
        line("Time", "timestamp"),
    ]
    shared = {"timestamp": "2020-01-26T17:45:30", "units": {"temperature": "F"}}
    assert apply(TASMOTA, *lines) == [
        ("one", {**shared, "temperature": 26.1}),
        ("two", {**shared, "temperature": 77.2}),
    ]


def test_the_own_values_of_the_device_stand_beside_its_channels():
    payload = {"board": 31.0, "probe": {"t": 3.9, "batt": 80}, "batt": 55}
    lines = line("board"), line("probe.t", channel="p"), line("batt", "battery")
    assert apply(payload, *lines, line("probe.batt", "battery", channel="p")) == [
        (None, {"battery": 55, "temperature": 31.0}),
        ("p", {"battery": 80, "temperature": 3.9}),
    ]


def test_each_record_of_a_gateway_names_its_child():
    payload = {"sensors": [{"mac": "a1", "t": 3}, {"mac": 42, "t": 4}]}
    lines = line("t"), line("mac", "device")
    assert apply(payload, *lines, records="sensors") == [
        ("a1", {"temperature": 3}),
        ("42", {"temperature": 4}),
    ]


def test_a_record_without_its_childs_name_is_not_taken_for_the_gateways_own():
    lines = line("t"), line("mac", "device")
    _reason, detail = refusal({"t": 3}, *lines)
    assert "does not name its device" in detail


def test_a_unit_is_constant_or_found_in_the_payload():
    assert apply({"t": 39, "u": "°F"}, line("t", unit="=u"))[0][1]["units"] == {
        "temperature": "°F"
    }
    assert apply({"t": 39}, line("t", unit="°F"))[0][1]["units"] == {
        "temperature": "°F"
    }
    assert "units" not in apply({"t": 39}, line("t", unit="=u"))[0][1]


def test_a_milking_begins_without_a_reading():
    event = "kind=='start' && 'session_start' || kind=='end' && 'session_end' || null"
    payload = {"kind": "start", "cow": "1042"}
    lines = line("kg", "volume"), line(event, "type"), line("cow", "animal_id")
    assert apply(payload, *lines) == [
        (None, {"type": "session_start", "animal_id": "1042"})
    ]


def test_a_message_without_any_mapped_value_says_what_was_looked_for():
    reason, detail = refusal({"x": 1}, line("a.t"), line("a.h", "humidity"))
    assert reason == Reason.MISSING_VALUE
    assert "a.t" in detail and "a.h" in detail


def test_a_record_without_a_value_is_left_to_the_codec_which_refuses_it_alone():
    assert apply([{"t": 1}, {}], line("t")) == [(None, {"temperature": 1}), (None, {})]


@pytest.mark.parametrize("value", [[3.1, 3.2], {"value": 3.1}])
def test_a_list_or_object_in_the_place_of_a_value_is_refused_with_what_to_do(value):
    reason, detail = refusal({"t": value}, line("t"))
    assert reason == Reason.WRONG_SHAPE
    assert detail.startswith("line 1, t finds ")
    assert "let " in detail


def test_one_unreadable_record_of_several_does_not_cost_the_others():
    entries = apply([{"t": [1]}, {"t": 2}], line("t"))
    assert entries == [(None, {}), (None, {"temperature": 2})]
    assert isinstance(entries[0][1], Unreadable)
    assert "finds a list" in entries[0][1].error.detail


def test_records_that_are_not_there_are_named():
    reason, detail = refusal({"a": 1}, line("t"), records="data.items")
    assert (reason, "data.items" in detail) == (Reason.WRONG_SHAPE, True)


def test_a_function_that_does_not_fit_the_payload_refuses_only_the_message():
    reason, detail = refusal({"t": "x"}, line("avg(t)"))
    assert reason == Reason.WRONG_SHAPE
    assert detail.startswith("line 1, avg(t): ")


def test_the_device_may_be_named_in_the_payload():
    mapping = Mapping([line("t")], device="dev.eui")
    assert mapping.device_key({"dev": {"eui": "0004A3"}}) == "0004A3"
    assert mapping.device_key({"dev": {"eui": 17}}) == "17"
    assert mapping.device_key({"t": 1}) is None
    assert Mapping([line("t")]).device_key({"t": 1}) is None


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([line("t"), line("a..b")], "line 2, a..b"),
        ([line("")], "line 1"),
        ([line("frob(t)")], "no function frob()"),
        ([line("DS18B20-1.Temperature")], 'Write "DS18B20-1".Temperature'),
        ([line("temperature:0.tC")], 'Write "temperature:0".tC'),
        ([line("t", "wind")], "'wind'"),
        ([line("t", unit="furlong")], "line 1: temperature unit 'furlong'"),
        ([line("t", unit="=a..b")], "unit of line 1, a..b"),
        ([line("t", "timestamp", unit="°C")], "timestamp has no unit"),
        ([line("t", "device", channel="x")], "channel"),
        ([line("t", channel="x"), line("d", "device")], "exclude each other"),
    ],
)
def test_a_mapping_that_cannot_work_names_the_line(lines, told):
    with pytest.raises(MappingError, match=".*") as caught:
        Mapping(lines)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


# What one message may cost ------------------------------------------------------------


class Counting(dict):
    """Counts how often a key is asked for."""

    asked = 0

    def get(self, key, default=None):
        Counting.asked += 1
        return super().get(key, default)


def test_what_stands_outside_the_records_is_looked_for_once():
    """Once for each of a thousand records, 26 KB took seven seconds."""
    payload = Counting(history=[{"t": 1}] * 500)
    before = Counting.asked
    apply(payload, line("t"), line("at", "timestamp"), records="history")
    assert Counting.asked - before <= 3


def test_what_fails_outside_the_records_refuses_them_all_and_is_tried_once():
    payload = {"history": [{"t": 1}] * 3, "x": "no number"}
    reason, detail = refusal(payload, line("abs(x)", "ph"), records="history")
    assert reason == Reason.WRONG_SHAPE
    assert "abs" in detail


def test_more_records_than_one_message_may_have_are_refused():
    payload = [{"t": 1}] * 1001
    assert refusal(payload, line("t"))[0] == Reason.TOO_LARGE
    assert len(apply(payload[:1000], line("t"))) == 1000


def test_an_expression_that_multiplies_what_it_reads_is_refused():
    bomb = " | ".join(["[@,@][]"] * 10)
    for text in (bomb, "a" * 301):
        with pytest.raises(MappingError, match="line 1"):
            Mapping([line(text)])
    Mapping([line("[{t: a, u: b}, {t: c, u: d}][?t].u | [0]")])


# Whatever arrives ---------------------------------------------------------------------

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**400), 10**400)
    | st.floats(allow_nan=False)
    | st.text(st.characters(codec=None), max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["t", "h", "u", "id", "x"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
expressions = st.sampled_from(
    ["t", "x.t", "@", "x[].t", "x[0]", "*", "max(x)", "sort_by(@, &t)", "[?t>`1`].t"]
    + [
        "join(',', x)",
        "to_number(t)",
        "x | t",
        "{a: t}",
        "&t",
        "merge(x, t)",
        "ceil(t)",
    ]
)
fields = st.builds(
    MappingField,
    expressions,
    st.sampled_from([target for target in TARGETS if target != "device"]),
    st.sampled_from(["", "p"]),
    st.just(""),
)
units = st.builds(MappingField, expressions, st.just("ph"), st.just(""), st.just("=u"))


@given(
    payload=json_values,
    lines=st.lists(fields | units, max_size=4),
    records=st.just("") | expressions,
    device=expressions,
)
@example(payload={"t": 1}, lines=[MappingField("t", "ph")], records="", device="t")
def test_any_json_becomes_records_or_one_clear_refusal(payload, lines, records, device):
    mapping = Mapping(lines, records, device)
    try:
        entries = mapping.apply(payload)
    except RejectedError as error:
        assert error.detail and "\n" not in error.detail
    else:
        for key, record in entries:
            assert key in (None, "p")
            for name, value in record.items():
                assert name == "units" or isinstance(value, (str, int, float))
    try:
        key = mapping.device_key(payload)
    except RejectedError as error:
        assert error.detail
    else:
        assert key is None or (key and isinstance(key, str))


def test_a_deep_payload_is_read_or_refused():
    deep = json.loads('{"t":' * 400 + "1" + "}" * 400)
    assert refusal(deep, line("t"))[0] == Reason.WRONG_SHAPE
    assert refusal([deep], line("[].t | [0]"))[0] == Reason.WRONG_SHAPE


@given(text=st.text(st.characters(codec=None)) | st.from_regex(r"[a-z@.&|(\[\])*?`']+"))
def test_any_text_is_an_expression_or_refused(text):
    try:
        mapping = Mapping([line(text)])
    except MappingError as error:
        assert str(error).startswith("line 1")
        return
    try:
        mapping.apply({"a": [{"b": 1}]})
    except RejectedError as error:
        assert error.detail
