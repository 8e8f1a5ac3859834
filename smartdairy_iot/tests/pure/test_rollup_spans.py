from datetime import datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from smartdairy_iot.rollup import around

NOW = datetime(2026, 3, 28, 22, 0, tzinfo=timezone.utc)
QUARTER = timedelta(minutes=15)
REACH = timedelta(hours=6)


def at(quarter):
    return NOW + quarter * QUARTER


def test_a_quarter_has_its_reach_on_both_sides():
    assert around([NOW], REACH) == [(NOW - REACH, NOW + QUARTER + REACH)]


def test_spans_that_touch_are_one():
    near, far = at(49), at(150)  # 49 quarters: what is around both ends at 6:15
    assert around([NOW, near, far], REACH) == [
        (NOW - REACH, near + QUARTER + REACH),
        (far - REACH, far + QUARTER + REACH),
    ]


def test_a_quarter_between_that_none_is_near_to_is_left_out():
    first, second = around([NOW, at(50)], REACH)
    assert second[0] - first[1] == QUARTER


def test_very_many_become_one_that_has_them_all():
    quarters = [at(100 * number) for number in range(500)]
    ((start, end),) = around(quarters, REACH)
    assert (start, end) == (NOW - REACH, quarters[-1] + QUARTER + REACH)


@given(st.sets(st.integers(0, 3000)))
def test_what_is_near_is_within_and_spans_are_apart(numbers):
    quarters = [at(number) for number in sorted(numbers)]
    spans = around(quarters, REACH)
    for quarter in quarters:
        assert any(
            start <= quarter - REACH and quarter + REACH + QUARTER <= end
            for start, end in spans
        )
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(set(edges))
