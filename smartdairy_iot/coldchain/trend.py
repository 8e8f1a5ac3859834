"""Medians, noise and slopes. Pure."""

import math
from statistics import median


def last_median(pairs, count):
    """The median of the last values; one wild value does not matter."""
    values = [value for _time, value in pairs[-count:]]
    if not values:
        return None
    return values[-1] if len(values) < 3 else median(values)


def noise(values):
    """Standard deviation of the noise on a slow curve, by its second differences.

    >>> noise([1, 2, 3, 4, 5, 6])
    0.0
    """
    if len(values) < 5:
        return 0.0
    bends = sorted(
        abs(a - 2 * b + c)
        for a, b, c in zip(values, values[1:], values[2:], strict=False)
    )
    return bends[len(bends) // 2] / (0.6745 * math.sqrt(6))


def slope(pairs):
    """``(units per second, its standard error)`` of the line through the points.

    :param pairs: ``[(time, value)]``; fewer than three give no slope
    """
    count = len(pairs)
    if count < 3:
        return None, None
    mean_t = sum(t for t, _v in pairs) / count
    mean_v = sum(v for _t, v in pairs) / count
    across = sum((t - mean_t) ** 2 for t, _v in pairs)
    if not across:
        return None, None
    rise = sum((t - mean_t) * (v - mean_v) for t, v in pairs) / across
    rest = sum((v - mean_v - rise * (t - mean_t)) ** 2 for t, v in pairs)
    return rise, math.sqrt(rest / (count - 2) / across)
