"""Days of milking as data, judged; the curves come from ``bulk_tank``."""

import pytest

from ...coldchain.monitor import State, advance
from ...coldchain.sample import Tank
from .bulk_tank import DAY, HOUR, BulkTank, Dairy
from .cooling_standards import STANDARDS

# Third milking: day 2, 6 to 8 o'clock.
THIRD, THIRD_ENDS = DAY + 6 * HOUR, DAY + 8 * HOUR

by_standard = pytest.mark.parametrize("standard", STANDARDS.values(), ids=STANDARDS)


def dairy(tank=(), **how):
    return Dairy(tank=BulkTank(**dict(tank)), **how)


def run(samples, standard, system="conventional"):
    """``(all conditions, Outcome)``"""
    state, standard = State(), standard.of(system)
    tank = Tank(4000.0, cold=standard.cold, is_automatic=system == "automatic")
    outcome = advance(state, samples, tank, standard)
    return [*outcome.over, *state.judged.conditions.values()], outcome


def told(conditions):
    return [(found.kind, found.type) for found in conditions]
