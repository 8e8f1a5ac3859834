"""Is this value outside its limits, how far, and when is it back?"""

import itertools

import pytest

from smartdairy_iot.rules.limits import SEVERITIES, Alarm, classify, most_severe
from smartdairy_iot.tests.pure.builders import make_device, make_limit


@pytest.mark.parametrize(
    ("changes", "value", "side"),
    [
        ({}, 3.0, None),
        ({}, 4.0, None),
        ({}, 2.0, None),
        ({}, 4.001, "high"),
        ({}, 1.999, "low"),
        ({"low": None}, -50.0, None),
        ({"high": None}, 50.0, None),
        ({"low": 0.0}, 0.0, None),
        ({"low": 0.0}, -0.001, "low"),
        ({"low": None, "high": 0.0}, 0.001, "high"),
        ({"low": None, "high": None}, 50.0, None),
    ],
)
def test_a_value_on_the_limit_is_inside_and_beyond_it_outside(changes, value, side):
    assert make_limit(**changes).side(value) == side


@pytest.mark.parametrize(
    ("changes", "value", "severity"),
    [
        ({}, 4.1, "medium"),
        ({}, 9.0, "medium"),
        ({}, 9.01, "high"),
        ({}, -3.0, "medium"),
        ({}, -3.01, "high"),
        ({"margin": 0.0}, 50.0, "medium"),
        ({"far_severity": None}, 50.0, "medium"),
        ({"far_severity": "low"}, 50.0, "medium"),
        ({"severity": "critical"}, 50.0, "critical"),
        ({"low": None}, -50.0, "medium"),
    ],
)
def test_only_further_outside_than_the_margin_is_more_severe(changes, value, severity):
    assert make_limit(**changes).severity_of(value) == severity


@pytest.mark.parametrize(
    ("value", "distance"), [(3.0, 0.0), (4.0, 0.0), (6.5, 2.5), (0.5, 1.5)]
)
def test_the_distance_is_counted_from_the_limit_on_either_side(value, distance):
    assert make_limit().distance(value) == distance


@pytest.mark.parametrize(
    ("changes", "side", "value", "has_cleared"),
    [
        ({}, "high", 4.0, False),
        ({}, "high", 3.81, False),
        ({}, "high", 3.8, True),
        ({}, "high", 2.1, True),
        ({}, "low", 2.0, False),
        ({}, "low", 2.19, False),
        ({}, "low", 2.2, True),
        ({}, "low", 3.9, True),
        ({"deadband": 0.0}, "high", 4.0, True),
        ({"deadband": 0.0}, "low", 2.0, True),
        ({"high": None}, "high", 50.0, True),
        ({"low": None}, "low", -50.0, True),
    ],
)
def test_a_value_is_back_only_when_inside_by_the_deadband(
    changes, side, value, has_cleared
):
    assert make_limit(**changes).has_cleared(value, side) is has_cleared


@pytest.mark.parametrize("severities", list(itertools.permutations(SEVERITIES, 2)))
def test_critical_is_more_severe_than_high_medium_and_low(severities):
    expected = SEVERITIES[max(map(SEVERITIES.index, severities))]
    assert most_severe(*severities) == expected


LOOSE = make_limit(threshold_id=2, high=10.0, severity="high", far_severity=None)
STRICT = make_limit(threshold_id=3, high=4.0, margin=7.0, far_severity="critical")


@pytest.mark.parametrize("limits", [(LOOSE, STRICT), (STRICT, LOOSE)])
@pytest.mark.parametrize(
    ("value", "severity"),
    [(3.0, None), (5.0, "medium"), (10.5, "high"), (12.0, "critical")],
)
def test_of_several_violated_limits_the_most_severe_is_told(limits, value, severity):
    alarms = classify({"temperature": value}, {"temperature": limits})
    assert alarms == ({"temperature": Alarm("high", severity)} if severity else {})


def test_each_reading_type_is_judged_by_its_own_limits():
    humidity = make_limit(reading_type="humidity", low=None, high=90.0, margin=0.0)
    limits = {"temperature": (make_limit(),), "humidity": (humidity,)}
    alarms = classify({"temperature": 1.0, "humidity": 95.0, "ph": 1.0}, limits)
    assert alarms == {
        "temperature": Alarm("low", "medium"),
        "humidity": Alarm("high", "medium"),
    }


@pytest.mark.parametrize("values", [{}, {"humidity": 200.0}])
def test_a_value_that_was_not_measured_violates_nothing(values):
    assert classify(values, {"temperature": (make_limit(),)}) == {}


def test_without_limits_nothing_is_an_alarm():
    assert classify({"temperature": 99.0}, {}) == {}
    assert classify({"temperature": 99.0}, {"temperature": ()}) == {}


def test_the_limits_are_those_of_where_the_message_says_it_is_else_of_the_device():
    limits = {"raw_milk": {"temperature": 1}, "transport": {"temperature": 2}}
    device = make_device("TEMP-1", limits=limits, location_type="raw_milk")
    assert device.limits_at(None) == {"temperature": 1}
    assert device.limits_at("transport") == {"temperature": 2}
    assert device.limits_at("storage") == {}
