"""Weekly times, as the clock on the farm's wall shows them. Pure.

What counts is what the clock shows: in the night in which it is put back, a span
between two and three o'clock comes twice; in the night in which it is put forward, not
at all. So of two spans that meet, exactly one holds at every moment.
"""

from datetime import date, datetime, time, timedelta, timezone
from typing import NamedTuple

DAY = 24 * 60
WEEK = 7 * DAY
_SECOND = timedelta(seconds=1)


class Span(NamedTuple):
    """Minutes since Monday 00:00; ``end`` is beyond the week's when it crosses it."""

    start: int
    end: int


class Schedule(NamedTuple):
    """The union of its spans; none at all is never."""

    spans: tuple

    @classmethod
    def of(cls, lines):
        """
        :param lines: iterable of ``(weekdays, start, end)``: weekdays with Monday = 0,
            minutes of the day. An end that is not after the start is on the next day.
        """
        return cls(
            tuple(
                Span(weekday * DAY + start, weekday * DAY + start + _length(start, end))
                for weekdays, start, end in lines
                for weekday in weekdays
            )
        )

    def covers(self, moment_utc, tz):
        """
        :param moment_utc: aware datetime
        :param tz: a ``tzinfo``
        """
        local = moment_utc.astimezone(tz)
        clock = local.weekday() * DAY + local.hour * 60 + local.minute
        return any(
            start <= clock < end or clock + WEEK < end for start, end in self.spans
        )

    def spans_between(self, start, end, tz):
        """When it holds, within ``start`` and ``end``.

        :return: list of ``(start, end)``, aware, UTC, in order, apart from each other
        """
        found = []
        edges = sorted({start, end, *self._edges(start, end, tz)})
        for begin, finish in zip(edges, edges[1:], strict=False):
            if not self.covers(begin, tz):
                continue
            if found and found[-1][1] == begin:
                found[-1] = (found[-1][0], finish)
            else:
                found.append((begin, finish))
        return [(_utc(begin), _utc(finish)) for begin, finish in found]

    def end_after(self, moment, tz):
        """When it ends that holds at ``moment``; None: not within the next two weeks.

        ``moment`` itself where it does not hold.
        """
        limit = moment + timedelta(days=14)
        for begin, finish in self.spans_between(moment, limit, tz):
            if begin <= moment:
                return finish if finish < limit else None
        return moment

    def _edges(self, start, end, tz):
        """All moments strictly between the two at which ``covers`` may change."""
        minutes = sorted({edge % WEEK for span in self.spans for edge in span})
        for day in _days(start.astimezone(tz), end.astimezone(tz)):
            edges = [m % DAY for m in minutes if m // DAY == day.weekday()]
            moments = {m for edge in edges for m in _moments(day, edge, tz)}
            yield from (m for m in moments if start < m < end)
        for day in _days(_utc(start), _utc(end)):
            yield from (m for m in _jumps(day, tz) if start < m < end)


def _length(start, end):
    return (end - start) % DAY or DAY


def _moments(day, minute, tz):
    """The one moment, or two, at which the clock shows it; what it skips, never."""
    wall = datetime.combine(day, time(minute // 60, minute % 60))
    both = (wall.replace(tzinfo=tz, fold=fold) for fold in (0, 1))
    return {m for m in map(_utc, both) if m.astimezone(tz).replace(tzinfo=None) == wall}


def _jumps(day, tz):
    """When the clock is put forward or back on that day, of UTC."""
    low = datetime.combine(day, time(), timezone.utc)
    high = low + timedelta(days=1)
    before = low.astimezone(tz).utcoffset()
    if high.astimezone(tz).utcoffset() == before:
        return set()
    while high - low > _SECOND:
        middle = low + (high - low) // 2
        if middle.astimezone(tz).utcoffset() == before:
            low = middle
        else:
            high = middle
    return {high.replace(microsecond=0)}


def _days(start, end):
    for ordinal in range(start.toordinal(), end.toordinal() + 1):
        yield date.fromordinal(ordinal)


def _utc(moment):
    return moment.astimezone(timezone.utc)
