"""What to change about a rule that alerts too often. Pure.

A hint counts how many of the past alerts the change would have spared. It is one only
from ten alerts and half of them on: a rule that is right must not be made deaf.
"""

from math import ceil, floor, log10
from typing import NamedTuple

BRIEF = (2, 5, 10, 15, 30)  # minutes that a condition may hold before it is an alert
PAUSES = (10, 30, 60, 120)  # minutes after an alert in which the next one came
_ENOUGH = 10  # alerts
_PART = 0.5
_AT_ONCE = PAUSES[0]


class Noise(NamedTuple):
    """What the alerts of one rule had in common."""

    count: int
    dismissed: int
    lasted_under: tuple  # how many, for each of BRIEF
    came_within: tuple  # how many, for each of PAUSES
    overshoot: float | None  # how far outside most of those got that came back at once


class Settings(NamedTuple):
    """Of the rule, as it is now."""

    on_delay: float  # minutes
    cooldown: float  # minutes
    deadband: float
    has_limit: bool


class Hint(NamedTuple):
    """``kind``: ``on_delay`` or ``cooldown`` (value in minutes), ``deadband`` (value
    in the rule's unit) or ``limit`` (no value: people dismissed them)."""

    kind: str
    value: float | None
    count: int  # of its alerts, those it is about
    within: float | None  # minutes by which these were told apart


def hint_of(noise, now):
    """The change that spares the most alerts.

    :param noise: :class:`Noise`
    :param now: :class:`Settings`
    :return: :class:`Hint`, or None
    """
    if noise.count < _ENOUGH:
        return None
    known = [_limit(noise), _on_delay(noise, now), _deadband(noise, now)]
    known.append(_cooldown(noise, now))
    worth = [h for h in known if h and h.count >= noise.count * _PART]
    return max(worth, key=lambda hint: hint.count, default=None)


def _limit(noise):
    return Hint("limit", None, noise.dismissed, None)


def _on_delay(noise, now):
    """The shortest delay that is enough: each minute more is a minute later."""
    return _first("on_delay", BRIEF, noise.lasted_under, noise.count, now.on_delay)


def _cooldown(noise, now):
    return _first("cooldown", PAUSES, noise.came_within, noise.count, now.cooldown)


def _first(kind, steps, counts, total, present):
    for minutes, count in zip(steps, counts, strict=True):
        if minutes > present and count >= total * _PART:
            return Hint(kind, minutes, count, minutes)
    return None


def _deadband(noise, now):
    """A value that swings around the limit: it came back as soon as it had cleared."""
    if not now.has_limit or not noise.overshoot:
        return None
    wider = round_up(now.deadband + noise.overshoot)
    return Hint("deadband", wider, noise.came_within[0], _AT_ONCE)


def round_up(value):
    """To one digit that counts: 0.37 → 0.4."""
    step = 10 ** floor(log10(value))
    return round(ceil(round(value / step, 6)) * step, 10)
