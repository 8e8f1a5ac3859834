"""Cold chain over physical curves: normal is silent, what is wrong is one alert.

Days of milking as data; the curves come from the heat balance of ``bulk_tank``.
"""

import random
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from smartdairy_iot.coldchain.monitor import State, advance
from smartdairy_iot.coldchain.sample import Tank
from smartdairy_iot.tests.pure.bulk_tank import COLD_WASH, DAY, HOUR
from smartdairy_iot.tests.pure.cooling_scene import by_standard, dairy, run, told
from smartdairy_iot.tests.pure.cooling_standards import STANDARDS

HOT = {"ambient": 34.0, "celsius": 34.0}

# Normal -------------------------------------------------------------------------------

NORMAL = {
    "plain": {},
    "noise": {"noise": 0.25, "litres_noise": 15.0},
    "gaps": {"gap_share": 0.4},
    "no volume": {"has_volume": False},
    "pre-cooled milk": {"warm": 19.0},
    "hot summer": {"tank": HOT, "warm": 35.0},
    "hot summer, no volume": {"tank": HOT, "warm": 35.0, "has_volume": False},
}


@by_standard
def test_a_normal_month_of_two_milkings_a_day_raises_nothing(standard):
    conditions, outcome = run(dairy().samples(30), standard)
    assert not told(conditions)
    assert len(outcome.coolings) == 60
    assert {cooling.verdict for cooling in outcome.coolings.values()} == {"met"}
    assert len(outcome.batches) == 16  # every second day, and the one that goes on
    assert sum(batch.outside for batch in outcome.batches.values()) == 0


@pytest.mark.parametrize("how", NORMAL.values(), ids=NORMAL)
@by_standard
def test_a_normal_week_raises_nothing_whatever_the_sensors(standard, how):
    conditions, _outcome = run(dairy(**how).samples(7), standard)
    assert not told(conditions)


@pytest.mark.parametrize(
    ("day", "hours_then"),
    [((2026, 3, 27), 1), ((2026, 10, 23), 3)],
    ids=["March", "October"],
)
def test_a_milking_over_the_change_of_the_clock_is_normal(day, hours_then):
    """Amsterdam, milked by the clock from half past one to half past three."""
    zone = ZoneInfo("Europe/Amsterdam")
    start = datetime(*day, tzinfo=zone).timestamp()
    one = dairy(milkings=(1.5, 13.5), collect_hour=5.0, zone=zone)
    conditions, outcome = run(one.samples(4.5, start), STANDARDS["eu"])
    assert not told(conditions)
    hours = [(c.end - c.start) / HOUR for _t, c in sorted(outcome.coolings.items())]
    assert hours == pytest.approx([2, 2, 2, 2, hours_then, 2, 2, 2, 2], abs=0.25)


def test_start_and_end_of_a_milking_are_found_within_a_few_minutes():
    _conditions, outcome = run(dairy().samples(6), STANDARDS["eu"])
    for cooling in outcome.coolings.values():
        begun = min(abs(cooling.start % DAY - hour * HOUR) for hour in (6, 17))
        ended = min(abs(cooling.end % DAY - hour * HOUR) for hour in (8, 19))
        assert begun <= 10 * 60
        assert ended <= 15 * 60


@pytest.mark.parametrize(
    ("second", "count", "ends"),
    [(7.5, 1, 9.5), (8.2, 1, 10.2), (9.0, 2, 11.0)],
    ids=["overlapping", "one after the other", "an hour apart"],
)
def test_two_milkings_that_overlap_are_one_and_two_apart_are_two(second, count, ends):
    """Two herds, into one tank."""
    one = dairy(milkings=(6.0, second), collect_hour=13.0)
    conditions, outcome = run(one.samples(0.6), STANDARDS["eu"])
    assert not told(conditions)
    assert len(outcome.coolings) == count
    last = max(cooling.end for cooling in outcome.coolings.values())
    assert last == pytest.approx(ends * HOUR, abs=900)


def test_a_milking_that_begins_before_the_limit_was_due_takes_its_place():
    """Chiller too weak for 6 °C in the hour between two milkings."""
    one = dairy(tank={"watts": 4000.0}, milkings=(6.0, 8.75), litres=400.0)
    _conditions, outcome = run(one.samples(0.6), STANDARDS["eu"])
    verdicts = [cooling.verdict for _t, cooling in sorted(outcome.coolings.items())]
    assert verdicts[0] == "superseded"


# Washing, agitation, frost ------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({"washes": False}, ("wash", "wash_missed")),
        ({"wash": COLD_WASH}, ("wash", "wash_cold")),
        ({"agitator_fails_at": 20 * HOUR}, ("agitation", "no_agitation")),
        ({"tank": {"low": 0.2, "high": 0.8}}, ("freezing", "freezing")),
    ],
    ids=["missed wash", "cold wash", "no agitation", "freezing"],
)
def test_what_is_wrong_with_the_tank_is_told(how, expected):
    conditions, _outcome = run(dairy(**how).samples(1.7), STANDARDS["ontario"])
    assert set(told(conditions)) == {expected}


def test_a_tank_that_is_not_washed_is_told_once_not_again_with_the_next_milk():
    conditions, _outcome = run(dairy(washes=False).samples(2.3), STANDARDS["eu"])
    assert told(conditions) == [("wash", "wash_missed")]


def test_the_last_wash_is_remembered_with_its_end():
    state = State()
    advance(state, dairy().samples(2.3), Tank(4000.0), STANDARDS["eu"])
    phases = state.phases
    assert HOUR / 6 < phases.washed_at - phases.wash_start < 2 * HOUR


def test_a_tank_without_agitator_data_is_not_asked_for_agitation():
    one = dairy(has_agitator=False)
    conditions, _outcome = run(one.samples(2), STANDARDS["eu"])
    assert not told(conditions)


# Batches ------------------------------------------------------------------------------


def test_what_nobody_measured_is_a_gap_and_not_out_of_range():
    samples = dairy().samples(1)
    heard = [s for s in samples if not 10 * HOUR < s.time < 13 * HOUR]
    conditions, outcome = run(heard, STANDARDS["eu"])
    (batch,) = outcome.batches.values()
    assert not told(conditions)
    assert batch.gap == pytest.approx(3 * HOUR, abs=600)
    assert batch.outside == 0


def test_the_fourth_milking_of_a_gap_is_still_found():
    """The line was down during a milking: its milk is there afterwards."""
    heard = [s for s in dairy().samples(1) if not 16 * HOUR < s.time < 20 * HOUR]
    _conditions, outcome = run(heard, STANDARDS["eu"])
    assert len(outcome.coolings) == 2


def test_a_random_day_of_a_random_dairy_never_makes_the_machine_stumble():
    rng = random.Random(5)
    for seed in range(5):
        one = dairy(
            tank={"watts": rng.uniform(0, 15000), "ambient": rng.uniform(-5, 40)},
            milkings=(rng.uniform(0, 10), rng.uniform(11, 20)),
            litres=rng.uniform(10, 1500),
            gap_share=rng.random() * 0.9,
            has_volume=rng.random() < 0.5,
            seed=seed,
        )
        run(one.samples(4), STANDARDS["nz"])
