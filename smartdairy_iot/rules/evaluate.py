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
    last_value: float | None = None  # None: the store did not tell


class Known(NamedTuple):
    """An alert of that device and rule: the open one, or the newest that has ended."""

    is_active: bool  # the condition still holds
    side: str  # of its newest breach: that deadband decides when it clears
    severity: str
    last_breach_at: datetime
    peak_value: float
    ended_at: datetime | None = None


class Latest(NamedTuple):
    """The newest value that the device sent of this reading type."""

    time: datetime
    value: float


class Opened(NamedTuple):
    side: str  # of the first breach, which names the alert
    severity: str
    started_at: datetime
    trigger_value: float
    peak_value: float
    last_side: str  # of the newest breach, see ``Known.side``
    last_breach_at: datetime
    is_active: bool


class Changed(NamedTuple):
    """The open alert goes on: new peak, perhaps more severe, perhaps active again."""

    side: str  # of the newest breach, see ``Known.side``
    severity: str
    peak_value: float
    last_breach_at: datetime
    is_active: bool


def evaluate(limit, alert, ended, breaches, latest, now):
    """What happens to the alert: :class:`Opened`, :class:`Changed`, or None.

    :param alert: the open alert, :class:`Known` or None
    :param ended: the newest alert that has ended, :class:`Known` or None
    :param breaches: iterable of :class:`Breach`, at most one per side, violating
        ``limit``
    :param latest: :class:`Latest` or None
    :param now: aware UTC time, for the cooldown
    """
    standing = _standing(limit, latest)
    present = [*breaches, standing] if standing else breaches
    untold = [found for breach in present if (found := _untold(limit, ended, breach))]
    if alert:
        return _go_on(limit, alert, untold, latest)
    news = [b for b in untold if _is_news(ended, b, is_standing=b is standing)]
    if not news:
        return None
    worst = max(untold, key=lambda breach: limit.distance(breach.worst_value))
    if _is_cooling_down(limit, ended, worst, now):
        return None
    first = min(news, key=lambda breach: breach.first_time)
    last = max(untold, key=lambda breach: breach.last_time)
    return Opened(
        first.side,
        limit.severity_of(worst.worst_value),
        first.first_time,
        first.first_value,
        worst.worst_value,
        last.side,
        last.last_time,
        not _is_clear(limit, last.side, last.last_time, latest),
    )


def _standing(limit, latest):
    """The newest value as a breach of its own, if it is outside.

    Its alarm may have been told before: in the cooldown, or before the rule was edited.
    """
    if latest is None or not (side := limit.side(latest.value)):
        return None
    time, value = latest
    return Breach("", limit.reading_type, side, time, value, time, value, value)


def _untold(limit, ended, breach):
    """``breach`` without what the alert that has ended told, None if it told all."""
    if ended is None or breach.first_time > ended.last_breach_at:
        return breach
    # It began in that alert. What it went on to is known by its last value, and by its
    # worst one where that is worse than all that was told.
    last = breach.worst_value if breach.last_value is None else breach.last_value
    is_worse = limit.distance(breach.worst_value) > limit.distance(ended.peak_value)
    if breach.last_time <= ended.last_breach_at and not is_worse:
        return None
    return breach._replace(
        first_time=breach.last_time,
        first_value=last,
        worst_value=breach.worst_value if is_worse else last,
    )


def _is_news(ended, breach, is_standing):
    """Reason enough for a new alert.

    What comes late, of the time of the alert that has ended, is none, nor is the value
    of a device that has been silent since.
    """
    if ended is None:
        return True
    if is_standing and ended.ended_at and breach.last_time <= ended.ended_at:
        return False
    return breach.last_time > ended.last_breach_at


def _go_on(limit, alert, breaches, latest):
    """Only ever worse, so that the order in which readings arrive does not matter."""
    side, severity, peak, last_breach_at, _is_active = before = Changed(
        alert.side,
        alert.severity,
        alert.peak_value,
        alert.last_breach_at,
        alert.is_active,
    )
    for breach in breaches:
        severity = most_severe(severity, limit.severity_of(breach.worst_value))
        peak = max(peak, breach.worst_value, key=limit.distance)
        if breach.last_time > last_breach_at:
            last_breach_at, side = breach.last_time, breach.side
    is_news = last_breach_at > alert.last_breach_at
    is_active = (alert.is_active or is_news) and not _is_clear(
        limit, side, last_breach_at, latest
    )
    changed = Changed(side, severity, peak, last_breach_at, is_active)
    return changed if changed != before else None


def _is_clear(limit, side, last_breach_at, latest):
    return (
        latest is not None
        and latest.time > last_breach_at
        and limit.has_cleared(latest.value, side)
    )


def _is_cooling_down(limit, ended, breach, now):
    """Too soon after the last alert ended, unless this one is more severe."""
    if not ended or not ended.ended_at:
        return False
    if now - ended.ended_at >= timedelta(minutes=limit.cooldown_minutes):
        return False
    severity = limit.severity_of(breach.worst_value)
    return most_severe(severity, ended.severity) == ended.severity
