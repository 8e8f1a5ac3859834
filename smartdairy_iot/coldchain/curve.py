"""When a cooling curve reaches a limit. Pure.

Milk in a tank cools the slower the colder it is (Newton), or, while the chiller is at
its full power, in a straight line. Either way the curve never bends down, so the
tangent tells the soonest that the limit can be reached: if that is too late, it is
certain. For the farmer, who asks when it will be, an exponential is fitted; what its
end temperature is, a short curve does not tell: all that fit as well are looked at, and
the answer is a span.
"""

import math
from typing import NamedTuple

from .trend import slope

SURE = 3.0  # standard errors
_RESOLUTION = 0.03  # K that no probe's average is better than
_ENDS = (-40.0, -20.0, -10.0, -6.0, -4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)  # °C
_EVAPORATOR = -1.0
_ALIKE = 1.5  # times the least sum of squares


class Arrival(NamedTuple):
    """Times; ``latest`` is None where it may never be."""

    soonest: float
    likely: float | None
    latest: float | None


def soonest(pairs, celsius):
    """The soonest that the limit may be reached, ``inf`` for not as things are.

    :param pairs: ``[(time, °C)]`` since the last warm milk
    :return: None if the pairs are too few to say
    """
    fall, error = slope(pairs)
    if fall is None:
        return None
    span = pairs[-1][0] - pairs[0][0]
    error = math.hypot(error, _RESOLUTION / span)
    now = pairs[-1][0]
    middle = (pairs[0][0] + now) / 2
    mean = sum(value for _t, value in pairs) / len(pairs)
    at_now = mean + fall * (now - middle)
    if at_now <= celsius:
        return now
    steepest = fall - SURE * error
    if steepest >= 0:
        return math.inf
    return now + (at_now - SURE * error * span / 2 - celsius) / -steepest


def arrival(pairs, celsius):
    """:return: :class:`Arrival`, None if the pairs are too few to say"""
    first = soonest(pairs, celsius)
    if first is None or len(pairs) < 5:
        return None
    fits = [fit for end in _ENDS if (fit := _fit(pairs, end))]
    if not fits:
        return Arrival(first, None, None)
    floor = len(pairs) * _RESOLUTION**2
    best = min(rest for rest, *_fitted in fits) + floor
    alike = [fit for fit in fits if fit[0] + floor <= _ALIKE * best]
    times = [_reaches(fit, celsius) for fit in alike]
    # Of those that fit as well: an evaporator stands near the freezing point.
    likely = _reaches(min(alike, key=lambda fit: abs(fit[1] - _EVAPORATOR)), celsius)
    reached = [time for time in times if time is not None]
    latest = max(reached) if len(reached) == len(times) else None
    return Arrival(min([first, *reached]), likely, latest)


def _fit(pairs, end):
    """``(sum of squares, end, start, rate, base)`` of T = end + start·exp(−rate·t)."""
    base = pairs[0][0]
    points = [(t - base, v - end) for t, v in pairs]
    if min(v for _t, v in points) < 0.5:
        return None
    weights = [v * v for _t, v in points]
    total = sum(weights)
    logs = [math.log(v) for _t, v in points]
    mean_t = sum(w * t for w, (t, _v) in zip(weights, points, strict=True)) / total
    mean_l = sum(w * x for w, x in zip(weights, logs, strict=True)) / total
    across = sum(
        w * (t - mean_t) ** 2 for w, (t, _v) in zip(weights, points, strict=True)
    )
    both = sum(
        w * (t - mean_t) * (x - mean_l)
        for w, (t, _v), x in zip(weights, points, logs, strict=True)
    )
    if across <= 0:
        return None
    rate = -both / across
    start = math.exp(mean_l + rate * mean_t)
    rest = sum((v - start * math.exp(-rate * t)) ** 2 for t, v in points)
    return rest, end, start, rate, base


def _reaches(fit, celsius):
    _rest, end, start, rate, base = fit
    if rate <= 0 or celsius <= end:
        return None
    return base + math.log(start / (celsius - end)) / rate
