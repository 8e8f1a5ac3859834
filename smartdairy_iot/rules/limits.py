"""Room 3: is this value outside its limits? Pure."""

from typing import NamedTuple

SEVERITIES = ("low", "medium", "high", "critical")


class Limit(NamedTuple):
    """One ``iot.threshold`` as it applies to one device.

    ``low`` and ``high`` are None where that side is not checked. Further than
    ``margin`` outside, the severity is ``far_severity`` (specification, Day 253: more
    than 5 °C beyond the limit is high).
    """

    threshold_id: int
    reading_type: str
    low: float | None
    high: float | None
    severity: str
    deadband: float = 0.0
    cooldown_minutes: int = 0
    margin: float = 0.0
    far_severity: str | None = None

    def side(self, value):
        """``"low"``, ``"high"`` or None; a value on the limit is still inside."""
        if self.high is not None and value > self.high:
            return "high"
        if self.low is not None and value < self.low:
            return "low"
        return None

    def bound(self, side):
        return self.high if side == "high" else self.low

    def distance(self, value):
        """How far outside, 0 when inside."""
        side = self.side(value)
        return abs(value - self.bound(side)) if side else 0.0

    def severity_of(self, value):
        if self.far_severity and self.margin and self.distance(value) > self.margin:
            return most_severe(self.severity, self.far_severity)
        return self.severity

    def has_cleared(self, value, side):
        """Back inside by at least the deadband (hysteresis), seen from ``side``."""
        if side == "high":
            return self.high is None or value <= self.high - self.deadband
        return self.low is None or value >= self.low + self.deadband


def most_severe(*severities):
    return max(severities, key=SEVERITIES.index)


def _by_severity(alarm):
    return SEVERITIES.index(alarm.severity)


class Alarm(NamedTuple):
    side: str  # low | high
    severity: str


def classify(values, limits):
    """``{reading type: Alarm}`` of the values that violate a limit.

    :param values: ``{reading type: value}``
    :param limits: ``{reading type: (Limit, …)}``
    """
    alarms = {}
    for reading_type, applicable in limits.items():
        value = values.get(reading_type)
        if value is None:
            continue
        violated = [
            Alarm(side, limit.severity_of(value))
            for limit in applicable
            if (side := limit.side(value))
        ]
        if violated:
            alarms[reading_type] = max(violated, key=_by_severity)
    return alarms
