"""One minute of what a tank's sensors said, and the tank itself. Pure."""

from typing import NamedTuple

MINUTE = 60.0


class Sample(NamedTuple):
    """Averages of one minute; None: that sensor said nothing."""

    time: float  # when the minute began
    temperature: float | None = None  # °C
    volume: float | None = None  # L
    flow: float | None = None  # L/min into the tank
    agitator: bool | None = None  # whether it ran


class Tank(NamedTuple):
    """What the detection of phases must know of a tank."""

    capacity: float = 0.0  # L, 0: unknown
    milking_gap: float = 1800.0  # s without inflow after which a milking has ended
    usual_milking: float = 7200.0  # s, where neither volume nor flow tells its end
    cold: float = 4.5  # °C at which the milk counts as stored
    is_automatic: bool = False  # robots add milk at any time

    @property
    def empty_litres(self):
        """What stays at the outlet, or a level sensor cannot tell from nothing."""
        return max(20.0, 0.02 * self.capacity)

    @property
    def step_litres(self):
        """The least rise that is milk."""
        return max(10.0, 0.004 * self.capacity)
