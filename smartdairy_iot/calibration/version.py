"""Which calibration counts for a reading, and what it makes of it. Pure.

The one in force when it was *measured*: a backfill of last week gets last week's.
"""

from bisect import bisect_right
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple

from ..ingest.codec.number import READING_TYPES

_DECIMALS = 6  # more is what binary fractions leave behind: 4.4 - 0.3
_COUNTED = frozenset({"scc"})  # cells are whole
_valid_from = attrgetter("valid_from")


class Version(NamedTuple):
    """In force until the next one of its device and reading type."""

    valid_from: datetime  # aware
    scale: float
    offset: float  # canonical unit


def in_force(versions, time):
    """:param versions: by ``valid_from``; :return: :class:`Version`, None before all"""
    if versions and versions[-1].valid_from <= time:
        return versions[-1]  # as for nearly all readings
    position = bisect_right(versions, time, key=_valid_from)
    return versions[position - 1] if position else None


def apply(version, raw, reading_type):
    """``raw × scale + offset``, in the range that such a sensor can measure."""
    value = round(raw * version.scale + version.offset, _DECIMALS)
    if reading_type in _COUNTED:
        value = round(value)
    _unit, low, high = READING_TYPES[reading_type]
    return min(max(value, low), high)


def calibrate(sample, calibrations):
    """Correct a sample's values; ``sample.raw`` keeps those that changed.

    :param calibrations: ``{reading type: (Version, …)}`` of its device
    """
    raw = {}
    for reading_type, versions in calibrations.items():
        value = sample.values.get(reading_type)
        if value is None or (version := in_force(versions, sample.time)) is None:
            continue
        corrected = apply(version, value, reading_type)
        if corrected != value:
            raw[reading_type] = value
            sample.values[reading_type] = corrected
    if raw:
        sample.raw = raw


def restore(sample, reading_type):
    """An error value is no measurement: it stays as the probe sent it."""
    if sample.raw and reading_type in sample.raw:
        sample.values[reading_type] = sample.raw.pop(reading_type)
