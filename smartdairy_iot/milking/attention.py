"""Which animals somebody should look at, and how soon. Pure.

Sources: conductivity over 6.5 mS/cm and somatic cells over 400,000 are the
specification's limits of milk (Day 254); 750,000 its level high.
"""

from datetime import datetime, timedelta
from math import fsum, sqrt
from statistics import median
from typing import NamedTuple

_ENOUGH = 10  # milkings; of fewer there is no own normal
_SIGMAS, _RISE = 3, 1.10  # over its own normal: that is no chance, and that matters
_RHYTHM = 1.75  # times its usual pause: one was missed
_SOONEST, _LATEST = timedelta(hours=18), timedelta(days=7)  # then it is dry, or gone
_MORE = 5  # for each further reason


class Limits(NamedTuple):
    conductivity: float = 6.5  # mS/cm
    scc: float = 400_000  # cells/mL
    scc_severe: float = 750_000
    yield_drop: float = 20.0  # per cent under its own average


class Milked(NamedTuple):
    """What counts of one milking."""

    start: datetime
    conductivity: float | None
    scc: float | None
    is_complete: bool
    key: int | None = None  # of its record


class Finding(NamedTuple):
    """``kind``: ``scc``, ``conductivity`` (over the limit), ``conductivity_own`` (over
    its own normal), ``missed``, ``yield`` or ``incomplete``."""

    kind: str
    score: float  # 0–100, the worst is the highest
    value: float
    reference: float
    key: int | None  # of the milking that tells it


def judge(milkings, daily, now, limits=Limits()):  # noqa: B008 - immutable
    """What is conspicuous of one animal.

    :param milkings: list of :class:`Milked`, by start
    :param daily: :class:`~.yields.Yield` of its last whole day, or None
    :return: list of :class:`Finding`, the worst first
    """
    if not milkings or now - milkings[-1].start > _LATEST:
        return []
    found = [
        _conductivity(milkings, limits),
        _scc(milkings, limits),
        _missed(milkings, now),
        _yield(daily, limits),
        _incomplete(milkings[-1]),
    ]
    return sorted(filter(None, found), key=lambda finding: -finding.score)


def urgency(findings):
    """One number for an animal: its worst, and a little for each further reason."""
    if not findings:
        return 0.0
    return min(100.0, findings[0].score + _MORE * (len(findings) - 1))


def _latest(milkings, name):
    return next((m for m in reversed(milkings) if getattr(m, name) is not None), None)


def _conductivity(milkings, limits):
    last = _latest(milkings, "conductivity")
    if last is None:
        return None
    value = last.conductivity
    if value > limits.conductivity:
        score = min(95.0, 70 + 20 * (value - limits.conductivity))
        return Finding("conductivity", score, value, limits.conductivity, last.key)
    normal = own_normal([m.conductivity for m in milkings if m.start < last.start])
    if normal and value > normal[0] * _RISE and value > normal[0] + _SIGMAS * normal[1]:
        return Finding("conductivity_own", 55.0, value, normal[0], last.key)
    return None


def own_normal(values):
    """``(mean, standard deviation)`` of those known; None of too few."""
    known = [value for value in values if value is not None]
    if len(known) < _ENOUGH:
        return None
    mean = fsum(known) / len(known)
    return mean, sqrt(fsum((v - mean) ** 2 for v in known) / (len(known) - 1))


def _scc(milkings, limits):
    last = _latest(milkings, "scc")
    if last is None or last.scc <= limits.scc:
        return None
    if last.scc > limits.scc_severe:
        score = min(100.0, 85 + 5 * (last.scc / limits.scc_severe - 1))
        return Finding("scc", score, last.scc, limits.scc_severe, last.key)
    score = 60 + 15 * (last.scc / limits.scc - 1)
    return Finding("scc", min(score, 80.0), last.scc, limits.scc, last.key)


def _missed(milkings, now):
    pauses = [
        (later.start - earlier.start).total_seconds()
        for earlier, later in zip(milkings, milkings[1:], strict=False)
    ]
    usual = timedelta(seconds=median(pauses)) if len(pauses) >= _ENOUGH else None
    allowed = max(_SOONEST, usual * _RHYTHM) if usual else _SOONEST
    since = now - milkings[-1].start
    if since <= allowed:
        return None
    hours, limit = (span.total_seconds() / 3600 for span in (since, allowed))
    return Finding("missed", min(75.0, 45 + hours - limit), hours, limit, None)


def _yield(daily, limits):
    change = daily and daily.change
    if change is None or round(change, 6) > -limits.yield_drop:
        return None
    score = min(70.0, 40 + (-change - limits.yield_drop) / 2)
    return Finding("yield", score, daily.liters, daily.average, None)


def _incomplete(last):
    return None if last.is_complete else Finding("incomplete", 30.0, 0.0, 0.0, last.key)
