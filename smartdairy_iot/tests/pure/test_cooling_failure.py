"""A chiller fails in the third milking: one alert, on time, whatever the sensors."""

import dataclasses
import math

import pytest

from smartdairy_iot.coldchain.monitor import State, advance, from_json, to_json
from smartdairy_iot.coldchain.sample import Tank
from smartdairy_iot.tests.pure.bulk_tank import DAY, HOUR
from smartdairy_iot.tests.pure.cooling_scene import (
    THIRD,
    THIRD_ENDS,
    by_standard,
    dairy,
    run,
    told,
)
from smartdairy_iot.tests.pure.cooling_standards import STANDARDS

BREAKS_AT = THIRD + 30 * 60
# Standard: how long after the end of the third milking, in minutes, it is told at the
# latest; negative: during the milking, because the mix is too warm.
DEAD = {
    **{"us": -10, "nz": -10},
    **{"eu_daily": 30, "eu": 30, "ontario": 30, "raw_milk": 30, "pasteurized": 30},
}
DISTURBED = {
    "noise": {"noise": 0.25, "litres_noise": 15.0},
    "gaps": {"gap_share": 0.4},
    "no volume": {"has_volume": False},
    "no agitator": {"has_agitator": False},
}


def failing(**how):
    """Nobody collects: it stays in the tank until the next day."""
    return dairy(**{"breaks_at": BREAKS_AT, "collect_days": 99, **how})


@pytest.mark.parametrize(("name", "latest"), DEAD.items(), ids=DEAD)
def test_it_is_one_alert_on_time(name, latest):
    until = (THIRD_ENDS + 6 * HOUR) / DAY
    conditions, outcome = run(failing().samples(until), STANDARDS[name])
    assert [found.kind for found in conditions] == ["cooling"]
    assert BREAKS_AT < conditions[0].since <= THIRD_ENDS + latest * 60
    third = max(outcome.coolings.values(), key=lambda cooling: cooling.start)
    assert third.verdict == "late"
    assert third.outside > 3 * HOUR


@pytest.mark.parametrize("how", DISTURBED.values(), ids=DISTURBED)
@pytest.mark.parametrize("name", ["us", "eu", "ontario"])
def test_it_is_one_alert_whatever_the_sensors(name, how):
    until = (THIRD_ENDS + 4 * HOUR) / DAY
    conditions, _outcome = run(failing(**how).samples(until), STANDARDS[name])
    assert [found.kind for found in conditions] == ["cooling"]
    # Without a volume nobody knows when the milking ended: at the deadline.
    latest = 45 if how.get("has_volume", True) else 150
    assert BREAKS_AT < conditions[0].since <= THIRD_ENDS + latest * 60


def test_it_is_found_in_a_backfill_as_it_would_have_been_in_time():
    """The line goes down with the chiller, and comes back four hours later."""
    samples, standard = failing().samples(1.7), STANDARDS["eu"].of("conventional")
    tank = Tank(4000.0, cold=standard.cold)
    state = State()
    advance(state, [s for s in samples if s.time < BREAKS_AT], tank, standard)
    checkpoint = to_json(state)
    blind = [s for s in samples if s.time >= BREAKS_AT + 4 * HOUR]
    advance(state, blind, tank, standard)
    again = from_json(checkpoint)
    outcome = advance(again, samples, tank, standard)
    in_time, _outcome = run(samples, STANDARDS["eu"])
    found = [*outcome.over, *again.judged.conditions.values()]
    assert found == in_time
    assert [one.since < BREAKS_AT + 4 * HOUR for one in found] == [True]


@by_standard
def test_it_is_one_alert_even_if_milking_goes_on_until_it_is_mended(standard):
    one = failing(mended_at=2.5 * DAY, litres=400.0)
    conditions, _outcome = run(one.samples(3), standard)
    warm = [found for found in conditions if found.kind == "cooling"]
    assert len(warm) == 1
    assert 2.5 * DAY < warm[0].until < 3 * DAY


@by_standard
def test_a_chiller_left_off_for_the_first_milking_is_told(standard):
    conditions, _outcome = run(dairy(breaks_at=0.0).samples(0.4), standard)
    assert [found.kind for found in conditions] == ["cooling"]
    # After twenty minutes of milking; a filling without milking, from its curve.
    latest = 20 if standard.off_after else 150
    assert conditions[0].since <= 6 * HOUR + (latest + 12) * 60


def test_a_chiller_left_off_for_a_later_milking_is_told_above_twelve_degrees():
    one = failing(breaks_at=17 * HOUR - 60)
    conditions, _outcome = run(one.samples(0.8), STANDARDS["eu"])
    assert told(conditions) == [("cooling", "chiller_off")]
    exact = dataclasses.replace(one, noise=0.0, tank=dairy().tank)
    above = next(
        s.time for s in exact.samples(1) if s.time > 17 * HOUR and s.temperature > 12
    )
    assert conditions[0].since == pytest.approx(above, abs=300)


def test_pre_cooled_milk_of_a_first_milking_is_no_chiller_left_off():
    """At 21 °C from the plate cooler, it is colder than what the standard asks for."""
    samples = dairy(warm=21.0, tank={"least": 200.0}).samples(0.5)
    conditions, _outcome = run(samples, STANDARDS["eu"])
    assert not told(conditions)
    strict = STANDARDS["eu"]._replace(off_first_celsius=12.0)
    conditions, _outcome = run(samples, strict)
    assert told(conditions) == [("cooling", "chiller_off")]


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


# Minutes out of range -----------------------------------------------------------------


def test_minutes_out_of_range_add_up_over_the_batch_until_it_is_too_much():
    standard = STANDARDS["eu"]._replace(most_outside=HOUR)
    samples = failing(breaks_at=THIRD).samples(1.6)
    _conditions, outcome = run(samples, standard)
    (batch,) = outcome.batches.values()
    # Too warm from two hours after the milking on: each minute once, whichever of the
    # limits it breaks. Its end is known to some minutes.
    late = samples[-1].time - (THIRD_ENDS + 2 * HOUR)
    assert batch.outside == pytest.approx(late, abs=300)
    assert batch.is_out


def test_what_nobody_measured_while_it_was_too_warm_is_a_gap():
    samples = failing(breaks_at=THIRD).samples(1.6)
    hole = THIRD_ENDS + 3 * HOUR, THIRD_ENDS + 4 * HOUR
    _conditions, whole = run(samples, STANDARDS["eu"])
    heard = [s for s in samples if not hole[0] <= s.time < hole[1]]
    _conditions, outcome = run(heard, STANDARDS["eu"])
    (batch,), (known,) = outcome.batches.values(), whole.batches.values()
    assert known.outside - batch.outside == pytest.approx(HOUR, abs=300)
    assert batch.gap == pytest.approx(HOUR, abs=300)
