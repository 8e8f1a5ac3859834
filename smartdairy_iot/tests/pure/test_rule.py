"""Is this value outside its limits, how far, and how severe is that?"""

import itertools

import pytest

from smartdairy_iot.rules.rule import SEVERITIES, Level, most_severe
from smartdairy_iot.tests.pure.builders import make_rule


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
    assert make_rule(**changes).side(value) == side


@pytest.mark.parametrize(
    ("levels", "value", "severity"),
    [
        ((), 4.1, "medium"),
        ((), 9.0, "medium"),
        ((), 9.01, "high"),
        ((), -3.0, "medium"),
        ((), -3.01, "high"),
        ((None,), 50.0, "medium"),
        ((Level("high", None, 9.0),), -50.0, "medium"),
        ((Level("high", -3.0, 9.0), Level("critical", None, 15.0)), 15.0, "high"),
        ((Level("high", -3.0, 9.0), Level("critical", None, 15.0)), 15.1, "critical"),
    ],
)
def test_a_level_counts_only_beyond_its_own_limits(levels, value, severity):
    assert make_rule(*levels).severity_of(value) == severity


@pytest.mark.parametrize(
    ("value", "distance"), [(3.0, 0.0), (4.0, 0.0), (6.5, 2.5), (0.5, 1.5)]
)
def test_the_distance_is_counted_from_the_limit_on_either_side(value, distance):
    assert make_rule().distance(value) == distance


@pytest.mark.parametrize("severities", list(itertools.permutations(SEVERITIES, 2)))
def test_critical_is_more_severe_than_high_medium_and_low(severities):
    expected = SEVERITIES[max(map(SEVERITIES.index, severities))]
    assert most_severe(*severities) == expected
