"""Room 8: of which devices must readings be looked at, and since when? Pure.

Most have nothing to tell: no alarm, or an alert that simply goes on. Only what may
change something is read from the store.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

_NEXT = timedelta(microseconds=1)


class Alarms(NamedTuple):
    """The alarms of one device, reading type and side received since the last run."""

    device_id: str
    reading_type: str
    side: str  # low | high
    first_time: datetime
    last_time: datetime
    worst_value: float
    received_at: datetime | None = None  # the last of them


class Watch(NamedTuple):
    """What the last look left to be looked at, see :class:`~.evaluate.Verdict`."""

    look_from: datetime
    look_at: datetime | None  # None: an alert that holds, nothing else
    level: int = -1  # the most severe that was violated by then


def look_from(rule, known, told_until, watch, alarms, back_at, now):
    """From which measurement time on to read, or None: nothing can have changed.

    :param known: :class:`~.evaluate.Known`, None without an open alert
    :param told_until: up to when the newest alert that has cleared or ended told
    :param watch: :class:`Watch` or None
    :param alarms: the :class:`Alarms` of that device and reading type
    :param back_at: time of the newest reading if that is inside, else None
    """
    # Another rule of that reading may have marked it, for its other side.
    alarms = [alarm for alarm in alarms if rule.side(alarm.worst_value)]
    if watch and watch.look_at and watch.look_at <= now:
        return after(told_until, watch.look_from)
    if known and known.is_active:
        return _of_active(rule, known, told_until, watch, alarms, back_at)
    news = [a for a in alarms if told_until is None or a.last_time > told_until]
    if not news:
        return None
    if watch and max(rule.level_of(a.worst_value) for a in news) <= watch.level:
        return None  # it waits for its delay
    first = after(told_until, min(alarm.first_time for alarm in news))
    return min(first, watch.look_from) if watch else first


def _of_active(rule, known, told_until, watch, alarms, back_at):
    since = watch.look_from if watch else known.started_at
    peak = rule.distance(known.peak_value)
    starts = [
        min(since, after(told_until, alarm.first_time))
        for alarm in alarms
        if rule.distance(alarm.worst_value) > peak
        or after(told_until, alarm.first_time) < known.started_at
    ]
    is_waiting = watch and watch.look_at and rule.off_delay
    if back_at and back_at > since and not is_waiting:
        starts.append(since)
    return min(starts, default=None)


def after(told_until, time):
    return max(time, told_until + _NEXT) if told_until else time


def historic_from(rule, started_at, alarms, before):
    """From when on a backfill must be looked at, None if there is none.

    :param started_at: of the open alert, or None
    :param before: what was measured by then and comes only now is a backfill
    """
    late = [
        alarm.first_time
        for alarm in alarms
        if alarm.first_time < before
        and (started_at is None or alarm.first_time < started_at)
        and rule.side(alarm.worst_value) == alarm.side
    ]
    longest = max(level.on_delay for level in rule.levels)
    return min(late) - longest if late else None


def level_of(rule, alarms):
    """Of the worst of the alarms, see :class:`Watch`."""
    return max((rule.level_of(alarm.worst_value) for alarm in alarms), default=-1)
