"""Robots milk all day: no milking ends, and the law asks for other things."""

import pytest

from smartdairy_iot.tests.pure.bulk_tank import DAY, HOUR
from smartdairy_iot.tests.pure.cooling_scene import dairy, run, told
from smartdairy_iot.tests.pure.cooling_standards import STANDARDS

# What the farm must have for it: a chiller that starts with little milk; in New
# Zealand, milk that is cold before it comes to the tank.
EQUIPMENT = {
    "us": {"tank": {"least": 400.0}},
    "nz": {"tank": {"celsius": 6.0, "ambient": 12.0}, "warm": 5.0},
}
USUAL = {"tank": {"least": 100.0}, "warm": 20.0}
NAMES = [name for name in STANDARDS if name != "pasteurized"]
by_name = pytest.mark.parametrize("name", NAMES)


def robots(name, **how):
    equipment = EQUIPMENT.get(name, USUAL)
    return dairy(**{"robots": 2, "noise": 0.05, **equipment, **how})


@by_name
def test_a_normal_month_of_two_robots_raises_nothing(name):
    conditions, outcome = run(robots(name).samples(30), STANDARDS[name], "automatic")
    assert not told(conditions)
    assert len(outcome.batches) == 16
    # One start for each batch, and no milking after it.
    assert len(outcome.coolings) == len(outcome.batches)
    assert {cooling.verdict for cooling in outcome.coolings.values()} == {"met"}
    assert sum(batch.outside for batch in outcome.batches.values()) == 0


@by_name
def test_a_chiller_that_fails_while_robots_milk_is_one_alert(name):
    warm = 33.0 if name == "nz" else 20.0  # the cooler before the tank fails, too
    one = robots(name, warm=warm, breaks_at=1.1 * DAY, collect_days=99)
    if name == "nz":
        one.tank.celsius = 3.0
    conditions, _outcome = run(one.samples(2), STANDARDS[name], "automatic")
    late = [found for found in conditions if found.since > 1.1 * DAY]
    assert [found.kind for found in late] == ["cooling"]
    # As soon as the milk has been too warm for as long as its limit lets it.
    assert late[0].since < 1.6 * DAY


def test_a_chiller_that_never_starts_is_told_when_the_first_limit_is_due():
    one = robots("us", breaks_at=0.0, collect_days=99)
    conditions, _outcome = run(one.samples(0.5), STANDARDS["us"], "automatic")
    assert told(conditions) == [("cooling", "cooling_late")]
    # 10 °C within four hours of the first milk, which came with the robots at 0:24.
    assert conditions[0].since == pytest.approx(4.4 * HOUR, abs=0.75 * HOUR)


def test_the_pause_of_a_robot_that_washes_itself_is_no_end_of_a_milking():
    _conditions, outcome = run(robots("us").samples(1), STANDARDS["us"], "automatic")
    assert len(outcome.coolings) == 1


def test_what_is_asked_of_milking_at_set_times_is_not_asked_of_robots():
    us = STANDARDS["us"]
    within = {
        system: [
            one.within / HOUR
            for one in us.limits
            if one.kind == "reach" and us.of(system).asks(one)
        ]
        for system in ("conventional", "automatic")
    }
    assert within == {"conventional": [4, 2], "automatic": [4, 6]}
    assert us.of("automatic").off_after == 0


def test_milk_that_comes_warm_into_the_tank_is_told_in_new_zealand():
    one = robots("nz", tank={"least": 100.0}, warm=20.0)
    conditions, _outcome = run(one.samples(0.5), STANDARDS["nz"], "automatic")
    assert told(conditions) == [("cooling", "blend_high")]


def test_a_robots_tank_that_freezes_while_it_is_filled_is_told():
    one = robots("ontario", tank={"least": 100.0, "low": 0.0, "high": 0.5})
    conditions, _outcome = run(one.samples(1), STANDARDS["ontario"], "automatic")
    assert told(conditions) == [("freezing", "freezing")]


def test_a_robots_tank_whose_agitator_stands_still_is_told():
    one = robots("eu", agitator_fails_at=12 * HOUR)
    conditions, _outcome = run(one.samples(1), STANDARDS["eu"], "automatic")
    assert told(conditions) == [("agitation", "no_agitation")]
