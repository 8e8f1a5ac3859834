"""Values that wander around a set point, and batteries that run down."""

import math


class SetPoint:
    """An Ornstein-Uhlenbeck process: wanders, and is always drawn back.

    >>> import random
    >>> vacuum = SetPoint(2.1, 0.05, random.Random(1))
    >>> all(1.8 < vacuum.step(5) < 2.4 for _ in range(1000))
    True
    """

    def __init__(self, mean, deviation, rng, tau=120.0):
        self.mean = mean
        self.deviation = deviation
        self.value = rng.gauss(mean, deviation)
        self._tau = tau
        self._rng = rng

    def step(self, seconds):
        """Move on by so many seconds and return the new value."""
        keep = math.exp(-seconds / self._tau)
        noise = self._rng.gauss(0, self.deviation * math.sqrt(1 - keep * keep))
        self.value = self.mean + (self.value - self.mean) * keep + noise
        return self.value


class Battery:
    """Charge in percent; somebody changes the battery before it is empty.

    >>> battery = Battery(20.0, percent_per_hour=3)
    >>> battery.step(3600), battery.step(3600)
    (17.0, 100.0)
    """

    CHANGE_BELOW = 15.0

    def __init__(self, percent, percent_per_hour=3.0):
        self.percent = percent
        self._per_second = percent_per_hour / 3600

    def step(self, seconds):
        """Move on by so many seconds and return the charge."""
        self.percent -= seconds * self._per_second
        if self.percent < self.CHANGE_BELOW:
            self.percent = 100.0
        return self.percent


class FaultPlan:
    """Which chiller breaks when: an early first fault, then one every few minutes."""

    FIRST_AT = 12.0
    LENGTH = (120.0, 240.0)
    PAUSE = (480.0, 720.0)

    def __init__(self, first, others, rng):
        self._candidates = [first, *others]
        self._rng = rng
        self._start = self.FIRST_AT
        self._end = self._start + rng.uniform(*self.LENGTH)
        self._victim = first

    def broken(self, now):
        """The name of what is broken at this second since the start, or None."""
        if now >= self._end:
            self._start = self._start + self._rng.uniform(*self.PAUSE)
            self._end = self._start + self._rng.uniform(*self.LENGTH)
            self._victim = self._rng.choice(self._candidates)
        return self._victim if self._start <= now < self._end else None
