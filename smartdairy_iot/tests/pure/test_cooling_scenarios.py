"""Cold chain over physical curves: normal is silent, what is wrong is one alert.

Days of milking as data; the curves come from the heat balance of ``bulk_tank``.
"""

import dataclasses
import math
import random
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from smartdairy_iot.coldchain.monitor import State, advance
from smartdairy_iot.coldchain.sample import Tank
from smartdairy_iot.tests.pure.bulk_tank import COLD_WASH, DAY, HOUR, BulkTank, Dairy
from smartdairy_iot.tests.pure.cooling_standards import FARM_STANDARDS, STANDARDS

HOT = {"ambient": 34.0, "celsius": 34.0}
# Third milking: day 2, 6 to 8 o'clock.
THIRD, THIRD_ENDS = DAY + 6 * HOUR, DAY + 8 * HOUR

by_standard = pytest.mark.parametrize(
    "standard", FARM_STANDARDS.values(), ids=FARM_STANDARDS
)


def run(samples, standard, state=None):
    """``(all conditions, Outcome)``"""
    state = state or State()
    outcome = advance(state, samples, Tank(4000.0, cold=standard.cold), standard)
    return [*outcome.over, *state.judged.conditions.values()], outcome


def told(conditions):
    return [(found.kind, found.type) for found in conditions]


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


def dairy(tank=(), **how):
    return Dairy(tank=BulkTank(**dict(tank)), **how)


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


def test_a_milking_in_the_hour_of_the_clock_change_is_an_hour_shorter_and_normal():
    """Amsterdam, 29 March 2026, milked from half past one to half past three."""
    zone = ZoneInfo("Europe/Amsterdam")
    start = datetime(2026, 3, 27, tzinfo=zone).timestamp()
    one = dairy(milkings=(1.5, 13.5), collect_hour=5.0, zone=zone)
    conditions, outcome = run(one.samples(4.5, start), STANDARDS["eu"])
    assert not told(conditions)
    hours = [(c.end - c.start) / HOUR for _t, c in sorted(outcome.coolings.items())]
    assert hours == pytest.approx([2, 2, 2, 2, 1, 2, 2, 2, 2], abs=0.25)


def test_start_and_end_of_a_milking_are_found_within_a_few_minutes():
    _conditions, outcome = run(dairy().samples(6), STANDARDS["eu"])
    for cooling in outcome.coolings.values():
        begun = min(abs(cooling.start % DAY - hour * HOUR) for hour in (6, 17))
        ended = min(abs(cooling.end % DAY - hour * HOUR) for hour in (8, 19))
        assert begun <= 10 * 60
        assert ended <= 15 * 60


def test_two_milkings_that_overlap_are_one_and_two_apart_are_two():
    near, far = dairy(milkings=(6.0, 8.2)), dairy(milkings=(6.0, 9.0))
    for one, count in ((near, 1), (far, 2)):
        _conditions, outcome = run(one.samples(0.6), STANDARDS["eu"])
        assert len(outcome.coolings) == count


def test_a_milking_that_begins_before_the_limit_was_due_takes_its_place():
    """Chiller too weak for 6 °C in the hour between two milkings."""
    one = dairy(tank={"watts": 4000.0}, milkings=(6.0, 8.75), litres=400.0)
    _conditions, outcome = run(one.samples(0.6), STANDARDS["eu"])
    verdicts = [cooling.verdict for _t, cooling in sorted(outcome.coolings.items())]
    assert verdicts[0] == "superseded"


# A chiller that fails -----------------------------------------------------------------

# Standard: how long after the end of the third milking, in minutes, it is told at the
# latest; negative: during the milking, because the mix is too warm.
DEAD = {"us": -10, "eu_daily": 30, "eu": 30, "nz": -10, "ontario": 30, "raw_milk": 30}


@pytest.mark.parametrize(("name", "latest"), DEAD.items(), ids=DEAD)
def test_a_chiller_that_fails_in_the_third_milking_is_one_alert_on_time(name, latest):
    breaks_at = THIRD + 30 * 60
    # Nobody collects: it stays in the tank until the next day.
    one = dairy(breaks_at=breaks_at, collect_days=99, milkings=(6.0, 17.0))
    until = (THIRD_ENDS + 6 * HOUR) / DAY
    conditions, outcome = run(one.samples(until), STANDARDS[name])
    assert [found.kind for found in conditions] == ["cooling"]
    since = conditions[0].since
    assert breaks_at < since <= THIRD_ENDS + latest * 60
    third = max(outcome.coolings.values(), key=lambda cooling: cooling.start)
    assert third.verdict == "late"
    assert third.outside > 3 * HOUR


@by_standard
def test_it_is_one_alert_even_if_milking_goes_on_until_it_is_mended(standard):
    one = dairy(
        breaks_at=THIRD + 30 * 60, mended_at=2.5 * DAY, collect_days=99, litres=400.0
    )
    conditions, _outcome = run(one.samples(3), standard)
    warm = [found for found in conditions if found.kind == "cooling"]
    assert len(warm) == 1
    assert 2.5 * DAY < warm[0].until < 3 * DAY


@by_standard
def test_a_chiller_left_off_for_the_first_milking_is_told_after_twenty_minutes(
    standard,
):
    one = dairy(breaks_at=0.0)
    conditions, _outcome = run(one.samples(0.4), standard)
    assert [found.kind for found in conditions] == ["cooling"]
    assert conditions[0].since == pytest.approx(6 * HOUR + 20 * 60, abs=12 * 60)


def arrives(one, celsius, after):
    """When the milk really is so cold, without the noise."""
    exact = dataclasses.replace(one, noise=0.0, tank=dataclasses.replace(one.tank))
    cold = (
        s.time for s in exact.samples(1) if s.time > after and s.temperature <= celsius
    )
    return next(cold, math.inf)


@pytest.mark.parametrize("watts", range(2000, 9000, 500))
def test_what_is_told_before_it_is_late_never_turns_out_to_be_wrong(watts):
    """Weak chillers, some of which just make it: 6 °C within two hours."""
    standard = STANDARDS["eu"]._replace(off_after=0.0)
    one = dairy(tank={"watts": float(watts)}, milkings=(6.0,))
    truth = arrives(one, 6.0, 8 * HOUR)
    samples = dataclasses.replace(one, tank=dataclasses.replace(one.tank)).samples(0.6)
    conditions, _outcome = run(samples, standard)
    if truth <= 9.9 * HOUR:
        assert not told(conditions)
    elif truth >= 10.1 * HOUR:
        assert told(conditions) == [("cooling", "cooling_late")]
        assert conditions[0].since <= 10.1 * HOUR


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


def test_a_tank_without_agitator_data_is_not_asked_for_agitation():
    one = dairy(has_agitator=False)
    conditions, _outcome = run(one.samples(2), STANDARDS["eu"])
    assert not told(conditions)


# Batches ------------------------------------------------------------------------------


def test_minutes_out_of_range_add_up_over_the_batch_until_it_is_too_much():
    standard = STANDARDS["eu"]._replace(most_outside=HOUR)
    one = dairy(breaks_at=THIRD, collect_days=99)
    _conditions, outcome = run(one.samples(1.6), standard)
    (batch,) = outcome.batches.values()
    # Too warm from two hours after the milking on.
    assert batch.outside == pytest.approx(1.6 * DAY - (THIRD_ENDS + 2 * HOUR), abs=1800)
    assert batch.is_out


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
