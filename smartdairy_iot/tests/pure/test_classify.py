"""Which values of a message violate a limit, and how severely?"""

import pytest

from smartdairy_iot.rules.classify import Alarm, classify
from smartdairy_iot.rules.rule import Level
from smartdairy_iot.tests.pure.builders import NOW, make_device, make_rule

LOOSE = make_rule(None, threshold_id=2, high=10.0, severity="high")
STRICT = make_rule(Level("critical", None, 11.0), threshold_id=3)


@pytest.mark.parametrize("rules", [(LOOSE, STRICT), (STRICT, LOOSE)])
@pytest.mark.parametrize(
    ("value", "severity"),
    [(3.0, None), (5.0, "medium"), (10.5, "high"), (12.0, "critical")],
)
def test_of_several_violated_rules_the_most_severe_is_told(rules, value, severity):
    alarms = classify({"temperature": value}, {"temperature": rules})
    assert alarms == ({"temperature": Alarm("high", severity)} if severity else {})


def test_each_reading_type_is_judged_by_its_own_rules():
    humidity = make_rule(None, reading_type="humidity", low=None, high=90.0)
    rules = {"temperature": (make_rule(),), "humidity": (humidity,)}
    alarms = classify({"temperature": 1.0, "humidity": 95.0, "ph": 1.0}, rules)
    assert alarms == {
        "temperature": Alarm("low", "medium"),
        "humidity": Alarm("high", "medium"),
    }


@pytest.mark.parametrize("values", [{}, {"humidity": 200.0}])
def test_a_value_that_was_not_measured_violates_nothing(values):
    assert classify(values, {"temperature": (make_rule(),)}) == {}


def test_without_rules_nothing_is_an_alarm():
    assert classify({"temperature": 99.0}, {}) == {}
    assert classify({"temperature": 99.0}, {"temperature": ()}) == {}


class Only:
    """A schedule that is in force in one zone only."""

    def __init__(self, tz):
        self.tz = tz

    def covers(self, time, tz):
        return time == NOW and tz == self.tz


@pytest.mark.parametrize(("tz", "is_alarm"), [("here", True), ("there", False)])
def test_outside_its_schedule_a_rule_is_not_violated(tz, is_alarm):
    rules = {"temperature": (make_rule(schedule=Only("here")),)}
    alarms = classify({"temperature": 99.0}, rules, NOW, tz)
    assert bool(alarms) is is_alarm


def test_the_rules_are_those_of_where_the_message_says_it_is_else_of_the_device():
    rules = {"raw_milk": {"temperature": 1}, "transport": {"temperature": 2}}
    device = make_device(
        "TEMP-1", limits=rules, watches=rules, location_type="raw_milk"
    )
    for rules_at in (device.limits_at, device.watches_at):
        assert rules_at(None) == {"temperature": 1}
        assert rules_at("transport") == {"temperature": 2}
        assert rules_at("storage") == {}
