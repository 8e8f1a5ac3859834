"""What a rule would have told of the past. Pure.

Quarters tell where to look: only those that are not all inside are read, each with what
follows it until the device is back inside for the off-delay.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from .evaluate import Ended, historic
from .excursion import Run
from .rule import is_worse

_QUARTER = timedelta(minutes=15)


class Quarter(NamedTuple):
    """A quarter hour that is not all inside, or the first one after it that is."""

    time: datetime
    state: int  # 2: beyond a limit, 1: within the deadband, 0: inside
    count: int  # readings


class Firing(NamedTuple):
    """An alert that there would have been."""

    severity: str
    start: datetime
    until: datetime | None  # None: it would hold now
    peak_value: float
    minutes: float


def spans(quarters, off_delay):
    """What to read of one device: ``[(start, end), …]``, apart from each other.

    :param quarters: :class:`Quarter`, in order of time
    """
    found, group = [], []
    for quarter in quarters:
        group.append(quarter)
        if not quarter.state:
            _add(found, group, off_delay)
            group = []
    _add(found, group, off_delay)
    return found


def _add(found, group, off_delay):
    if all(quarter.state < 2 for quarter in group):
        return
    start, end = group[0].time, group[-1].time + _QUARTER + off_delay
    if found and start <= found[-1][1]:
        found[-1] = found[-1][0], max(end, found[-1][1])
    else:
        found.append((start, end))


def join(parts):
    """The runs of one device as if its spans had been read in one.

    :param parts: ``{(level, side): [Run, …]}`` of each span, in order of time
    """
    joined = {}
    for part in parts:
        for key, runs in part.items():
            known = joined.setdefault(key, [])
            for run in runs:
                if known and known[-1].is_outside == run.is_outside:
                    run = _join(known.pop(), run, key[1])
                known.append(run)
    return joined


def _join(first, second, side):
    worst = max if side == "high" else min
    return Run(
        first.is_outside,
        first.start,
        second.end,
        first.first,
        worst(first.worst, second.worst),
        first.count + second.count,
    )


def would_fire(rule, runs, now, silence):
    """:return: list of :class:`Firing`, as if each was acknowledged as it cleared"""
    fired, ended = [], None
    for excursion in historic(rule, runs, now, silence):
        if ended and not is_worse(excursion.severity, ended.severity):
            free_at = ended.at + rule.cooldown
            if excursion.until and excursion.until <= free_at:
                continue
        until = excursion.until or now
        minutes = (until - excursion.start).total_seconds() / 60
        fired.append(
            Firing(
                *(excursion.severity, excursion.start, excursion.until),
                *(excursion.peak_value, minutes),
            )
        )
        ended = Ended(excursion.severity, until + rule.off_delay)
    return fired
