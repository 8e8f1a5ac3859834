"""A day is the farm's: 23 hours when summer time begins, 25 when it ends."""

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from smartdairy_iot.milking.day import local_day, milking_of, span_of

AMSTERDAM, DHAKA = ZoneInfo("Europe/Amsterdam"), ZoneInfo("Asia/Dhaka")


def utc(*when):
    return datetime(*when, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    "at, zone, day",
    [
        (utc(2026, 1, 5, 22, 59), AMSTERDAM, date(2026, 1, 5)),
        (utc(2026, 1, 5, 23, 0), AMSTERDAM, date(2026, 1, 6)),
        (utc(2026, 7, 5, 22, 0), AMSTERDAM, date(2026, 7, 6)),
        (utc(2026, 1, 5, 18, 0), DHAKA, date(2026, 1, 6)),
    ],
)
def test_midnight_is_the_farms(at, zone, day):
    assert local_day(at, zone) == day


@pytest.mark.parametrize(
    "day, hours",
    [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)],
)
def test_a_day_on_which_the_clocks_change_has_another_length(day, hours):
    start, end = (at.astimezone(timezone.utc) for at in span_of(day, AMSTERDAM))
    assert end - start == timedelta(hours=hours)
    assert local_day(start, AMSTERDAM) == day
    assert local_day(end - timedelta(seconds=1), AMSTERDAM) == day


@pytest.mark.parametrize(
    "at, expected",
    [
        (utc(2026, 3, 28, 2, 30), "morning"),  # 3:30, before the change
        (utc(2026, 3, 29, 1, 30), "morning"),  # 3:30, after it
        (utc(2026, 3, 28, 1, 30), "other"),
        (utc(2026, 3, 28, 11, 30), "other"),
        (utc(2026, 3, 28, 16, 0), "evening"),
        (utc(2026, 3, 28, 21, 30), "other"),
    ],
)
def test_a_milking_is_the_mornings_or_the_evenings_by_the_farms_clock(at, expected):
    assert milking_of(at, AMSTERDAM) == expected
