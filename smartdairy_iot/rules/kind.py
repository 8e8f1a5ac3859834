"""What each kind of rule compares with its limits. Pure.

============  ============================================================  =========
kind          the value                                                     unit
============  ============================================================  =========
limit         the reading                                                   its own
rate          how far the reading moved within the rule's window            its own
deviation     the reading; limits are multiples of the standard deviation   its own
              around the device's own normal
no_data       since the newest reading, in sending intervals of its         intervals
              profile
offline       1 while it is offline, else 0                                 –
battery       charge                                                        %
signal        strength                                                      %
certificate   until the certificate expires                                 days
clock_drift   how far the device's clock is off, either way                 minutes
stuck         1 while a value is the very same for too long, else 0         –
implausible   1 for a value that cannot be true, else 0                     –
============  ============================================================  =========

A condition, which has no limits to choose, is over a limit of 0 while it holds. So one
state machine serves all kinds.
"""

from datetime import timedelta
from typing import NamedTuple

from .rule import Level, severity_rank


class Kind(NamedTuple):
    """``sides``: which limits it has; none for a condition that holds or does not."""

    sides: tuple
    unit: str = ""
    is_of_reading: bool = False
    is_both_ways: bool = False  # low limits are written without their sign


_LOW, _HIGH, _BOTH = ("low",), ("high",), ("low", "high")
KINDS = {
    "limit": Kind(_BOTH, is_of_reading=True),
    "rate": Kind(_BOTH, is_of_reading=True, is_both_ways=True),
    "deviation": Kind(_BOTH, "σ", is_of_reading=True, is_both_ways=True),
    "no_data": Kind(_HIGH, "intervals"),
    "offline": Kind(()),
    "battery": Kind(_LOW, "%"),
    "signal": Kind(_LOW, "%"),
    "certificate": Kind(_LOW, "days"),
    "clock_drift": Kind(_HIGH, "min"),
    "stuck": Kind(()),
    "implausible": Kind(()),
}
OF_READING = tuple(name for name, kind in KINDS.items() if kind.is_of_reading)
CONDITIONS = tuple(name for name, kind in KINDS.items() if not kind.sides)


def to_level(kind, severity, low, high, on_delay):
    """:class:`~.rule.Level` of limits as people write them.

    :param kind: its name
    :param low, high: as written; None where that side is not checked
    :param on_delay: minutes
    """
    delay = timedelta(minutes=on_delay)
    known = KINDS[kind]
    if not known.sides:
        return Level(severity, None, 0.0, delay)
    if known.is_both_ways:
        low, high = low and -abs(low), high and abs(high)
    return Level(
        severity,
        low if "low" in known.sides else None,
        high if "high" in known.sides else None,
        delay,
    )


def around(rule, mean, deviation):
    """The rule with its multiples made absolute: the limits of one device.

    :param rule: :class:`~.rule.Rule` of the kind ``deviation``
    """
    return rule._replace(
        levels=tuple(
            level._replace(
                low=_at(level.low, mean, deviation),
                high=_at(level.high, mean, deviation),
            )
            for level in rule.levels
        ),
        deadband=rule.deadband * deviation,
    )


def _at(multiple, mean, deviation):
    return None if multiple is None else mean + multiple * deviation


def find_problem(levels, deadband=0.0):
    """What is wrong with these levels: ``(index, problem)``, None when nothing is.

    ``nothing`` checks neither side, ``inside`` no value is left inside, ``milder`` not
    more severe than the one before, ``side`` of a level that the first does not check,
    ``nearer`` not further out than the one before (nor, of a condition, later).
    """
    first = levels[0]
    if first.low is None and first.high is None:
        return 0, "nothing"
    if None not in (first.low, first.high):
        if first.low + 2 * deadband > first.high:
            return 0, "inside"
    for index in range(1, len(levels)):
        if problem := _problem_after(levels[:index], levels[index]):
            return index, problem
    return None


def _problem_after(before, level):
    if level.low is None and level.high is None:
        return "nothing"
    if severity_rank(level.severity) <= severity_rank(before[-1].severity):
        return "milder"
    for side in ("low", "high"):
        bound = level.bound(side)
        if bound is None:
            continue
        earlier = [b for b in before if b.bound(side) is not None]
        if not earlier:
            return "side"
        if not _is_further(level, earlier[-1], side):
            return "nearer"
    return None


def _is_further(level, before, side):
    bound, inner = level.bound(side), before.bound(side)
    if side == "low":
        return bound < inner
    is_condition = bound == inner == 0.0 and level.low is None
    return bound > inner or (is_condition and level.on_delay > before.on_delay)
