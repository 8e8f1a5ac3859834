"""Days of a farm's calendar, and spans without readings. Pure; s since 1970."""

from datetime import datetime, time, timedelta
from typing import NamedTuple

from ..coldchain.sample import MINUTE


class Day(NamedTuple):
    date: object
    start: float
    end: float  # 23 or 25 hours later where clocks are changed

    @property
    def hours(self):
        return (self.end - self.start) / 3600


def days(first, last, zone):
    """:return: list of :class:`Day`, both dates included"""
    found = []
    while first <= last:
        midnights = (
            datetime.combine(date, time.min, tzinfo=zone).timestamp()
            for date in (first, first + timedelta(days=1))
        )
        found.append(Day(first, *midnights))
        first += timedelta(days=1)
    return found


def gaps(minutes, start, end, longest):
    """Spans of ``[start, end)`` in which no minute has a reading.

    :param minutes: sorted beginnings of the minutes that have one
    :param longest: s; what is not longer is none
    :return: ``[(begin, end)]``
    """
    found, known = [], start
    for minute in [m for m in minutes if start <= m < end] + [end]:
        if minute - known > longest:
            found.append((known, minute))
        known = minute + MINUTE
    return found


def clip(spans, start, end):
    """``[(…, begin, end)]``: what of each span is in ``[start, end)``."""
    cut = [(*what, max(start, begin), min(end, until)) for *what, begin, until in spans]
    return [span for span in cut if span[-1] > span[-2]]
