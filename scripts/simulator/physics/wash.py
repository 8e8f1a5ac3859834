"""The wash of an emptied tank (CIP), in wall seconds: a visitor sees it.

>>> wash = Wash()
>>> temperature = 3.0
>>> hottest = max(temperature := wash.step(temperature, 1) for _ in range(420))
>>> 60 < hottest < 70, temperature < 20
(True, True)
"""

import math

AMBIENT = 18.0
# Seconds, °C: it drains, rinse, hot wash, cold rinse.
STEPS = ((60.0, AMBIENT), (60.0, 38.0), (180.0, 68.0), (120.0, 12.0))
TAU_WATER, TAU_AIR = 10.0, 120.0  # seconds in which the probe follows


class Wash:
    """What the probe in an empty tank feels."""

    def __init__(self):
        self._since = 0.0

    @property
    def is_on(self):
        """Whether water goes round; the agitator runs then."""
        return STEPS[0][0] <= self._since < sum(seconds for seconds, _ in STEPS)

    def start(self):
        """The tank was emptied."""
        self._since = 0.0

    def step(self, temperature, seconds):
        """The temperature so many wall seconds later, while the tank is empty."""
        goal, tau = self._goal()
        self._since += seconds
        return temperature + (goal - temperature) * -math.expm1(-seconds / tau)

    def _goal(self):
        end = 0.0
        for place, (length, celsius) in enumerate(STEPS):
            end += length
            if self._since < end:
                return celsius, TAU_WATER if place else TAU_AIR
        return AMBIENT, TAU_AIR
