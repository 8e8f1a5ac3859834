"""A trip as a chart: SVG that needs no script and prints."""

from collections.abc import Callable, Sequence
from math import ceil
from typing import NamedTuple

from .trip import Limits, Point, Trip

WIDTH, HEIGHT = 700, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 10, 10, 24
_COLUMNS = 350
_TICKS = (300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400, 259200)
_MOST_TICKS = 8


class Axes(NamedTuple):
    start: float
    end: float
    low: float
    high: float

    def x(self, time: float) -> float:
        wide = WIDTH - _LEFT - _RIGHT
        share = (time - self.start) / ((self.end - self.start) or 1.0)
        return _LEFT + wide * min(1.0, max(0.0, share))

    def y(self, celsius: float) -> float:
        tall = HEIGHT - _TOP - _BOTTOM
        return _TOP + tall * (self.high - celsius) / (self.high - self.low)


def draw(
    *,
    points: Sequence[Point],
    trip: Trip,
    limits: Limits,
    start: float,
    end: float,
    label: Callable[[float], str],
) -> str:
    """:param label: the text of a moment (s) on the axis; plain, it is not escaped"""
    axes = Axes(start, end, *_range(points, limits))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}"'
        f' viewBox="0 0 {WIDTH} {HEIGHT}" direction="ltr" font-family="sans-serif"'
        ' font-size="10">',
        *_gaps(axes, trip),
        *_grid(axes, label),
        *_lines(axes, points, trip, limits),
        *_limits(axes, limits),
        "</svg>",
    ]
    return "".join(parts)


def _range(points: Sequence[Point], limits: Limits) -> tuple[float, float]:
    values = [value for value in limits if value is not None]
    values += [value for point in points for value in (point.low, point.high)]
    low, high = min(values, default=0.0), max(values, default=10.0)
    margin = max(1.0, (high - low) * 0.1)
    return low - margin, high + margin


def _gaps(axes: Axes, trip: Trip):
    for start, end in trip.gaps:
        left, right = axes.x(start), axes.x(end)
        yield (
            f'<rect x="{left:.1f}" y="{_TOP}" width="{max(1.0, right - left):.1f}"'
            f' height="{HEIGHT - _TOP - _BOTTOM}" fill="#e6e6e6"/>'
        )


def _grid(axes: Axes, label: Callable[[float], str]):
    bottom = HEIGHT - _BOTTOM
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100) if (axes.high - axes.low) / s < 7)
    celsius = ceil(axes.low / step) * step
    while celsius <= axes.high:
        y = axes.y(celsius)
        yield (
            f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"'
            ' stroke="#cccccc" stroke-width="0.5"/>'
            f'<text x="{_LEFT - 5}" y="{y + 3:.1f}" text-anchor="end">{celsius:g} °C'
            "</text>"
        )
        celsius += step
    spans = axes.end - axes.start
    step = next((s for s in _TICKS if spans / s <= _MOST_TICKS), _TICKS[-1])
    time = ceil(axes.start / step) * step
    while time <= axes.end:
        x = min(axes.x(time), WIDTH - 32)
        yield f'<text x="{x:.1f}" y="{bottom + 15}" text-anchor="middle">{label(time)}'
        yield "</text>"
        time += step
    yield (
        f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{bottom}" y2="{bottom}"'
        ' stroke="#666666"/>'
    )


def _lines(axes: Axes, points: Sequence[Point], trip: Trip, limits: Limits):
    """The line is broken where nothing was measured, and red where it is outside."""
    ends = sorted(end for _start, end in trip.gaps)
    for run in _runs(_thin(axes, points), ends):
        band = [(axes.x(p.time), axes.y(p.high)) for p in run]
        band += [(axes.x(p.time), axes.y(p.low)) for p in reversed(run)]
        yield f'<polygon points="{_text(band)}" fill="#9ec5e8" stroke="none"/>'
        line = [(axes.x(p.time), axes.y(p.average)) for p in run]
        yield f'<polyline points="{_text(line)}" fill="none" stroke="#1f5f99"'
        yield ' stroke-width="1.5"/>'
        for p in run:
            if limits.is_outside(p):
                is_warm = limits.high is not None and p.high > limits.high
                worst = p.high if is_warm else p.low
                yield f'<circle cx="{axes.x(p.time):.1f}" cy="{axes.y(worst):.1f}"'
                yield ' r="2.2" fill="#b3261e"/>'


def _limits(axes: Axes, limits: Limits):
    for celsius in limits:
        if celsius is not None:
            y = axes.y(celsius)
            yield (
                f'<line x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"'
                ' stroke="#b3261e" stroke-width="1" stroke-dasharray="5 3"/>'
            )


def _thin(axes: Axes, points: Sequence[Point]) -> list[Point]:
    """At most one point a column, none of its extremes lost."""
    columns: dict[int, list[Point]] = {}
    width = ((axes.end - axes.start) or 1.0) / _COLUMNS
    for point in points:
        columns.setdefault(int((point.time - axes.start) / width), []).append(point)
    return [
        Point(
            column[0].time,
            min(p.low for p in column),
            sum(p.average for p in column) / len(column),
            max(p.high for p in column),
        )
        for column in columns.values()
    ]


def _runs(points: Sequence[Point], ends: Sequence[float]):
    """Cut at the ends of gaps."""
    run: list[Point] = []
    for point in points:
        if run and any(run[-1].time < end <= point.time for end in ends):
            yield run
            run = []
        run.append(point)
    if run:
        yield run


def _text(pairs) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in pairs)
