"""What would a rule have told of the past, and which of it must be read for that?"""

from datetime import timedelta

import pytest

from smartdairy_iot.rules.excursion import Run
from smartdairy_iot.rules.rule import Level
from smartdairy_iot.rules.trial import Quarter, join, spans, would_fire
from smartdairy_iot.tests.pure.builders import at, make_rule

MINUTE = timedelta(minutes=1)
NOW = at(7 * 24 * 3600)


def quarters(states, minutes=15):
    return [
        Quarter(at(n * minutes * 60), int(state), 9) for n, state in enumerate(states)
    ]


def read(states, off_delay=0, **kwargs):
    """The spans in minutes since the beginning."""
    found = spans(quarters(states, **kwargs), off_delay * MINUTE)
    return [
        tuple((time - at(0)).total_seconds() / 60 for time in span) for span in found
    ]


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ("", []),
        ("110", []),
        ("20", [(0, 30)]),
        ("2", [(0, 15)]),
        ("1210", [(0, 60)]),
        ("11020", [(45, 75)]),
        ("2020", [(0, 60)]),
    ],
)
def test_what_is_not_beyond_a_limit_is_not_read(states, expected):
    assert read(states) == expected


def test_the_first_quarter_inside_is_read_however_late_it_comes():
    """Else a device that sends every six hours were never seen to be back."""
    assert read("20", minutes=360) == [(0, 375)]


def test_as_much_is_read_as_the_off_delay_asks_for():
    assert read("20", off_delay=60) == [(0, 90)]
    assert read("201120", off_delay=60) == [(0, 150)], "two that meet are one"


def run(is_outside, start, end, worst=9.0, count=5):
    return Run(is_outside, at(start * 60), at(end * 60), worst, worst, count)


def test_runs_of_several_spans_are_those_of_one():
    parts = [
        {(0, "high"): [run(True, 0, 5, 9.0), run(False, 6, 30, 3.0)]},
        {(0, "high"): [run(False, 60, 61, 3.0), run(True, 62, 70, 7.0)]},
        {(0, "high"): [run(True, 90, 95, 8.0)]},
    ]
    assert join(parts)[0, "high"] == [
        run(True, 0, 5, 9.0),
        Run(False, at(360), at(61 * 60), 3.0, 3.0, 10),
        Run(True, at(62 * 60), at(95 * 60), 7.0, 8.0, 10),
    ]


def fired(rule, *runs):
    found = would_fire(rule, {(0, "high"): list(runs)}, NOW, 2 * MINUTE)
    return [
        ((f.start - at(0)).total_seconds() / 60, f.minutes, f.peak_value) for f in found
    ]


ALTERNATING = (
    run(True, 0, 5, 9.0),
    run(False, 6, 29, 3.0),
    run(True, 30, 31, 7.0),
    run(False, 32, 99, 3.0),
    run(True, 100, 120, 8.0),
    run(False, 121, 999, 3.0),
)


@pytest.mark.parametrize(
    ("changes", "starts"),
    [
        ({}, [0, 30, 100]),
        ({"cooldown": 60 * 60}, [0, 100]),
        ({"off_delay": 25 * 60}, [0, 100]),
        ({"on_delay": 5 * 60}, [0, 100]),
        ({"on_delay": 10 * 60}, [100]),
        ({"repeat_count": 6}, []),
    ],
)
def test_delays_and_cooldown_count_as_they_do_live(changes, starts):
    rule = make_rule(None, **{"cooldown": 0, **changes})
    assert [start for start, *_ in fired(rule, *ALTERNATING)] == starts


def test_each_tells_when_how_long_and_how_far():
    assert fired(make_rule(None, cooldown=0), *ALTERNATING) == [
        (0, 6, 9.0),
        (30, 2, 7.0),
        (100, 21, 8.0),
    ]


def test_one_that_still_holds_when_the_cooldown_is_over_counts():
    rule = make_rule(None, cooldown=30 * 60)
    runs = [run(True, 0, 5), run(False, 6, 9), run(True, 10, 50), run(False, 51, 99)]
    assert [start for start, *_ in fired(rule, *runs)] == [0, 10]


def test_a_worse_one_does_not_wait_for_the_cooldown():
    rule = make_rule(Level("critical", None, 8.5), cooldown=999 * 60)
    bounds = {
        (0, "high"): [run(True, 0, 5, 7), run(False, 6, 9), run(True, 10, 12, 9)],
        (1, "high"): [run(False, 0, 9, 7), run(True, 10, 12, 9)],
    }
    found = would_fire(rule, bounds, NOW, 2 * MINUTE)
    assert [f.severity for f in found] == ["medium", "critical"]
    assert found[1].until is None, "it would hold now"
