"""A bulk tank, its chiller and its sensors: curves as physics makes them.

m·c·dT/dt = inflow of warm milk − the chiller's power + what comes through the wall. The
chiller gives less power the nearer milk and evaporator are.
"""

import math
import random
from dataclasses import dataclass, field
from datetime import datetime

from ...coldchain.sample import Sample

J_PER_LITRE_K = 3930 * 1.03
STEEL_J_PER_K = 60_000.0
HOUR, DAY = 3600.0, 86400.0


@dataclass
class BulkTank:
    capacity: float = 4000.0
    litres: float = 0.0
    celsius: float = 18.0
    ambient: float = 18.0
    watts: float = 11_000.0
    loss: float = 25.0  # W/K
    low: float = 2.9  # the thermostat
    high: float = 3.5
    is_broken: bool = False
    is_on: bool = False
    least: float = 0.0  # litres below which the chiller waits for the agitator

    def add(self, litres, celsius):
        heat = self.litres * J_PER_LITRE_K + STEEL_J_PER_K
        added = litres * J_PER_LITRE_K
        self.celsius += (celsius - self.celsius) * added / (heat + added)
        self.litres += litres

    def step(self, seconds):
        if self.litres < 20:  # the probe hangs in the air
            self.celsius += (self.ambient - self.celsius) * -math.expm1(-seconds / 1500)
            return
        if self.celsius > self.high:
            self.is_on = True
        elif self.celsius < self.low:
            self.is_on = False
        watts = self.loss * (self.ambient - self.celsius)
        if self.is_on and not self.is_broken and self.litres >= self.least:
            watts -= self.watts * min(1.0, max(0.0, (self.celsius + 1.0) / 10.0))
        heat = self.litres * J_PER_LITRE_K + STEEL_J_PER_K
        self.celsius += watts * seconds / heat


# minutes, °C: rinse, hot wash, rinse, acid, cold rinse
WASH = ((5, 38), (12, 68), (3, 35), (8, 48), (5, 12))
COLD_WASH = ((5, 28), (12, 38), (3, 26), (8, 30), (5, 12))


@dataclass
class Dairy:
    """Twice-a-day milking, collection every second day, a wash after it."""

    tank: BulkTank = field(default_factory=BulkTank)
    milkings: tuple = (6.0, 17.0)  # hours of the farm's clock
    hours: float = 2.0
    litres: float = 600.0
    warm: float = 33.0
    collect_days: int = 2
    collect_hour: float = 9.5
    noise: float = 0.05  # K
    litres_noise: float = 4.0
    has_volume: bool = True
    has_agitator: bool = True
    wash: tuple = WASH
    washes: bool = True
    robots: int = 0  # each milks a cow in eight minutes, all day but for its washes
    cow_litres: float = 11.0
    gap_share: float = 0.0  # minutes of which nothing is heard
    breaks_at: float = math.inf  # s since the start
    mended_at: float = math.inf
    agitator_fails_at: float = math.inf
    seed: int = 1
    zone: object = None

    def samples(self, days, start=0.0):
        """``[Sample]`` of each minute."""
        rng = random.Random(self.seed)
        wash_from = None
        found = []
        for minute in range(round(days * 1440)):
            at = minute * 60.0
            self.tank.is_broken = self.breaks_at <= at < self.mended_at
            hour, day = self._local(start + at)
            comes = 0.0 if wash_from else self._comes(hour, minute)
            is_milking = comes > 0 and not self.robots
            if comes:
                self.tank.add(comes, self.warm)
            collects = day % self.collect_days == self.collect_days - 1
            if collects and hour >= self.collect_hour and self.tank.litres > 0:
                if not is_milking and hour < self.collect_hour + 1:
                    self.tank.litres = max(0.0, self.tank.litres - 160.0)
                    if not self.tank.litres and self.washes:
                        wash_from = minute + 10
            for _part in range(4):
                self.tank.step(15)
            washing = self._washing(wash_from, minute)
            if washing is not None:
                self.tank.celsius += (washing - self.tank.celsius) * 0.6
            if wash_from and minute > wash_from + sum(m for m, _c in self.wash):
                wash_from = None
            if rng.random() >= self.gap_share:
                found.append(self._read(start + at, at, washing is not None, rng))
        return found

    def _comes(self, hour, minute):
        """Litres in this minute, to a tank that is not washed."""
        if self.robots:
            is_at_wash = (
                hour % 8 < 0.4 or self.collect_hour <= hour < 1 + self.collect_hour
            )
            whole = [n for n in range(self.robots) if minute % 8 == 3 * n % 8]
            return 0.0 if is_at_wash else len(whole) * self.cow_litres
        at_once = sum(m <= hour < m + self.hours for m in self.milkings)
        return at_once * self.litres / self.hours / 60

    def _local(self, time):
        """Hour and day of the farm's clock."""
        if self.zone is None:
            return time % DAY / HOUR, int(time // DAY)
        local = datetime.fromtimestamp(time, self.zone)
        return local.hour + local.minute / 60, local.toordinal()

    def _washing(self, wash_from, minute):
        if wash_from is None or minute < wash_from:
            return None
        since = minute - wash_from
        for minutes, celsius in self.wash:
            if since < minutes:
                return celsius
            since -= minutes
        return None

    def _read(self, time, at, washing, rng):
        tank = self.tank
        stirs = tank.litres > 100 and (tank.is_on or at % 2700 < 180)
        runs = (stirs and at < self.agitator_fails_at) or washing
        litres = max(0.0, tank.litres + rng.gauss(0, self.litres_noise))
        return Sample(
            time,
            tank.celsius + rng.gauss(0, self.noise),
            litres if self.has_volume else None,
            None,
            runs if self.has_agitator else None,
        )
