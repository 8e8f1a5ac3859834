"""What each kind of rule compares, and which levels make sense."""

from datetime import timedelta

import pytest

from smartdairy_iot.ingest.codec.number import READING_TYPES
from smartdairy_iot.ingest.codec.telemetry import READINGS
from smartdairy_iot.rules.kind import KINDS, around, find_problem, to_level
from smartdairy_iot.rules.rule import INSTANT, Level, Rule
from smartdairy_iot.tests.pure.builders import make_rule

LATER = timedelta(minutes=10)


@pytest.mark.parametrize(
    ("kind", "low", "high"),
    [
        ("limit", 2.0, 4.0),
        ("limit", -2.0, 4.0),
        ("rate", -2.0, 4.0),
        ("deviation", -2.0, 4.0),
        ("battery", 2.0, None),
        ("signal", 2.0, None),
        ("certificate", 2.0, None),
        ("no_data", None, 4.0),
        ("clock_drift", None, 4.0),
        ("offline", None, 0.0),
        ("stuck", None, 0.0),
        ("implausible", None, 0.0),
    ],
)
def test_each_kind_has_the_limits_that_its_value_can_pass(kind, low, high):
    written = -2.0 if low == -2.0 and kind == "limit" else 2.0
    assert to_level(kind, "high", written, 4.0, 1.5) == Level(
        "high", low, high, timedelta(seconds=90)
    )


@pytest.mark.parametrize("kind", ["limit", "rate", "deviation"])
def test_a_side_that_is_not_checked_stays_so(kind):
    assert to_level(kind, "high", None, None, 0)[1:3] == (None, None)


def test_a_condition_that_holds_is_over_its_limit_and_one_that_does_not_is_inside():
    rule = Rule(1, None, (to_level("offline", "high", None, None, 0),), "offline")
    assert (rule.side(1), rule.side(0)) == ("high", None)


def test_around_its_normal_a_device_has_limits_of_its_own():
    rule = make_rule(Level("high", None, 6.0), low=-3.0, high=3.0, deadband=0.5)
    own = around(rule, 10.0, 2.0)
    assert [level[1:3] for level in own.levels] == [(4.0, 16.0), (None, 22.0)]
    assert own.deadband == 1.0


@pytest.mark.parametrize(
    ("levels", "deadband", "problem"),
    [
        ([("medium", 2.0, 4.0)], 0.2, None),
        ([("medium", None, None)], 0.0, (0, "nothing")),
        ([("medium", 5.0, 4.0)], 0.0, (0, "inside")),
        ([("medium", 2.0, 4.0)], 1.1, (0, "inside")),
        ([("medium", None, 4.0)], 99.0, None),
        ([("medium", 2.0, 4.0), ("high", -3.0, 9.0)], 0.2, None),
        ([("medium", 2.0, 4.0), ("high", None, 9.0)], 0.2, None),
        ([("medium", 2.0, 4.0), ("high", None, None)], 0.2, (1, "nothing")),
        ([("medium", 2.0, 4.0), ("medium", -3.0, 9.0)], 0.2, (1, "milder")),
        ([("high", 2.0, 4.0), ("low", -3.0, 9.0)], 0.2, (1, "milder")),
        ([("medium", 2.0, 4.0), ("high", 3.0, 9.0)], 0.2, (1, "nearer")),
        ([("medium", 2.0, 4.0), ("high", -3.0, 4.0)], 0.2, (1, "nearer")),
        ([("medium", None, 4.0), ("high", -3.0, 9.0)], 0.2, (1, "side")),
        (
            [("low", 2.0, 4.0), ("medium", None, 9.0), ("high", -3.0, 12.0)],
            0.0,
            None,
        ),
        (
            [("low", 2.0, 4.0), ("medium", None, 9.0), ("high", None, 8.0)],
            0.0,
            (2, "nearer"),
        ),
    ],
)
def test_each_level_is_further_out_and_more_severe_than_the_one_before(
    levels, deadband, problem
):
    assert find_problem([Level(*level) for level in levels], deadband) == problem


@pytest.mark.parametrize(("delay", "problem"), [(LATER, None), (0, (1, "nearer"))])
def test_a_further_level_of_a_condition_comes_later(delay, problem):
    first, second = Level("low", None, 0.0), Level("high", None, 0.0)
    second = second._replace(on_delay=delay or first.on_delay)
    assert find_problem((first, second)) == problem


def test_the_listener_tells_only_kinds_that_one_reading_shows():
    assert set(INSTANT) < set(KINDS)
    assert all(KINDS[kind].is_of_reading for kind in INSTANT)


def test_codecs_make_no_reading_that_has_no_name():
    made = {name for names in READINGS.values() for name in names.values()}
    assert made <= set(READING_TYPES)
