"""Room 8: the state machine of one alert, per (device, rule). Pure.

An alert opens with a breach and clears when the newest value is back inside by the
deadband. Each breach is told by its *measurement* time, so evaluating the same
readings twice, or a run that was cut off, changes nothing.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from .limits import SEVERITIES


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
    breach = _news(limit, known, breach, latest)
    if known and known.is_open:
        return _go_on(limit, known, breach, latest)
    if breach is None or _is_cooling_down(limit, known, breach, now):
        return None
    return Opened(
        breach.side,
        limit.severity_of(breach.worst_value),
        breach.first_time,
        breach.first_value,
        breach.worst_value,
        breach.last_time,
        not _is_clear(limit, breach.side, breach.last_time, latest),
    )


def _news(limit, known, breach, latest):
    """The breach that this run adds to what is known, or None.

    A newest value outside the limits is a breach even when its alarm was told before:
    the rule may have come out of its cooldown, or the alert was closed by hand.
    """
    if known and breach and breach.last_time <= known.last_breach_at:
        breach = None
    if breach is None and latest and (side := limit.side(latest.value)):
        value, time = latest.value, latest.time
        breach = Breach("", limit.reading_type, side, time, value, time, value)
    return breach


def _go_on(limit, known, breach, latest):
    severity, peak = known.severity, known.peak_value
    last_breach_at = known.last_breach_at
    if breach:
        if limit.distance(breach.worst_value) > limit.distance(peak):
            peak = breach.worst_value
        severity = max(
            severity, limit.severity_of(breach.worst_value), key=SEVERITIES.index
        )
        last_breach_at = max(last_breach_at, breach.last_time)
    side = breach.side if breach else known.side
    changed = Changed(
        severity,
        peak,
        last_breach_at,
        not _is_clear(limit, side, last_breach_at, latest),
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
    return SEVERITIES.index(severity) <= SEVERITIES.index(known.severity)
