"""The topic grammar."""

import doctest

import pytest

from smartdairy_iot.ingest import topic
from smartdairy_iot.ingest.message import Reason, RejectedError
from smartdairy_iot.ingest.topic import DEVICE_TYPES, Topic, data_topic, parse, to_level


def test_the_examples_in_the_docstrings_are_true():
    failed, attempted = doctest.testmod(topic)
    assert attempted and not failed


@pytest.mark.parametrize("device_type", DEVICE_TYPES)
def test_what_a_device_is_told_to_publish_on_is_what_the_line_reads(device_type):
    parsed = parse(data_topic(device_type, "DEV-1"))
    assert (parsed.device_id, parsed.device_type) == ("DEV-1", device_type)
    assert parsed.kind == ("gateway" if device_type == "gateway" else "data")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("smartdairy/sensors/ph_sensor/P/data", Topic("data", "P", "ph_sensor")),
        ("smartdairy/sensors/pressure/P/config", Topic("outgoing", "P", "pressure")),
        ("smartdairy/sensors/pressure/P/config/ack", Topic("ack", "P", "pressure")),
        ("smartdairy/gateway/G/data", Topic("gateway", "G", "gateway")),
        ("smartdairy/gateway/G/commands", Topic("outgoing", "G", "gateway")),
        ("smartdairy/gateway/G/commands/ack", Topic("command_ack", "G", "gateway")),
        (
            "smartdairy/gateway/G/children/H/config",
            Topic("outgoing", "H", None, "G"),
        ),
        (
            "smartdairy/gateway/G/children/H/config/ack",
            Topic("ack", "H", None, "G"),
        ),
        ("smartdairy/status/D", Topic("status", "D")),
    ],
)
def test_each_topic_of_the_grammar_is_understood(text, expected):
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "smartdairy",
        "smartdairy/sensors/temperature//data",
        "smartdairy/sensors/temperature/T-1",
        "smartdairy/sensors/temperature/T-1/data/more",
        "smartdairy/sensors/temperature/T-1/config/nack",
        "smartdairy/sensors/milkmeter/M-1/data",
        "smartdairy/sensors/Temperature/T-1/data",
        "smartdairy/gateway//data",
        "smartdairy/gateway/G-1/readings",
        "smartdairy/status/",
        "smartdairy/status/T-1/online",
        "/smartdairy/status/T-1",
        "other/sensors/temperature/T-1/data",
    ],
)
def test_a_topic_outside_the_grammar_is_refused(text):
    with pytest.raises(RejectedError) as refused:
        parse(text)
    assert refused.value.reason is Reason.WRONG_TOPIC


def test_who_misspells_the_device_type_is_told_the_right_ones():
    with pytest.raises(RejectedError, match="milkmeter.*milk_meter, ph_sensor"):
        parse("smartdairy/sensors/milkmeter/M-1/data")


def test_a_flood_of_wrong_topics_does_not_push_the_right_ones_out_of_the_cache():
    parse("smartdairy/status/T-1")
    before = parse.cache_info()
    for number in range(10):
        with pytest.raises(RejectedError):
            parse(f"smartdairy/nonsense/{number}")
    assert parse.cache_info().currsize == before.currsize


@pytest.mark.parametrize(
    ("name", "level"),
    [
        ("anna", "anna"),
        ("anna@dairy.example", "anna@dairy.example"),
        ("a+b#c/d%e", "a%2Bb%23c%2Fd%25e"),
        ("a%2Bb", "a%252Bb"),  # not the topic of a+b
        ("über\x00", "über%00"),
    ],
)
def test_a_name_is_one_level_of_a_topic_whatever_stands_in_it(name, level):
    assert to_level(name) == level
