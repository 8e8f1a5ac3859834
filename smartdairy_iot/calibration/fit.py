"""From what a technician reads off two instruments to scale and offset. Pure."""

from math import isfinite
from typing import NamedTuple

# How far off a probe may be before a typing error, a wrong unit or a broken probe is
# more likely: in the canonical unit, or a share of the reference where it is larger.
LIMITS = {
    "temperature": (5.0, 0.05),
    "humidity": (15.0, 0.0),
    "pressure": (1.0, 0.1),
    "volume": (2.0, 0.2),
    "flow_rate": (2.0, 0.2),
    "ph": (1.0, 0.0),
    "conductivity": (2.0, 0.2),
    "fat_percent": (1.5, 0.0),
    "protein_percent": (1.5, 0.0),
    "scc": (50_000.0, 0.3),
}
_SCALE = 0.25  # at most 1 ± this
_NO_POINTS = "same_measured"
_NOT_RISING = "not_rising"
_NOT_FINITE = "not_finite"


class Point(NamedTuple):
    """Two instruments in the same milk."""

    reference: float  # what is true
    measured: float  # what the probe says, uncalibrated

    def uncorrected(self, version):
        """The point, if ``measured`` was read where ``version`` had corrected it."""
        measured = (self.measured - version.offset) / version.scale
        return self._replace(measured=measured)


class Line(NamedTuple):
    scale: float
    offset: float

    @property
    def is_identity(self):
        return self == (1.0, 0.0)


class FitError(ValueError):
    """:param reason: ``same_measured``, ``not_rising`` or ``not_finite``"""

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


class Excess(NamedTuple):
    """What is too much to be a calibration."""

    what: str  # offset | scale
    found: float
    most: float  # of the offset: in the canonical unit; of the scale: off 1


def one_point(point):
    """:return: :class:`Line` of scale 1 through the point"""
    _require_finite(*point)
    return Line(1.0, _tidy(point.reference - point.measured))


def two_points(first, second):
    """:return: :class:`Line` through both

    :raise FitError: no such line, or one that falls: the values were mixed up
    """
    _require_finite(*first, *second)
    if first.measured == second.measured:
        raise FitError(_NO_POINTS)
    scale = (second.reference - first.reference) / (second.measured - first.measured)
    if scale <= 0:
        raise FitError(_NOT_RISING)
    return Line(_tidy(scale), _tidy(first.reference - scale * first.measured))


def find_excess(line, points, reading_type, factor=1.0):
    """:return: :class:`Excess`, or None if it can be a calibration

    :param points: :class:`Point` s it was made of; none: its offset is judged itself
    :param factor: how much more than :data:`LIMITS` is allowed
    """
    if abs(line.scale - 1.0) > _SCALE * factor:
        return Excess("scale", line.scale, _SCALE * factor)
    absolute, share = LIMITS[reading_type]
    for reference, measured in points or [Point(line.offset, 0.0)]:
        most = factor * max(absolute, share * abs(reference) if points else 0.0)
        if abs(reference - measured) > most:
            return Excess("offset", reference - measured, most)
    return None


def _require_finite(*values):
    if not all(map(isfinite, values)):
        raise FitError(_NOT_FINITE)


def _tidy(value):
    """4.0 - 4.3 is -0.3."""
    return round(value, 9)
