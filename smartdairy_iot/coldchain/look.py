"""What is remembered of a tank's phases, and what is known in a minute. Pure."""

from dataclasses import dataclass, field

from .sample import MINUTE
from .trend import last_median, noise

KEPT = 30 * MINUTE  # of what was heard
TEN = 10 * MINUTE
WATER = 45.0  # °C that only a wash reaches
_FLOWS = 0.3  # L/min


@dataclass
class Phases:
    """All that is remembered from one minute to the next."""

    phase: str = ""  # nothing is known
    since: float = 0.0
    recent: list = field(default_factory=list)  # [[time, °C, L, L/min, runs], …]
    level: float | None = None  # L while nothing flows
    extreme: float | None = None  # L or °C: the highest while filling; lowest emptying
    moved_at: float = 0.0  # when it last was a new one: the last inflow
    fill_start: float = 0.0
    is_first: bool = False
    emptied_at: float | None = None
    is_washed: bool = False  # since it was emptied
    washed_at: float | None = None  # when the last wash ended
    wash_start: float = 0.0
    warm_at: float = 0.0
    wash_peak: float = 0.0
    wash_from: float = 0.0  # °C before it


@dataclass
class Look:
    """What is known in this minute."""

    time: float
    celsius: float | None
    volume: float | None
    flows: bool
    stirs: bool
    temperatures: list
    volumes: list

    @property
    def last_ten(self):
        return [pair for pair in self.temperatures if pair[0] > self.time - TEN]

    @property
    def rise(self):
        """K above the coldest of ten minutes."""
        if self.celsius is None:
            return 0.0
        coldest = min((value for _t, value in self.last_ten), default=self.celsius)
        return self.celsius - coldest

    @property
    def is_water(self):
        return self.celsius is not None and self.celsius >= WATER


def look_at(recent, now):
    """:param recent: rows as in :class:`Phases`, the newest last"""
    temperatures = [(row[0], row[1]) for row in recent if row[1] is not None]
    volumes = [(row[0], row[2]) for row in recent if row[2] is not None]
    last = recent[-3:]
    return Look(
        now,
        last_median(temperatures, 3),
        last_median(volumes, 5),
        sum(1 for row in last if row[3] is not None and row[3] > _FLOWS) >= 2,
        sum(1 for row in recent[-5:] if row[4]) >= 3,
        temperatures,
        volumes,
    )


def step_litres(look, tank):
    """How much more is no noise."""
    return max(tank.step_litres, 3.5 * noise([value for _t, value in look.volumes]))
