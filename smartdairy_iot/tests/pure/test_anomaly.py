"""What a device measured and does not usually measure at that hour."""

from datetime import datetime, timedelta, timezone
from math import cos, pi
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartdairy_iot.readings.anomaly import DAYS, anomalies, judge

BERLIN = ZoneInfo("Europe/Berlin")
UTC = timezone.utc
START = datetime(2026, 1, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)


def hours(days, value_at=lambda time: 4.0, start=START):
    times = [start + n * HOUR for n in range(days * 24)]
    return [(time, value_at(time)) for time in times]


def with_value(points, at, value):
    return [(time, value if time == at else known) for time, known in points]


def found(points, zone=UTC, **given):
    return anomalies(points, zone, "temperature", **given)


def noisy(seed=7, spread=0.1):
    chance = Random(seed)
    return lambda time: 4.0 + chance.gauss(0, spread)


def test_an_hour_far_from_the_same_hour_of_other_days_is_one():
    at = START + timedelta(days=20, hours=3)
    (told,) = found(with_value(hours(30, noisy()), at, 9.0))
    assert (told.start, told.end, told.hours) == (at, at + HOUR, 1)
    assert told.value == 9.0
    assert told.expected == pytest.approx(4.0, abs=0.3)
    assert told.score > 3.5
    assert told.side == "high"


def test_too_low_is_one_as_well():
    at = START + timedelta(days=20)
    (told,) = found(with_value(hours(30, noisy()), at, -3.0))
    assert told.side == "low"


def test_warm_milk_after_each_milking_is_what_is_usual_then():
    def milked(time):
        return 12.0 if time.hour in (6, 17) else 4.0

    assert found(hours(40, milked)) == []


def test_the_same_warmth_at_another_hour_is_one():
    at = START + timedelta(days=30, hours=12)

    def milked(time):
        return 12.0 if time.hour in (6, 17) or time == at else 4.0

    assert [told.start for told in found(hours(40, milked))] == [at]


def test_hours_are_those_of_the_farm_also_when_its_clocks_change():
    # 6 o'clock in Berlin is 5 UTC in winter and 4 UTC in summer.
    def milked(time):
        return 12.0 if time.astimezone(BERLIN).hour == 6 else 4.0

    start = datetime(2026, 3, 1, tzinfo=UTC)  # the clocks change on the 29th
    assert found(hours(45, milked, start), BERLIN) == []


def test_a_season_that_drifts_is_none():
    def warmer(time):
        return 10 + 10 * (1 - cos(2 * pi * (time - START).days / 180)) / 2

    assert found(hours(90, warmer)) == []


def test_hours_on_end_are_one_with_the_worst_of_them():
    first = START + timedelta(days=20, hours=3)
    points = hours(30)
    for n, value in enumerate((8.0, 11.0, 9.0)):
        points = with_value(points, first + n * HOUR, value)
    (told,) = found(points)
    assert (told.start, told.end, told.hours) == (first, first + 3 * HOUR, 3)
    assert told.value == 11.0


def test_up_and_down_on_end_are_two():
    first = START + timedelta(days=20, hours=3)
    points = with_value(hours(30), first, 9.0)
    assert [t.side for t in found(with_value(points, first + HOUR, -9.0))] == [
        "high",
        "low",
    ]


def test_a_gap_between_two_hours_makes_them_two():
    first = START + timedelta(days=20, hours=3)
    points = with_value(hours(30), first, 9.0)
    points = with_value(points, first + HOUR, None)
    assert len(found(with_value(points, first + 2 * HOUR, 9.0))) == 2


def test_before_a_week_is_known_there_is_no_verdict():
    at = START + timedelta(days=6, hours=3)
    points = with_value(hours(7), at, 40.0)
    assert found(points) == []
    assert {v.score for v in judge(points, UTC, "temperature")} == {None}


def test_less_than_the_instrument_tells_apart_is_none():
    at = START + timedelta(days=20)
    assert found(with_value(hours(30), at, 4.6)) == []


def test_noise_alone_is_seldom_one():
    judged = list(judge(hours(90, noisy(spread=0.5)), UTC, "temperature"))
    assert sum(v.is_anomaly for v in judged) < len(judged) / 500


def test_one_bad_day_does_not_become_the_normal():
    bad = START + timedelta(days=20)

    def value(time):
        return 9.0 if timedelta() <= time - bad < timedelta(days=1) else 4.0

    at = START + timedelta(days=22, hours=5)
    points = with_value(hours(30, value), at, 9.0)
    assert [told.start for told in found(points)] == [bad, at]


def test_only_what_is_asked_for_is_told():
    early, late = (START + timedelta(days=d) for d in (20, 28))
    points = with_value(with_value(hours(30), early, 9.0), late, 9.0)
    told = found(points, since=START + timedelta(days=25))
    assert [one.start for one in told] == [late]


@settings(max_examples=10)
@given(st.integers(0, 5), st.integers(0, 3))
def test_a_verdict_does_not_depend_on_the_span_one_looks_at(skip, after):
    day = DAYS + 5
    points = hours(day + after + 1, noisy(spread=0.5))
    at = START + timedelta(days=day)
    part = [p for p in points if p[0] >= START + timedelta(days=skip)]

    def verdict(of):
        return next(v for v in judge(of, UTC, "temperature", since=at))

    assert verdict(part) == verdict(points)


def test_of_nothing_there_is_nothing():
    assert found([]) == []
    assert found([(START, None)]) == []
