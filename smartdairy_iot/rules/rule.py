"""What a rule says: ``iot.threshold`` as it applies to one device. Pure."""

from datetime import timedelta
from typing import NamedTuple

SEVERITIES = ("low", "medium", "high", "critical")
# Kinds that the listener can tell of a single reading; the others take more than that.
INSTANT = ("limit", "deviation")
_NO_TIME = timedelta(0)


class Level(NamedTuple):
    """One pair of limits; a side that is None is not checked.

    ``on_delay``: outside without a break for so long before it counts (a TON timer).
    """

    severity: str
    low: float | None = None
    high: float | None = None
    on_delay: timedelta = _NO_TIME

    def side(self, value):
        """``"low"``, ``"high"`` or None; a value on the limit is still inside."""
        if self.high is not None and value > self.high:
            return "high"
        if self.low is not None and value < self.low:
            return "low"
        return None

    def bound(self, side):
        return self.high if side == "high" else self.low


class Rule(NamedTuple):
    """The terms are those of OPC UA, Part 9 (alarms and conditions).

    :param levels: :class:`Level`, the mildest first, each further out than the last
    :param kind: what is compared with the limits: the reading itself (``limit``, or
        ``deviation``: limits made of the device's own normal), how far it moved within
        ``window`` (``rate``), or a condition of the device (``offline`` …)
    :param deadband: how far back inside a value must be to count as inside
    :param off_delay: inside without a break for so long before the alert clears
    :param repeat_count: so many readings in a row before it counts
    :param cooldown: after an alert has ended, none for so long unless it is worse
    :param realarm: an alert that still holds asks for attention again, 0: never
    :param schedule: in force only then, see ``schedule``; None: always
    """

    threshold_id: int
    reading_type: str | None
    levels: tuple
    kind: str = "limit"
    deadband: float = 0.0
    off_delay: timedelta = _NO_TIME
    repeat_count: int = 1
    cooldown: timedelta = _NO_TIME
    realarm: timedelta = _NO_TIME
    window: timedelta = _NO_TIME
    schedule: object = None

    @property
    def low(self):
        return self.levels[0].low

    @property
    def high(self):
        return self.levels[0].high

    @property
    def severity(self):
        return self.levels[0].severity

    def side(self, value):
        return self.levels[0].side(value)

    def bound(self, side):
        return self.levels[0].bound(side)

    def distance(self, value):
        """How far outside, 0 when inside."""
        side = self.side(value)
        return abs(value - self.bound(side)) if side else 0.0

    def level_of(self, value):
        """Index of the most severe level that the value violates, -1 if none."""
        index = len(self.levels) - 1
        while index >= 0 and not self.levels[index].side(value):
            index -= 1
        return index

    def severity_of(self, value):
        """Of a value that is outside: how severe, whatever the delays say."""
        return self.levels[max(0, self.level_of(value))].severity

    def is_in_force(self, time, tz):
        return self.schedule is None or self.schedule.covers(time, tz)


def severity_rank(severity):
    return SEVERITIES.index(severity)


def is_worse(severity, other):
    return SEVERITIES.index(severity) > SEVERITIES.index(other)


def most_severe(*severities):
    return max(severities, key=severity_rank)
