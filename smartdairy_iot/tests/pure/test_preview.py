"""A form shows what the line itself would do."""

import json
from datetime import timezone

import pytest

from smartdairy_iot.ingest.mapping import Mapping, MappingField
from smartdairy_iot.ingest.message import Fault, Reason
from smartdairy_iot.ingest.preview import Profile, preview
from smartdairy_iot.ingest.template import TopicTemplate
from smartdairy_iot.tests.pure.builders import NOW


def look(payload, *lines, topic="", template="", device_type="temperature", **mapping):
    text = payload if isinstance(payload, str) else json.dumps(payload)
    profile = Profile(
        device_type,
        Mapping(lines, **mapping) if lines else None,
        TopicTemplate(template) if template else None,
    )
    return preview(text, topic, profile, NOW, timezone.utc)


def values(result):
    return [(sample.device_id, sample.values) for sample in result.samples]


def test_a_payload_of_our_own_grammar_needs_no_mapping():
    result = look({"temperature": 38.84, "unit": "°F", "battery": 96})
    assert values(result) == [("device", {"temperature": 3.8})]
    assert result.samples[0].original == {"temperature": [38.84, "°F"]}
    assert result.samples[0].battery == 96


def test_a_mapped_payload_needs_no_topic():
    result = look({"a": {"t": "3.8"}}, MappingField("a.t", "temperature"))
    assert values(result) == [("device", {"temperature": 3.8})]


def test_the_key_comes_from_the_topic():
    line = MappingField("t", "temperature")
    result = look({"t": 1}, line, topic="z/cold room", template="z/{device}")
    assert result.device_id == "cold room"
    assert values(result) == [("cold room", {"temperature": 1.0})]


def test_or_from_the_payload():
    line = MappingField("t", "temperature")
    result = look({"t": 1, "eui": "A1"}, line, template="vendor/#", device="eui")
    assert values(result) == [("A1", {"temperature": 1.0})]


def test_a_topic_that_does_not_fit_is_told():
    line = MappingField("t", "temperature")
    result = look({"t": 1}, line, topic="other/1", template="z/{device}")
    assert [refused.reason for refused in result.rejections] == [Reason.WRONG_TOPIC]


def test_probes_behind_a_gateway_appear_under_their_channels():
    result = look(
        {"p1": 3.9, "p2": {"h": 71}},
        MappingField("p1", "temperature", "one"),
        MappingField("p2.h", "humidity", "two"),
        device_type="gateway",
    )
    assert values(result) == [
        ("one", {"temperature": 3.9}),
        ("two", {"humidity": 71.0}),
    ]


def test_the_children_in_our_own_gateway_message_appear_too():
    payload = {"readings": [{"device_id": "T1", "temperature": 3.9}]}
    assert values(look(payload, device_type="gateway")) == [
        ("T1", {"temperature": 3.9})
    ]


def test_an_error_value_is_shown_as_the_probes_fault():
    (sample,) = look({"temperature": -127}).samples
    assert sample.faults == {"temperature": Fault.PROBE_ERROR}


def test_numbers_that_no_line_reads_are_told():
    result = look({"t": 1, "v": 3000}, MappingField("t", "temperature"))
    assert result.unused == [("v", 3000)]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ("{", Reason.NOT_JSON),
        ("\ud800", Reason.NOT_JSON),
        ("{}", Reason.MISSING_VALUE),
        ("[]", Reason.WRONG_SHAPE),
        ('{"temperature": "warm"}', Reason.NOT_A_NUMBER),
        (
            '{"temperature": 1, "timestamp": "2030-01-01T00:00Z"}',
            Reason.FUTURE_TIMESTAMP,
        ),
    ],
)
def test_what_is_wrong_is_told_as_the_listener_tells_it(payload, reason):
    result = look(payload)
    assert [refused.reason for refused in result.rejections] == [reason]
    assert not result.samples
