"""From readings to excursions: when was a device outside, how far, how long. Pure.

The store tells *runs*: consecutive readings that say the same of one limit. What lies
between the limit and the deadband says nothing, so noise around a limit is one run.
"""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from .rule import most_severe

_NO_TIME = timedelta(0)


class Run(NamedTuple):
    """Consecutive readings that are outside, or inside by the deadband."""

    is_outside: bool
    start: datetime  # of its first reading
    end: datetime  # of its last one
    first: float
    worst: float  # the furthest out
    count: int


class Excursion(NamedTuple):
    """From leaving the limits until being back inside for the off-delay."""

    side: str | None  # of its first reading, None: it began before what was asked for
    start: datetime
    end: datetime  # of its last reading outside
    until: datetime | None  # when it was back inside, None: it is not
    calm_until: datetime | None  # up to when it stayed inside, as far as is known
    trigger_value: float | None
    peak_value: float | None
    severity: str | None  # None: not for long enough, for any level

    def is_over(self, off_delay):
        return self.until is not None and self.calm_until - self.until >= off_delay


class Waiting(NamedTuple):
    """Outside, but not yet for as long as that level asks for."""

    since: datetime
    due: datetime
    severity: str


def excursions(rule, runs, now, silence):
    """What was outside, in order of time, and what may count before long.

    :param rule: :class:`~.rule.Rule`
    :param runs: ``{(index of level, side): [Run, …]}``, each in order of time
    :param silence: after so long without a reading, the last one is taken to hold
    :return: ``([Excursion, …], [Waiting, …])``
    """
    reached, waiting = _levels(rule, runs, now, silence)
    spans = [
        span
        for (level, side), of_bound in runs.items()
        if level == 0
        for span in _outside(side, of_bound, now, silence)
    ]
    spans.sort(key=lambda span: span.start)
    joined = []
    for span in spans:
        if joined and _goes_on(joined[-1], span, rule.off_delay):
            joined[-1] = _join(rule, joined[-1], span)
        else:
            joined.append(span)
    return [_with_severity(span, reached) for span in joined], waiting


def calm(runs, now, silence):
    """An excursion that ended where the readings begin, None if they begin outside.

    For an alert that holds: nobody need have seen its last reading outside.
    """
    of_level = [of_bound for (level, _side), of_bound in runs.items() if level == 0]
    if not of_level or any(not runs or runs[0].is_outside for runs in of_level):
        return None
    since = max(runs[0].start for runs in of_level)
    until = min(_last_seen(runs, 0, now, silence) for runs in of_level)
    return Excursion(None, since, since, since, max(since, until), None, None, None)


def _levels(rule, runs, now, silence):
    """``([(time, severity)], [Waiting])``: which levels were reached, which may be."""
    reached, waiting = [], []
    for (level, _side), of_bound in runs.items():
        severity, on_delay = rule.levels[level].severity, rule.levels[level].on_delay
        for index, run in enumerate(of_bound):
            if not run.is_outside:
                continue
            held = _last_seen(of_bound, index, now, silence) - run.start
            if held >= on_delay and run.count >= rule.repeat_count:
                reached.append((run.start, severity))
            elif run is of_bound[-1]:
                waiting.append(Waiting(run.start, run.start + on_delay, severity))
    return reached, waiting


def _last_seen(runs, index, now, silence):
    """Up to when that run held, as far as is known.

    A device that says nothing any more is taken at its last word.
    """
    run = runs[index]
    is_last = index == len(runs) - 1
    return max(run.end, now) if is_last and now - run.end > silence else run.end


def _outside(side, runs, now, silence):
    for index, run in enumerate(runs):
        if not run.is_outside:
            continue
        until = calm_until = None
        if index + 1 < len(runs):
            until = runs[index + 1].start
            calm_until = _last_seen(runs, index + 1, now, silence)
        yield Excursion(
            *(side, run.start, run.end, until, calm_until),
            *(run.first, run.worst, None),
        )


def _goes_on(last, span, off_delay):
    if last.until is None or span.start <= last.until:
        return True  # from one side to the other
    return min(last.calm_until, span.start) - last.until < off_delay


def _join(rule, first, second):
    newest = second
    if first.until is None or (second.until and first.until > second.until):
        newest = first
    peaks = [p for p in (first.peak_value, second.peak_value) if p is not None]
    return first._replace(
        end=max(first.end, second.end),
        until=newest.until,
        calm_until=newest.calm_until,
        peak_value=max(peaks, key=rule.distance),
    )


def _with_severity(span, reached):
    found = [severity for time, severity in reached if span.start <= time <= span.end]
    return span._replace(severity=most_severe(*found)) if found else span


def minutes_outside(turns, until=None):
    """Of ``[(is outside, since), …]`` in order of time, up to ``until``."""
    times = [*turns, (False, until)] if until else turns
    total = sum(
        (after - since for (is_out, since), (_, after) in pairwise(times) if is_out),
        _NO_TIME,
    )
    return total.total_seconds() / 60
