"""Timestamps as devices really send them."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartdairy_iot.ingest.codec.timestamp import EARLIEST, _as_isoformat, to_time
from smartdairy_iot.ingest.message import Reason, RejectedError
from smartdairy_iot.tests.pure.builders import NOW, at

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
DHAKA = ZoneInfo("Asia/Dhaka")
EPOCH = int(at(-1800).timestamp())


@pytest.mark.parametrize(
    "raw",
    [
        "2026-01-05T05:30:00Z",
        "2026-01-05T05:30:00z",
        " 2026-01-05T05:30:00Z ",
        "2026-01-05 05:30:00+00:00",
        "2026-01-05T11:30:00+06:00",
        "2026-01-05T11:30:00+0600",
        "2026-01-05T06:30:00",
        "2026-01-05T06:30",
        "2026-01-05T05:30:00.0Z",
        "2026-01-05T05:30:00.000999999Z",
        "2026-01-05T05:30:00,000Z",
        "2026-01-05 05:30:00 +0000",
        "2026-01-05T11:30:00+06",
        "2026-01-05t05:30:00z",
        "20260105T053000Z",
        "20260105 053000 Z",
        "2026-01-05 06:30",
        EPOCH,
        float(EPOCH),
        EPOCH * 1000,
        str(EPOCH),
        f" {EPOCH}.000 ",
        str(EPOCH * 1000),
        f"{EPOCH}e3",
    ],
)
def test_each_way_to_write_half_past_five_is_understood(raw):
    assert to_time(raw, NOW, AMSTERDAM) == at(-1800)


@pytest.mark.parametrize(
    ("raw", "tz", "expected"),
    [
        ("2026-01-05T06:30:00", AMSTERDAM, "2026-01-05T05:30:00"),
        ("2026-07-05T06:30:00", AMSTERDAM, "2026-07-05T04:30:00"),
        ("2026-07-05T06:30:00", DHAKA, "2026-07-05T00:30:00"),
        ("2026-03-29T01:59:59", AMSTERDAM, "2026-03-29T00:59:59"),
        ("2026-03-29T03:00:00", AMSTERDAM, "2026-03-29T01:00:00"),
        # 02:30 does not exist on that night, and is there twice on the other one
        ("2026-03-29T02:30:00", AMSTERDAM, "2026-03-29T01:30:00"),
        ("2026-10-25T02:30:00", AMSTERDAM, "2026-10-25T00:30:00"),
        ("2026-10-25T02:30:00+01:00", AMSTERDAM, "2026-10-25T01:30:00"),
        ("2026-10-25T03:30:00", AMSTERDAM, "2026-10-25T02:30:00"),
    ],
)
def test_a_time_without_a_zone_is_the_farm_s_in_summer_as_in_winter(raw, tz, expected):
    received_at = datetime(2026, 12, 31, tzinfo=timezone.utc)
    time = to_time(raw, received_at, tz)
    assert time == datetime.fromisoformat(expected).replace(tzinfo=timezone.utc)
    assert time.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-05T05:30:00Z", "2026-01-05T05:30:00+00:00"),
        ("2026-01-05 05:30:00 z", "2026-01-05T05:30:00+00:00"),
        ("2026-01-05T05:30", "2026-01-05T05:30:00"),
        ("2026-01-05T05:30+0100", "2026-01-05T05:30:00+01:00"),
        ("2026-01-05T05:30:00-05", "2026-01-05T05:30:00-05:00"),
        ("2026-01-05T05:30:00.5-03:30", "2026-01-05T05:30:00.500000-03:30"),
        ("2026-01-05T05:30:00,25", "2026-01-05T05:30:00.250000"),
        ("2026-01-05T05:30:00.123456789Z", "2026-01-05T05:30:00.123456+00:00"),
        ("20260105T053000.1Z", "2026-01-05T05:30:00.100000+00:00"),
    ],
)
def test_what_only_a_newer_python_reads_is_written_as_python_3_10_reads_it(
    text, expected
):
    assert _as_isoformat(text) == expected
    assert datetime.fromisoformat(expected).isoformat() == expected


@given(time=st.datetimes(timezones=st.just(timezone.utc)))
def test_what_python_writes_itself_means_the_same_after_that(time):
    for text in (time.isoformat(), time.isoformat(" ", "milliseconds")):
        as_written = datetime.fromisoformat(text)
        assert datetime.fromisoformat(_as_isoformat(text)) == as_written


def test_without_a_timestamp_the_reading_is_of_the_moment_it_arrived():
    received_at = at(0.123456)
    assert to_time(None, received_at, AMSTERDAM) == at(0.123)


@pytest.mark.parametrize(
    "raw",
    [
        "2026-01-05T05:59:59.123456Z",
        "2026-01-05T05:59:59.123Z",
        at(-0.877).timestamp(),
        round(at(-0.877).timestamp() * 1000),
    ],
)
def test_a_time_is_kept_to_the_millisecond(raw):
    assert to_time(raw, NOW, AMSTERDAM) == at(-0.877)


@given(milliseconds=st.integers(int(EARLIEST.timestamp()) * 1000, EPOCH * 1000))
def test_no_millisecond_since_1970_is_lost_in_a_float(milliseconds):
    expected = datetime(1970, 1, 1, tzinfo=timezone.utc)
    expected += timedelta(milliseconds=milliseconds)
    assert to_time(milliseconds / 1000, NOW, AMSTERDAM) == expected
    if milliseconds >= 10**11 * 10:  # from 2001 on it is told from seconds by its size
        assert to_time(milliseconds, NOW, AMSTERDAM) == expected


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "-",
        "T",
        "now",
        "5 January 2026",
        "05:30",
        "2026-13-05T05:30:00Z",
        "2026-02-29T05:30:00Z",
        "2026-01-05T25:30:00Z",
        "2026-01-05T05:30:00Zulu",
        "2026-01-05T05:30:00 CET",
        "2026-01-05T05:30:00+1:00",
        "\u0662\u0660\u0662\u0666-01-05T05:30:00+0100",
        "0000-00-00T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "0001-01-01T00:00:00",
        "9999-12-31T23:59:59-14:00",
        "1970-01-01T00:00:17Z",
        "2000-01-01T00:00:00Z",
        "nan",
        "inf",
        "-1e99",
        f"{EPOCH:_}",
        0,
        17,
        -1,
        -EPOCH * 1000,
        1e300,
        10**400,
        True,
        False,
        [],
        [2026, 1, 5],
        {"seconds": EPOCH},
        "1999-12-31T23:59:59." + "9" * 1000,
    ],
)
def test_an_absurd_timestamp_is_refused_and_not_replaced_by_now(raw):
    with pytest.raises(RejectedError) as refused:
        to_time(raw, NOW, AMSTERDAM)
    assert refused.value.reason is Reason.BAD_TIMESTAMP
    assert len(refused.value.detail) < 200


@pytest.mark.parametrize(
    "raw",
    [
        "2026-01-05T07:00:00.001Z",
        "2026-01-05T12:00:00",
        "9998-12-31T00:00:00Z",
        EPOCH + 86_400,
        (EPOCH + 86_400) * 1000,
    ],
)
def test_a_clock_that_runs_hours_ahead_is_refused_as_such(raw):
    with pytest.raises(RejectedError) as refused:
        to_time(raw, NOW, AMSTERDAM)
    assert refused.value.reason is Reason.FUTURE_TIMESTAMP


@pytest.mark.parametrize("raw", ["2026-01-05T07:00:00Z", "2000-01-02T00:00:00Z"])
def test_a_clock_a_little_ahead_and_a_backfill_of_any_age_are_welcome(raw):
    assert to_time(raw, NOW, AMSTERDAM) == datetime.fromisoformat(
        raw.replace("Z", "+00:00")
    )
