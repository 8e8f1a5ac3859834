"""Timestamps as devices really send them. Pure."""

import re
from datetime import datetime, timedelta, timezone
from math import isfinite

from ..message import Reason, RejectedError

# A device clock may be a little ahead; anything more is a wrong zone or a dead RTC.
MAX_AHEAD = timedelta(hours=1)
# An unset clock says 1970 or 2000-01-01, and no reading is older than that.
EARLIEST = datetime(2000, 1, 2, tzinfo=timezone.utc)
# Seconds and milliseconds since 1970 differ by a thousand; the border is the year 5138.
_MILLISECONDS_FROM = 1e11
_ISO = re.compile(
    r"(\d{4})-?(\d\d)-?(\d\d)[T ]"
    r"(\d\d):?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?"
    r" ?(?:Z|([+-]\d\d)(?::?(\d\d))?)?",
    re.ASCII | re.IGNORECASE,
)


def to_time(raw, received_at, tz):
    """A UTC instant, cut to the millisecond; ``received_at`` when there is none.

    Takes ISO 8601 with or without a zone (without: ``tz``, the farm's), seconds or
    milliseconds since 1970, and strings of them. The past is a backfill and welcome.

    Of the local hour that comes twice in autumn the first is meant, and one that is
    skipped in spring counts on from winter time: as Python does without ``fold``.
    """
    if raw is None:
        return _cut(received_at)
    time = _parse(raw, tz)
    if time < EARLIEST:
        raise RejectedError(
            Reason.BAD_TIMESTAMP,
            f"timestamp {_shown(raw)} is before {EARLIEST:%Y-%m-%d}",
            clock_offset=(time - received_at).total_seconds(),
        )
    if time - received_at > MAX_AHEAD:
        raise RejectedError(
            Reason.FUTURE_TIMESTAMP,
            f"timestamp {_shown(raw)} is {time - received_at} ahead of the server's "
            "clock",
            clock_offset=(time - received_at).total_seconds(),
        )
    return _cut(time)


def _parse(raw, tz):
    try:
        return _convert(raw, tz)
    except (ValueError, TypeError, OverflowError, OSError):
        raise RejectedError(
            Reason.BAD_TIMESTAMP,
            f"timestamp {_shown(raw)} is neither ISO 8601 nor seconds or "
            "milliseconds since 1970",
        ) from None


def _convert(raw, tz):
    if isinstance(raw, str):
        text = raw.strip()
        if "_" in text:
            raise ValueError  # Python reads 1_000, no device means it
        if "T" in text or " " in text or text.count("-") >= 2:
            return _from_iso(text, tz)
    elif isinstance(raw, bool) or not isinstance(raw, (int, float)):
        raise TypeError
    return _from_epoch(float(raw))


def _from_iso(text, tz):
    try:
        time = datetime.fromisoformat(text)
    except ValueError:  # Python 3.10 reads only what isoformat() writes
        time = datetime.fromisoformat(_as_isoformat(text))
    if time.tzinfo is None:
        time = time.replace(tzinfo=tz)
    return time.astimezone(timezone.utc)


def _as_isoformat(text):
    """What :meth:`datetime.isoformat` would write for it, to the microsecond.

    >>> _as_isoformat("20260105 053000,5z")
    '2026-01-05T05:30:00.500000+00:00'
    """
    found = _ISO.fullmatch(text)
    if not found:
        raise ValueError(text)
    *date, hour, minute, second, decimals, zone, zone_minute = found.groups()
    time = f"{'-'.join(date)}T{hour}:{minute}:{second or '00'}"
    if decimals:
        time += f".{decimals:0<6.6}"
    if zone:
        return f"{time}{zone}:{zone_minute or '00'}"
    return f"{time}+00:00" if text[-1] in "Zz" else time


def _from_epoch(number):
    if not isfinite(number):
        raise ValueError
    seconds = number / 1000 if abs(number) >= _MILLISECONDS_FROM else number
    return datetime.fromtimestamp(seconds, timezone.utc)


def _cut(time):
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


def _shown(raw):
    return repr(raw)[:60]
