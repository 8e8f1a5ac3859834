"""The heat balance of a bulk tank, or of anything else that a chiller keeps cold.

>>> tank = Tank(litres=500, temperature=3.0)
>>> tank.add_milk(20, 35.0)
>>> round(tank.temperature, 2)
4.23
>>> for _ in range(60):
...     tank.step(60)
>>> tank.low <= tank.temperature <= tank.high
True
"""

import math
from dataclasses import dataclass

MILK_J_PER_LITRE_K = 3930 * 1.03
BODY_TEMPERATURE = 35.0  # of milk when it reaches the tank
EVAPORATOR_TEMPERATURE = -1.0
FULL_POWER_DIFFERENCE = 10.0
FAULT_TEMPERATURE = 10.0  # of the glycol that stands in the jacket


@dataclass
class Tank:
    """Milk, an imperfect insulation, and a chiller with a thermostat."""

    litres: float
    temperature: float
    low: float = 2.65  # the thermostat switches off below, on above `high`
    high: float = 3.35
    chiller_watts: float = 8000.0
    gain_watts_per_kelvin: float = 25.0
    ambient: float = 18.0
    cooling: bool = False
    fault_tau: float | None = None  # seconds; set while the chiller is broken
    collecting: bool = False  # the milk lorry is here
    disturbance: float = 0.0  # warm layers that the agitator has not mixed in yet

    @property
    def heat_capacity(self):
        """Joule per kelvin."""
        return self.litres * MILK_J_PER_LITRE_K

    def add_milk(self, litres, temperature=BODY_TEMPERATURE):
        """Mix warm milk in."""
        if litres <= 0:
            return
        total = self.litres + litres
        self.temperature += (temperature - self.temperature) * litres / total
        self.litres = total
        self.disturbance = min(0.06, self.disturbance + 0.02)

    def draw(self, litres, leave=0.0):
        """Let the milk lorry take some, down to `leave` litres."""
        self.litres = max(min(self.litres, leave), self.litres - litres)

    def step(self, seconds):
        """Let so much time of the farm's clock pass."""
        self.disturbance *= math.exp(-seconds / 300)
        if self.fault_tau is not None:
            relaxed = -math.expm1(-seconds / self.fault_tau)
            self.temperature += (FAULT_TEMPERATURE - self.temperature) * relaxed
            return
        self._switch()
        watts = self.gain_watts_per_kelvin * (self.ambient - self.temperature)
        if self.cooling:
            watts -= self._chiller_power()
        self.temperature += watts * seconds / self.heat_capacity

    def read(self, rng):
        """What the probe says: the mean temperature and the agitator's noise."""
        return self.temperature + rng.gauss(0, 0.02 + self.disturbance)

    def _switch(self):
        if self.temperature > self.high:
            self.cooling = True
        elif self.temperature < self.low:
            self.cooling = False

    def _chiller_power(self):
        """The nearer milk and evaporator are, the less: the cooling curve bends."""
        difference = self.temperature - EVAPORATOR_TEMPERATURE
        share = min(1.0, max(0.0, difference / FULL_POWER_DIFFERENCE))
        return self.chiller_watts * share
