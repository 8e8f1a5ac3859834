"""Topics outside our grammar: what is subscribed to, and which device it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartdairy_iot.ingest.expression import MappingError
from smartdairy_iot.ingest.template import TopicTemplate


@pytest.mark.parametrize(
    ("template", "topic_filter", "topic", "key"),
    [
        ("zigbee2mqtt/{device}", "zigbee2mqtt/+", "zigbee2mqtt/cold room", "cold room"),
        ("zigbee2mqtt/{device}", "zigbee2mqtt/+", "zigbee2mqtt/a/b", None),
        ("tele/{device}/SENSOR", "tele/+/SENSOR", "tele/milk/SENSOR", "milk"),
        ("tele/{device}/SENSOR", "tele/+/SENSOR", "tele/milk/STATE", None),
        ("v3/+/devices/{device}/up", "v3/+/devices/+/up", "v3/a@t/devices/d/up", "d"),
        ("{device}/events/rpc", "+/events/rpc", "shelly-1/events/rpc", "shelly-1"),
        ("vendor/#", "vendor/#", "vendor/a/b/c", ""),
        ("vendor/#", "vendor/#", "vendor", ""),
        ("vendor/#", "vendor/#", "other/a", None),
        ("vendor/{device}/#", "vendor/+/#", "vendor/a/b/c", "a"),
        ("+/x", "+/x", "$SYS/x", None),
    ],
)
def test_a_template_gives_the_subscription_and_the_key(
    template, topic_filter, topic, key
):
    compiled = TopicTemplate(template)
    assert compiled.filter == topic_filter
    assert compiled.match(topic) == key


@pytest.mark.parametrize(
    "text",
    [
        *("", " a/b", "a/b ", "a\n/b", "$SYS/#", "$share/g/a", "smartdairy/x/{device}"),
        *("a/#/b", "a/b#", "a/x+", "a/{device}/{device}", "a/x{device}", "a/{dev}"),
        *("#", "+/#", "{device}/#", "+/status/+", "+/gateway/+/data"),
        *("{device}/sensors/+/+/data", "+/sensors/temperature/#", "+/status/COLD-1"),
        *("+/gateway/+/commands", "+/alerts/#", "+/user/{device}/alerts"),
    ],
)
def test_a_bad_template_is_refused(text):
    with pytest.raises(MappingError):
        TopicTemplate(text)


@pytest.mark.parametrize(
    ("one", "other", "is_both"),
    [
        ("vendor/{device}/up", "vendor/+/up", True),
        ("vendor/{device}/up", "vendor/1/{device}", True),
        ("vendor/{device}/up", "vendor/#", True),
        ("vendor/#", "vendor", True),
        ("+/{device}", "vendor/{device}", True),
        ("vendor/{device}/up", "vendor/{device}/down", False),
        ("vendor/{device}", "vendor/{device}/up", False),
        ("vendor/{device}", "other/#", False),
    ],
)
def test_two_templates_that_take_the_same_topic_overlap(one, other, is_both):
    one, other = TopicTemplate(one), TopicTemplate(other)
    assert one.overlaps(other.filter) is other.overlaps(one.filter) is is_both


levels = st.lists(st.sampled_from(["a", "b", "+"]), min_size=1, max_size=3)
filters = st.builds(
    lambda levels, end: "/".join(["v", *levels, *end]),
    levels,
    st.sampled_from(["", "#"]),
)
topics = st.lists(st.sampled_from(["a", "b", "c"]), max_size=4).map(
    lambda levels: "/".join(["v", *levels])
)


@given(one=filters, other=filters, topic=topics)
def test_whatever_both_take_is_an_overlap(one, other, topic):
    one, other = TopicTemplate(one), TopicTemplate(other)
    if one.match(topic) is not None and other.match(topic) is not None:
        assert one.overlaps(other.filter)


@given(text=st.text(st.characters(codec=None)) | st.from_regex(r"[a-z{}+#/$]{1,20}"))
def test_any_text_is_a_template_or_refused(text):
    try:
        template = TopicTemplate(text)
    except MappingError:
        return
    assert template.match("smartdairy/sensors/temperature/TEMP-1/data") is None
    assert "{" not in template.filter
