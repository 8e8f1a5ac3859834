"""A trip's temperatures against its limits."""

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

# A reading stands for the time until the next one, but not for more than so many usual
# intervals: what is longer is a gap.
_INTERVALS = 3
_SHORTEST_HOLD = 300.0


class Point(NamedTuple):
    """Lowest, average and highest of a bucket that begins at ``time`` (s)."""

    time: float
    low: float
    average: float
    high: float


class Limits(NamedTuple):
    """°C; None: there is none on that side."""

    low: float | None
    high: float | None

    def is_outside(self, point: Point) -> bool:
        is_cold = self.low is not None and point.low < self.low
        return is_cold or (self.high is not None and point.high > self.high)


class Trip(NamedTuple):
    """Times in seconds since 1970, temperatures in °C; None: nothing was measured."""

    low: float | None
    average: float | None
    high: float | None
    outside: float
    gaps: tuple[tuple[float, float], ...]

    @property
    def gap(self) -> float:
        """Seconds in which nothing was measured."""
        return sum(end - start for start, end in self.gaps)


def summarize(
    points: Sequence[Point], start: float, end: float, limits: Limits, bucket: float
) -> Trip:
    """:param points: by time, all of them from ``start`` to ``end``
    :param bucket: seconds of each
    """
    if not points:
        return Trip(None, None, None, 0.0, ((start, end),))
    hold = holding_time(points, bucket)
    outside = weighed = total = 0.0
    gaps = []
    if points[0].time - start > hold:
        gaps.append((start, points[0].time))
    for point, following in zip(points, [*points[1:], None], strict=True):
        until = following.time if following else end
        begin = max(point.time, start)
        span = min(until - begin, hold)
        if until - begin > hold:
            # It tells of its own bucket only: what came after is not known.
            span = min(bucket, hold)
            gaps.append((begin + span, until))
        weighed += span
        total += span * point.average
        outside += span * limits.is_outside(point)
    return Trip(
        min(point.low for point in points),
        total / weighed if weighed else points[-1].average,
        max(point.high for point in points),
        outside,
        tuple(gaps),
    )


def holding_time(points: Sequence[Point], bucket: float) -> float:
    """Seconds for which a reading stands when the next one does not come."""
    steps = [b.time - a.time for a, b in zip(points, points[1:], strict=False)]
    usual = median(steps) if steps else bucket
    return max(_SHORTEST_HOLD, _INTERVALS * usual)
