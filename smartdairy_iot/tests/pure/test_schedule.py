from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartdairy_iot.rules.schedule import DAY, Schedule

BERLIN = ZoneInfo("Europe/Berlin")
EVERY_DAY = range(7)
NIGHT = Schedule.of([(EVERY_DAY, 22 * 60, 6 * 60)])
MONDAY = 0
SUNDAY = 6


def berlin(*args, fold=0):
    return datetime(*args, tzinfo=BERLIN, fold=fold).astimezone(timezone.utc)


def lengths(schedule, start, end):
    return [b - a for a, b in schedule.spans_between(start, end, BERLIN)]


@pytest.mark.parametrize(
    ("clock", "is_night"),
    [
        ((2026, 1, 5, 21, 59), False),
        ((2026, 1, 5, 22, 0), True),
        ((2026, 1, 6, 0, 0), True),
        ((2026, 1, 6, 5, 59, 59), True),
        ((2026, 1, 6, 6, 0), False),
    ],
)
def test_a_span_crosses_midnight_and_its_end_is_no_part_of_it(clock, is_night):
    assert NIGHT.covers(berlin(*clock), BERLIN) is is_night


def test_a_span_of_sunday_goes_on_over_the_weeks_end():
    sunday_night = Schedule.of([([SUNDAY], 22 * 60, 6 * 60)])
    assert sunday_night.covers(berlin(2026, 1, 4, 23, 0), BERLIN)
    assert sunday_night.covers(berlin(2026, 1, 5, 5, 0), BERLIN)
    assert not sunday_night.covers(berlin(2026, 1, 6, 5, 0), BERLIN)


def test_a_span_that_ends_when_it_starts_is_the_whole_day():
    monday = Schedule.of([([MONDAY], 0, 0)])
    assert lengths(monday, berlin(2026, 1, 4), berlin(2026, 1, 8)) == [
        timedelta(days=1)
    ]


def test_no_line_is_never():
    assert not Schedule.of([]).covers(berlin(2026, 1, 5), BERLIN)
    assert (
        Schedule.of([]).spans_between(berlin(2026, 1, 5), berlin(2026, 2, 5), BERLIN)
        == []
    )


def test_the_night_in_which_the_clock_goes_forward_is_seven_hours_long():
    around = berlin(2026, 3, 28, 12), berlin(2026, 3, 29, 12)
    assert lengths(NIGHT, *around) == [timedelta(hours=7)]


def test_the_night_in_which_the_clock_goes_back_is_nine_hours_long():
    around = berlin(2026, 10, 24, 12), berlin(2026, 10, 25, 12)
    assert lengths(NIGHT, *around) == [timedelta(hours=9)]


def test_what_the_clock_skips_does_not_come():
    at_two = Schedule.of([(EVERY_DAY, 2 * 60, 2 * 60 + 30)])
    around = berlin(2026, 3, 28, 12), berlin(2026, 3, 30, 12)
    assert at_two.spans_between(*around, BERLIN) == [
        (berlin(2026, 3, 30, 2), berlin(2026, 3, 30, 2, 30))
    ]


def test_a_span_that_ends_in_the_skipped_hour_ends_with_the_jump():
    until_half_past = Schedule.of([([SUNDAY], 60, 2 * 60 + 30)])
    [(start, end)] = until_half_past.spans_between(
        berlin(2026, 3, 29), berlin(2026, 3, 29, 12), BERLIN
    )
    assert (start, end) == (berlin(2026, 3, 29, 1), berlin(2026, 3, 29, 3))


def test_what_the_clock_shows_twice_comes_twice():
    at_two = Schedule.of([([SUNDAY], 2 * 60, 2 * 60 + 30)])
    around = berlin(2026, 10, 25), berlin(2026, 10, 25, 12)
    half = timedelta(minutes=30)
    first, second = berlin(2026, 10, 25, 2), berlin(2026, 10, 25, 2, fold=1)
    assert at_two.spans_between(*around, BERLIN) == [
        (first, first + half),
        (second, second + half),
    ]


def test_times_are_those_of_the_zone_and_answers_are_utc():
    [(start, _end)] = NIGHT.spans_between(
        berlin(2026, 7, 1, 12), berlin(2026, 7, 2, 12), BERLIN
    )
    assert start == datetime(2026, 7, 1, 20, tzinfo=timezone.utc)
    assert start.tzinfo is timezone.utc


def test_it_ends_at_its_end_and_never_when_it_always_holds():
    at_three = berlin(2026, 10, 25, 0)
    assert NIGHT.end_after(at_three, BERLIN) == berlin(2026, 10, 25, 6)
    noon = berlin(2026, 10, 25, 12)
    assert NIGHT.end_after(noon, BERLIN) == noon
    always = Schedule.of([(EVERY_DAY, 0, 0)])
    assert always.end_after(noon, BERLIN) is None


minutes = st.integers(0, DAY - 1)
schedules = st.lists(
    st.tuples(st.sets(st.integers(0, 6)), minutes, minutes), max_size=4
).map(Schedule.of)
zones = st.sampled_from(
    [
        "Europe/Berlin",
        "Asia/Dhaka",
        "Asia/Beirut",  # at midnight
        "Australia/Lord_Howe",  # by half an hour
        "America/St_Johns",
        "UTC",
    ]
).map(ZoneInfo)
moments = st.datetimes(
    datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(timezone.utc)
)


@settings(max_examples=150, deadline=None)
@given(schedules, zones, moments, st.lists(st.floats(0, 1), min_size=3, max_size=10))
def test_the_spans_say_the_same_as_asking_moment_by_moment(schedule, tz, start, parts):
    end = start + timedelta(days=9)
    spans = schedule.spans_between(start, end, tz)
    assert spans == sorted(spans)
    assert all(a[1] < b[0] for a, b in zip(spans, spans[1:], strict=False))
    for part in parts:
        moment = start + (end - start) * part * 0.999
        inside = any(begin <= moment < finish for begin, finish in spans)
        assert inside is schedule.covers(moment, tz)
