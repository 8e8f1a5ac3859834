"""Room 3: is this value outside its limits? Pure."""

from typing import NamedTuple

from .rule import is_worse


class Alarm(NamedTuple):
    side: str  # low | high
    severity: str


def classify(values, rules, time=None, tz=None):
    """``{reading type: Alarm}`` of the values that violate a limit.

    Delays do not matter here: this marks readings, an alert is ``evaluate``'s.

    :param values: ``{reading type: value}``
    :param rules: ``{reading type: (Rule, …)}``
    :param time, tz: when and in which zone it was measured, for rules with a schedule
    """
    alarms = {}
    for reading_type, applicable in rules.items():
        value = values.get(reading_type)
        if value is None:
            continue
        for rule in applicable:
            # The hot path: most values are inside, so ask the first level itself.
            side = rule.levels[0].side(value)
            if side is None or not rule.is_in_force(time, tz):
                continue
            severity, known = rule.severity_of(value), alarms.get(reading_type)
            if known is None or is_worse(severity, known.severity):
                alarms[reading_type] = Alarm(side, severity)
    return alarms
