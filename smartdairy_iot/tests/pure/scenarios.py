"""What an alert does with what is measured: readings in, what people are told out.

One table for the pure state machine and for the whole line through store and
``ir.cron``. Seconds count from the beginning; the rule is ``make_rule()``'s, raw milk
of 2 to 4 °C with a deadband of 0.2, unless the scenario says otherwise.
"""

import random
from typing import NamedTuple

MINUTE = 60
HOUR = 60 * MINUTE


class Scenario(NamedTuple):
    readings: list  # [(second of measurement, value), …] in order of arrival
    told: list  # [(second, event), …]
    rule: dict = {}  # noqa: RUF012 - what ``make_rule()`` takes
    alerts: int = 1
    peak: float | None = None
    minutes: float | None = None  # outside, of the first alert
    arrivals: list | None = None  # second of arrival of each, if not of measurement
    acknowledged: int | None = None  # in that second
    resolved: int | None = None
    until: int | None = None  # look on until then
    restarts: tuple = ()  # seconds at which Odoo starts anew


def every(step, start, end, *values):
    """Such values in turn, from start to end."""
    times = range(start, end + 1, step)
    return [(time, values[n % len(values)]) for n, time in enumerate(times)]


def noisy(count, step, mean, noise, seed=1):
    pick = random.Random(seed)
    return [(n * step, round(pick.gauss(mean, noise), 2)) for n in range(count)]


def shuffled(scenario, width, seed=1):
    """The same, arriving in another order within so many seconds."""
    pick = random.Random(seed)
    late = [
        (second + pick.uniform(0, width), n)
        for n, (second, _) in enumerate(scenario.readings)
    ]
    order = sorted(late)
    return scenario._replace(
        readings=[scenario.readings[n] for _, n in order],
        arrivals=[second for second, _n in order],
    )


_TEN_MINUTES = {"on_delay": 10 * MINUTE}
_SPIKE = [*every(30, 0, 9 * MINUTE, 6.0), *every(30, 9 * MINUTE + 30, 30 * MINUTE, 3.0)]
_WARM = [
    *every(30, 0, 20 * MINUTE, 6.0),
    *every(30, 20 * MINUTE + 30, 40 * MINUTE, 3.0),
]

SCENARIOS = {
    "a single breach is told at once and when it is over": Scenario(
        [(0, 3.0), (10, 5.0), (20, 3.0)],
        [(10, "raised"), (20, "cleared")],
        peak=5.0,
        minutes=1 / 6,
    ),
    "a value on the limit is no breach": Scenario([(0, 4.0), (10, 2.0)], [], alerts=0),
    "flapping by a tenth of a degree for an hour is one alert and one clear": Scenario(
        [*every(10, 0, HOUR, 4.1, 3.9), *every(10, HOUR + 10, HOUR + MINUTE, 3.5)],
        [(0, "raised"), (HOUR + 10, "cleared")],
        minutes=60 + 1 / 6,
    ),
    "flapping through the deadband with an off-delay is one alert, one clear": Scenario(
        [*every(10, 0, HOUR, 4.5, 3.5), *every(10, HOUR + 10, HOUR + 10 * MINUTE, 3.5)],
        [(0, "raised"), (HOUR + 310, "cleared")],
        {"off_delay": 5 * MINUTE},
    ),
    "600 noisy samples are one alert and two notifications": Scenario(
        [
            *noisy(600, 5, 4.6, 0.4),
            *every(5, 3000, 3000 + 10 * MINUTE, 3.0),
        ],
        [(0, "raised"), (3300, "cleared")],
        {"off_delay": 5 * MINUTE, "deadband": 0.5},
    ),
    "a spike of nine minutes on a rule of ten is nothing": Scenario(
        _SPIKE, [], _TEN_MINUTES, alerts=0
    ),
    "ten minutes on a rule of ten are told then, from when it began": Scenario(
        _WARM,
        [(10 * MINUTE, "raised"), (20 * MINUTE + 30, "cleared")],
        _TEN_MINUTES,
        minutes=20.5,
    ),
    "a restart in the middle of the delay changes nothing": Scenario(
        _WARM,
        [(10 * MINUTE, "raised"), (20 * MINUTE + 30, "cleared")],
        _TEN_MINUTES,
        minutes=20.5,
        restarts=(MINUTE, 5 * MINUTE, 9 * MINUTE + 59, 20 * MINUTE + 15),
    ),
    "a device that falls silent while warm is told at the end of the delay": Scenario(
        every(30, 0, 5 * MINUTE, 6.0),
        [(10 * MINUTE, "raised")],
        _TEN_MINUTES,
        until=15 * MINUTE,
    ),
    "critical at once, though warm is only told after ten minutes": Scenario(
        [*every(30, 0, 3 * MINUTE, 6.0), (200, 9.5), *every(30, 210, 300, 3.0)],
        [(200, "raised"), (210, "cleared")],
        _TEN_MINUTES,
        peak=9.5,
    ),
    "it rises with the value and is still one alert": Scenario(
        [(0, 5.0), (30, 8.0), (60, 9.5), (90, 12.0), (120, 6.0), (150, 3.0)],
        [(0, "raised"), (60, "risen"), (150, "cleared")],
        peak=12.0,
        minutes=2.5,
    ),
    "a peak in between is not lost": Scenario(
        [(0, 5.0), (1, 11.0), (2, 5.0), (3, 3.0)],
        [(0, "raised"), (1, "risen"), (3, "cleared")],
        peak=11.0,
    ),
    "three in a row, and two are none": Scenario(
        [(0, 5.0), (10, 5.0), (20, 3.0), (30, 5.0), (40, 5.0), (50, 5.0), (60, 3.0)],
        [(50, "raised"), (60, "cleared")],
        {"repeat_count": 3},
        minutes=0.5,
    ),
    "seen while it holds, it ends when it clears": Scenario(
        [*every(10, 0, 60, 5.0), (70, 3.0), (80, 3.0)],
        [(0, "raised"), (70, "cleared")],
        acknowledged=30,
    ),
    "warm again before anybody saw it is the same alert, and told once": Scenario(
        [(0, 5.0), (10, 3.0), (20, 6.0), (30, 3.0)],
        [(0, "raised"), (10, "cleared")],
        peak=6.0,
        minutes=1 / 3,
    ),
    "warm again and still so when the cooldown is over is told then": Scenario(
        [
            (0, 5.0),
            (10, 3.0),
            *every(10, 20, 31 * MINUTE, 5.0),
            (31 * MINUTE + 10, 3.0),
        ],
        [
            *((0, "raised"), (10, "cleared")),
            *((30 * MINUTE, "raised"), (31 * MINUTE + 10, "cleared")),
        ],
    ),
    "a freezer that comes and goes for hours is told once in the cooldown": Scenario(
        every(30, 0, 4 * HOUR - 30, *[5.0] * 10, *[3.0] * 10),
        [
            (second, event)
            for start in range(0, 4 * HOUR, 30 * MINUTE)
            for second, event in ((start, "raised"), (start + 5 * MINUTE, "cleared"))
        ],
    ),
    "ended by hand while it holds, it opens anew after the cooldown": Scenario(
        every(10, 0, 40 * MINUTE, 5.0),
        [(0, "raised"), (30 + 30 * MINUTE, "raised")],
        resolved=30,
        alerts=2,
    ),
    "in the cooldown nothing opens, unless it is worse": Scenario(
        [(0, 5.0), (10, 3.0), (20, 5.0), (30, 3.0), (40, 9.5), (50, 3.0)],
        [(0, "raised"), (10, "cleared"), (40, "raised"), (50, "cleared")],
        acknowledged=15,
        alerts=2,
    ),
    "the last word of a device silent since the end is not told again": Scenario(
        [(0, 5.0)], [(0, "raised")], resolved=10, until=2 * HOUR
    ),
    "too cold after too warm is the same alert": Scenario(
        [(0, 5.0), (10, 1.0), (20, 3.0)],
        [(0, "raised"), (20, "cleared")],
        minutes=1 / 3,
    ),
    "a backfill of twelve hours ago is recorded and wakes nobody": Scenario(
        [
            (0, 3.0),
            *every(60, -12 * HOUR, -11 * HOUR, 6.0),
            (-11 * HOUR + 60, 3.0),
            (60, 3.0),
        ],
        [],
        arrivals=[0] + [60] * 63,
        minutes=61,
        peak=6.0,
    ),
    "a backfill of a breach that still holds is told, from when it began": Scenario(
        [*every(60, -2 * HOUR, 0, 6.0), (60, 6.0), (120, 3.0)],
        [(0, "raised"), (120, "cleared")],
        arrivals=[0] * 121 + [60, 120],
        minutes=122,
    ),
    "a backfill that comes after the present is the beginning of its alert": Scenario(
        [(0, 6.0), *every(60, -2 * HOUR, -60, 6.0), (60, 6.0), (120, 3.0)],
        [(0, "raised"), (120, "cleared")],
        arrivals=[0] + [60] * 121 + [120],
        minutes=122,
    ),
    "a backfill that comes in two parts, the later first, is one record": Scenario(
        [
            (0, 3.0),
            *every(60, -11 * HOUR, -10 * HOUR, 6.0),
            (-10 * HOUR + 60, 3.0),
            *every(60, -12 * HOUR, -11 * HOUR - 60, 6.0),
            (200, 3.0),
        ],
        [],
        arrivals=[0] + [60] * 62 + [120] * 60 + [200],
        minutes=121,
    ),
}
