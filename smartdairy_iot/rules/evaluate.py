"""Room 8: the state machine of one alert, per (device, rule). Pure.

An alert opens with a breach and clears when the newest value is back inside by the
deadband. Each breach is told by its *measurement* time, so evaluating the same
readings twice, or a run that was cut off, changes nothing.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from .limits import most_severe


class Breach(NamedTuple):
    """The alarms of one device and reading type since the last run, from the store."""

    device_id: str
    reading_type: str
    side: str  # low | high
    first_time: datetime
    first_value: float
    last_time: datetime
    worst_value: float


class Known(NamedTuple):
    """The newest alert of that device and rule, if there ever was one."""

    is_open: bool
    is_active: bool  # the condition still holds
    side: str
    severity: str
    last_breach_at: datetime
    peak_value: float
    ended_at: datetime | None = None


class Latest(NamedTuple):
    """The newest value that the device sent of this reading type."""

    time: datetime
    value: float


class Opened(NamedTuple):
    side: str
    severity: str
    started_at: datetime
    trigger_value: float
    peak_value: float
    last_breach_at: datetime
    is_active: bool


class Changed(NamedTuple):
    """The open alert goes on: new peak, perhaps more severe, perhaps active again."""

    severity: str
    peak_value: float
    last_breach_at: datetime
    is_active: bool


def evaluate(limit, known, breach, latest, now):
    """What happens to the alert: :class:`Opened`, :class:`Changed`, or None.

    :param known: :class:`Known` or None
    :param breach: :class:`Breach` or None, violating ``limit``
    :param latest: :class:`Latest` or None
    :param now: aware UTC time, for the cooldown
    """
    if known and known.is_open:
        breaches = _present(breach, _standing(limit, latest))
        return _go_on(limit, known, breaches, latest)
    if known and breach and breach.last_time <= known.last_breach_at:
        breach = None  # it belongs to the alert that has ended
    # A newest value outside is news even when its alarm was told before: the rule may
    # have come out of its cooldown, or the alert was closed by hand.
    breaches = _present(breach, _standing(limit, latest))
    worst = max(breaches, key=lambda b: limit.distance(b.worst_value), default=None)
    if worst is None or _is_cooling_down(limit, known, worst, now):
        return None
    first = min(breaches, key=lambda b: b.first_time)
    last = max(breaches, key=lambda b: b.last_time)
    return Opened(
        first.side,
        limit.severity_of(worst.worst_value),
        first.first_time,
        first.first_value,
        worst.worst_value,
        last.last_time,
        not _is_clear(limit, last.side, last.last_time, latest),
    )


def _standing(limit, latest):
    """The newest value as a breach of its own, if it is outside."""
    if latest is None or not (side := limit.side(latest.value)):
        return None
    time, value = latest
    return Breach("", limit.reading_type, side, time, value, time, value)


def _present(*breaches):
    return [breach for breach in breaches if breach]


def _go_on(limit, known, breaches, latest):
    """Only ever worse, so that the order in which readings arrive does not matter."""
    severity, peak, side = known.severity, known.peak_value, known.side
    last_breach_at = known.last_breach_at
    for breach in breaches:
        severity = most_severe(severity, limit.severity_of(breach.worst_value))
        peak = max(peak, breach.worst_value, key=limit.distance)
        if breach.last_time > last_breach_at:
            last_breach_at, side = breach.last_time, breach.side
    is_news = last_breach_at > known.last_breach_at
    changed = Changed(
        severity,
        peak,
        last_breach_at,
        (known.is_active or is_news)
        and not _is_clear(limit, side, last_breach_at, latest),
    )
    before = Changed(
        known.severity, known.peak_value, known.last_breach_at, known.is_active
    )
    return changed if changed != before else None


def _is_clear(limit, side, last_breach_at, latest):
    return (
        latest is not None
        and latest.time > last_breach_at
        and limit.has_cleared(latest.value, side)
    )


def _is_cooling_down(limit, known, breach, now):
    """Too soon after the last alert ended, unless this one is more severe."""
    if not known or not known.ended_at:
        return False
    if now - known.ended_at >= timedelta(minutes=limit.cooldown_minutes):
        return False
    severity = limit.severity_of(breach.worst_value)
    return most_severe(severity, known.severity) == known.severity
