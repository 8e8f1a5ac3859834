"""Timestamps as devices really send them. Pure."""

from datetime import datetime, timedelta, timezone
from math import isfinite

from ..message import Reason, RejectedError

# A device clock may be a little ahead; anything more is a wrong zone or a dead RTC.
MAX_AHEAD = timedelta(hours=1)
# Before MQTT existed there was no telemetry: an unset clock says 1970 or 2000-01-01.
EARLIEST = datetime(2000, 1, 2, tzinfo=timezone.utc)
# Seconds and milliseconds since 1970 differ by a thousand; the border is the year 5138.
_MILLISECONDS_FROM = 1e11


def to_time(raw, received_at, tz):
    """A UTC instant, cut to the millisecond; ``received_at`` when there is none.

    Takes ISO 8601 with or without a zone (without: ``tz``, the farm's), seconds or
    milliseconds since 1970, and strings of them. The past is a backfill and welcome.
    """
    if raw is None:
        return _cut(received_at)
    time = _parse(raw, tz)
    if time < EARLIEST:
        raise RejectedError(
            Reason.BAD_TIMESTAMP, f"timestamp {raw!r} is before {EARLIEST:%Y-%m-%d}"
        )
    if time - received_at > MAX_AHEAD:
        raise RejectedError(
            Reason.FUTURE_TIMESTAMP,
            f"timestamp {raw!r} is {time - received_at} ahead of the server's clock",
        )
    return _cut(time)


def _parse(raw, tz):
    try:
        return _convert(raw, tz)
    except (ValueError, TypeError, OverflowError, OSError):
        raise RejectedError(
            Reason.BAD_TIMESTAMP,
            f"timestamp {str(raw)[:60]!r} is neither ISO 8601 nor seconds or "
            "milliseconds since 1970",
        ) from None


def _convert(raw, tz):
    if isinstance(raw, str):
        text = raw.strip()
        if "_" in text:
            raise ValueError  # Python reads 1_000, no device means it
        if "T" in text or text.count("-") >= 2:
            return _from_iso(text, tz)
    elif isinstance(raw, bool) or not isinstance(raw, (int, float)):
        raise TypeError
    return _from_epoch(float(raw))


def _from_iso(text, tz):
    if text[-1:] in "Zz":  # fromisoformat() reads it only since Python 3.11
        text = text[:-1] + "+00:00"
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        time = time.replace(tzinfo=tz)
    return time.astimezone(timezone.utc)


def _from_epoch(number):
    if not isfinite(number):
        raise ValueError
    seconds = number / 1000 if abs(number) >= _MILLISECONDS_FROM else number
    return datetime.fromtimestamp(seconds, timezone.utc)


def _cut(time):
    return time.replace(microsecond=time.microsecond // 1000 * 1000)
