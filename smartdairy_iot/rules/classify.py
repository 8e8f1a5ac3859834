"""Room 3: is this value outside its limits? Pure."""

from typing import NamedTuple

from .rule import severity_rank


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
        violated = [
            Alarm(side, rule.severity_of(value))
            for rule in applicable
            if (side := rule.side(value)) and rule.is_in_force(time, tz)
        ]
        if violated:
            alarms[reading_type] = max(violated, key=_by_severity)
    return alarms


def _by_severity(alarm):
    return severity_rank(alarm.severity)
