"""How fine a curve is shown: never more than a thousand points. Pure."""

from typing import NamedTuple

MOST = 1000
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
# Shorter ones are made of readings; from a quarter of an hour on, of rollups.
_OF_READINGS = (1, 2, 5, 10, 15, 30, _MINUTE, 2 * _MINUTE, 5 * _MINUTE)
_OF_QUARTERS = (900, 1800, _HOUR, 2 * _HOUR, 3 * _HOUR, 6 * _HOUR)
# Of a longer time a device's readings are too many to be read for one picture.
_LONGEST_OF_READINGS = 36 * _HOUR
_DAYS_FROM = 180 * _DAY
_JOINED = 2.5  # buckets, or intervals of the device, that are no gap


class Resolution(NamedTuple):
    bucket: int | str  # as ``iot.store._series`` takes it
    gap: float  # s: points further apart are not joined


def resolution(span, interval):
    """:param span: s, of what is shown

    :param interval: s, between two readings of the device
    """
    if span >= _DAYS_FROM:
        return Resolution("day", _JOINED * _DAY)
    steps = _OF_QUARTERS
    if span <= _LONGEST_OF_READINGS:
        steps = _OF_READINGS + _OF_QUARTERS
    bucket = next(step for step in steps if span / step < MOST)
    return Resolution(bucket, _JOINED * max(bucket, interval or 0))
