"""What a cooling waits for, for the farmer who asks when. Pure."""

from typing import NamedTuple

from . import curve
from .records import RUNNING


class Countdown(NamedTuple):
    celsius: float
    deadline: float | None  # None: while the milking goes on it is not known
    arrival: object = None  # curve.Arrival

    @property
    def is_too_slow(self):
        """Whether even the soonest is too late."""
        is_known = self.arrival is not None and self.deadline is not None
        return is_known and self.arrival.soonest > self.deadline


def countdown(state, standard):
    """The limit that is due next, None if none is."""
    cooling = state.judged.cooling
    if not cooling or cooling.is_final:
        return None
    running = [mark for mark in cooling.marks if mark.verdict == RUNNING]
    if not running:
        return None
    mark = min(running, key=lambda one: one.deadline or float("inf"))
    celsius = standard.limits[mark.limit].celsius
    arrival = None
    if cooling.end is not None:
        pairs = [
            (row[0], row[1])
            for row in state.phases.recent
            if row[1] is not None and row[0] >= cooling.end
        ]
        arrival = curve.arrival(pairs, celsius)
    return Countdown(celsius, mark.deadline, arrival)
