"""A tank warms and cools as milk does."""

import itertools
import random

import pytest

from simulator.physics.tank import FAULT_TEMPERATURE, Tank


def run(tank, hours, step=15):
    """The temperatures of so many hours."""
    temperatures = []
    for _ in range(int(hours * 3600 / step)):
        tank.step(step)
        temperatures.append(tank.temperature)
    return temperatures


def test_mixing_conserves_heat():
    """100 l at 35 °C into 300 l at 3 °C make 400 l at 11 °C."""
    tank = Tank(litres=300, temperature=3.0)
    tank.add_milk(100, 35.0)
    assert tank.litres == 400
    assert tank.temperature == pytest.approx(11.0)


def test_no_milk_changes_nothing():
    """An idle pipe brings no disturbance either."""
    tank = Tank(litres=300, temperature=3.0)
    tank.add_milk(0.0)
    assert (tank.litres, tank.temperature, tank.disturbance) == (300, 3.0, 0.0)


def test_thermostat_keeps_the_band():
    """Once cold, the milk stays between the two switching points."""
    tank = Tank(litres=600, temperature=3.0)
    temperatures = run(tank, hours=24)
    assert min(temperatures) > tank.low - 0.1
    assert max(temperatures) < tank.high + 0.1
    assert max(temperatures) - min(temperatures) > 0.5


def test_cooling_curve_bends():
    """Warm milk cools monotonously, and ever more slowly."""
    tank = Tank(litres=600, temperature=12.0)
    cooled = itertools.takewhile(lambda t: t > 3.0, run(tank, hours=2))
    temperatures = list(cooled)
    assert temperatures == sorted(temperatures, reverse=True)
    falls = [a - b for a, b in zip(temperatures, temperatures[1:], strict=False)]
    assert falls[-1] < 0.6 * falls[0]


def test_a_broken_chiller_warms_towards_the_glycol_and_recovers():
    """The breach a visitor sees, and its end."""
    tank = Tank(litres=600, temperature=3.0, fault_tau=1350)
    warming = run(tank, hours=1)
    assert 8.0 < warming[-1] < FAULT_TEMPERATURE
    tank.fault_tau = None
    assert run(tank, hours=2)[-1] < 3.5


def test_the_probe_is_noisy_but_true():
    """The mean of many readings is the temperature."""
    rng = random.Random(7)
    tank = Tank(litres=600, temperature=3.0)
    readings = [tank.read(rng) for _ in range(2000)]
    assert len(set(readings)) > 1000
    assert sum(readings) / len(readings) == pytest.approx(3.0, abs=0.01)


def test_the_lorry_leaves_the_rest():
    """Collection stops at what has to stay in the tank."""
    tank = Tank(litres=520, temperature=3.0)
    tank.draw(100, leave=500)
    assert tank.litres == 500
    tank.draw(100, leave=900)
    assert tank.litres == 500
