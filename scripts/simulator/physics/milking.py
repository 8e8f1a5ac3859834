"""One cow's milking and the stall it happens in.

>>> import random
>>> cow = Milking(animal_id=12, litres=12.0, peak=4.0)
>>> [round(cow.flow(minute), 1) for minute in (0, 1, 2, 4, 6)]
[0.0, 3.7, 4.0, 1.0, 0.2]
>>> 11 < sum(cow.flow(s / 60) / 60 for s in range(600)) < 12.5
True
"""

import math
from dataclasses import dataclass

RISE_MINUTES = 0.4
DECLINE_MINUTES = 1.4
END_FLOW = 0.3  # litres per minute: the cluster comes off
CHANGEOVER_MINUTES = 1.0  # one cow out, the next one in and prepared
MASTITIS_SHARE = 0.03


@dataclass
class Milking:
    """The milk of one cow: the lactation curve and what is in the milk."""

    animal_id: int
    litres: float
    peak: float
    conductivity: float = 4.9
    somatic_cells: int = 120_000
    fat: float = 3.9
    protein: float = 3.3

    @classmethod
    def of(cls, animal_id, rng):
        """One milking of an animal of this herd; now and then one is ill."""
        ill = rng.random() < MASTITIS_SHARE
        sound_cells = min(360e3, rng.lognormvariate(11.6, 0.5))
        return cls(
            animal_id=animal_id,
            litres=rng.uniform(9, 15),
            peak=rng.uniform(3.2, 4.6),
            conductivity=rng.uniform(6.7, 7.6) if ill else rng.uniform(4.5, 5.5),
            somatic_cells=int(rng.uniform(450e3, 900e3) if ill else sound_cells),
            fat=rng.gauss(3.9, 0.2),
            protein=rng.gauss(3.3, 0.1),
        )

    @property
    def plateau_end(self):
        """The minute in which the flow begins to fall."""
        return max(0.5, self.litres / self.peak + RISE_MINUTES - DECLINE_MINUTES)

    def flow(self, minute):
        """Litres per minute: a quick rise, a plateau, a slow decline."""
        risen = 1 - math.exp(-min(minute, self.plateau_end) / RISE_MINUTES)
        late = max(0.0, minute - self.plateau_end)
        return self.peak * risen * math.exp(-late / DECLINE_MINUTES)

    def is_over(self, minute):
        """Whether the flow has fallen so far that the cluster is taken off."""
        return minute > self.plateau_end and self.flow(minute) < END_FLOW

    def fat_at(self, minute):
        """Fat rises while the udder empties."""
        return self.fat - 0.8 + 1.6 * min(1.0, minute / (self.plateau_end + 3))


class Stall:
    """A milking stall: cows come one after the other while the parlour is open."""

    def __init__(self, herd, rng):
        self._herd = herd
        self._rng = rng
        self._pause = rng.uniform(0, CHANGEOVER_MINUTES)
        self.milking = None
        self.minute = 0.0

    def step(self, minutes, is_open):
        """Let time pass; return the litres that flowed into the pipe."""
        if self.milking is None:
            self._wait(minutes, is_open)
            return 0.0
        litres = self.milking.flow(self.minute + minutes / 2) * minutes
        self.minute += minutes
        if self.milking.is_over(self.minute):
            self.milking = None
            self._pause = CHANGEOVER_MINUTES
        return litres

    def _wait(self, minutes, is_open):
        self._pause -= minutes
        if is_open and self._pause <= 0:
            self.milking = Milking.of(self._rng.choice(self._herd), self._rng)
            self.minute = 0.0
