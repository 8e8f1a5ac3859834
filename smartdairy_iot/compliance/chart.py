"""The chart of a day as SVG, drawn from the data set alone. Pure.

Only lower-case names: the parser that prepares a page for printing knows no others.
"""

from html import escape

WIDTH, HEIGHT = 684, 128
_LEFT, _RIGHT, _TOP, _BOTTOM = 30, 16, 6, 30
_STRIP = 8
WARMEST = 16.0  # what is warmer is no stored milk, and is cut off there
_COLORS = {
    "empty": "#eceff1",
    "filling": "#ffb74d",
    "cooling": "#4fc3f7",
    "storage": "#1565c0",
    "emptying": "#b0bec5",
    "washing": "#ce93d8",
}


def draw(chart, lines, words):
    """
    :param chart: of a day, see :func:`.record.build`
    :param lines: ``[[kind, °C]]`` of the standard
    :param words: ``{phase: what it is called}``
    :return: SVG, or "" without readings
    """
    if not chart["runs"]:
        return ""
    return "".join(_Drawing(chart, lines, words).parts())


class _Drawing:
    def __init__(self, chart, lines, words):
        self.chart, self.lines, self.words = chart, lines, words
        warmest = max(point[3] for run in chart["runs"] for point in run)
        coldest = min(point[1] for run in chart["runs"] for point in run)
        wanted = max([celsius for _kind, celsius in lines] + [10.0]) + 2
        self.high = max(wanted, min(WARMEST, warmest + 1))
        self.low = min(0.0, max(-10.0, coldest - 1))

    def x(self, second):
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * second / self.chart["seconds"]

    def y(self, celsius):
        celsius = min(self.high, max(self.low, celsius))
        span = HEIGHT - _TOP - _BOTTOM
        return _TOP + span * (self.high - celsius) / (self.high - self.low)

    def parts(self):
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}"'
            f' height="{HEIGHT}" direction="ltr" font-family="sans-serif"'
            ' font-size="9">'
        )
        yield from self._axes()
        yield from self._phases()
        for run in self.chart["runs"]:
            yield from self._run(run)
        yield from self._limits()
        yield "</svg>"

    def _axes(self):
        bottom = HEIGHT - _BOTTOM
        step = 4
        celsius = 0
        while celsius <= self.high:
            y = self.y(celsius)
            yield _line(_LEFT, y, WIDTH - _RIGHT, y, "#e0e0e0")
            yield _text(_LEFT - 4, y + 3, f"{celsius}", "end")
            celsius += step
        for second, hour in self.chart["ticks"]:
            x = self.x(second)
            yield _line(x, _TOP, x, bottom, "#eeeeee")
            yield _text(x, HEIGHT - 4, f"{hour}:00", "middle")
        yield _line(_LEFT, bottom, WIDTH - _RIGHT, bottom, "#90a4ae")

    def _phases(self):
        for phase, begin, end in self.chart["phases"]:
            x, width = self.x(begin), self.x(end) - self.x(begin)
            title = escape(self.words.get(phase, phase))
            yield (
                f'<rect x="{x:.1f}" y="{HEIGHT - _BOTTOM + 4}" width="{width:.1f}"'
                f' height="{_STRIP}" fill="{_COLORS.get(phase, "#999999")}">'
                f"<title>{title}</title></rect>"
            )

    def _run(self, run):
        if len(run) == 1:  # a point has no length
            run = [run[0], [run[0][0] + 900, *run[0][1:]]]
        above = [f"{self.x(p[0]):.1f},{self.y(p[3]):.1f}" for p in run]
        below = [f"{self.x(p[0]):.1f},{self.y(p[1]):.1f}" for p in reversed(run)]
        middle = [f"{self.x(p[0]):.1f},{self.y(p[2]):.1f}" for p in run]
        yield f'<polygon points="{" ".join(above + below)}" fill="#bbdefb"/>'
        yield (
            f'<polyline points="{" ".join(middle)}" fill="none" stroke="#0d47a1"'
            ' stroke-width="1.2"/>'
        )

    def _limits(self):
        for celsius in sorted({celsius for _kind, celsius in self.lines}):
            y = self.y(celsius)
            yield _line(_LEFT, y, WIDTH - _RIGHT, y, "#c62828", "4,3")
            yield _text(WIDTH - _RIGHT - 2, y - 2, f"{celsius:g} °C", "end", "#c62828")


def _line(x1, y1, x2, y2, color, dashes=""):
    dashes = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
        f' stroke="{color}" stroke-width="0.8"{dashes}/>'
    )


def _text(x, y, said, anchor, color="#455a64"):
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{color}">'
        f"{escape(said)}</text>"
    )


def legend(words):
    """``[(colour, word)]`` of the phases."""
    return [(color, words.get(phase, phase)) for phase, color in _COLORS.items()]
