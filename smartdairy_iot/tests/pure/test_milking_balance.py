"""Meters against the tank, and meters against each other."""

import random
from datetime import datetime, timedelta, timezone

import pytest

from smartdairy_iot.milking.balance import balance, rise_over, waves
from smartdairy_iot.milking.drift import drift

START = datetime(2026, 3, 20, 5, tzinfo=timezone.utc)
END = START + timedelta(hours=2)


def levels(first=1000.0, rise=600.0, sloshes=3.0, every=1, seed=1):
    """A tank's level each minute, from half an hour before to half an hour after."""
    noise = random.Random(seed)
    found = []
    for minute in range(-30, 151, every):
        filled = min(max(minute, 0), 120) / 120
        level = first + rise * filled + noise.uniform(-sloshes, sloshes)
        found.append((START + timedelta(minutes=minute), level))
    return found


@pytest.mark.parametrize("seed", range(20))
def test_a_tank_that_rises_by_what_was_metered_is_in_balance(seed):
    told = balance(600.0, levels(seed=seed), START, END)
    assert told.verdict == "ok"
    assert abs(told.percent) < 1


@pytest.mark.parametrize(
    "metered, verdict", [(612.0, "ok"), (615.0, "off"), (588.5, "ok"), (585.0, "off")]
)
def test_two_per_cent_are_tolerated(metered, verdict):
    assert balance(metered, levels(sloshes=0), START, END).verdict == verdict


def test_the_difference_is_what_the_tank_has_more():
    told = balance(580.0, levels(sloshes=0), START, END)
    assert (told.rise, told.difference) == (600.0, 20.0)
    assert told.percent == pytest.approx(100 * 20 / 580)


def test_a_level_that_sloshes_once_does_not_count():
    told = [(t, v + 400 * (t == START)) for t, v in levels(sloshes=0)]
    assert balance(600.0, told, START, END).verdict == "ok"


def test_milk_that_is_drawn_meanwhile_leaves_it_open():
    told = [(t, v - 300 * (t > START + timedelta(hours=1))) for t, v in levels()]
    assert balance(600.0, told, START, END).verdict == "drawn"


def test_milk_that_is_collected_between_two_groups_of_cows_is_no_matter():
    """600 L from five to seven, and 600 L more after the lorry took all, from nine."""
    late = timedelta(hours=4)
    first, second = levels(), [(t + late, v - 1000) for t, v in levels(seed=2)]
    spans = waves([(START, END), (START + late, END + late)])
    rise, verdict = rise_over([*first, *second], spans)
    assert verdict == "ok"
    assert rise == pytest.approx(1200, rel=0.01)
    whole = balance(1200.0, [*first, *second], START, END + late)
    assert whole.verdict == "drawn"


def test_cows_that_follow_each_other_are_one_wave_whatever_their_order():
    at = [START + timedelta(minutes=m) for m in (0, 7, 5, 14, 40, 47)]
    cows = [(at[4], at[5]), (at[2], at[3]), (at[0], at[1])]
    assert waves(cows) == [(at[0], at[3]), (at[4], at[5])]


@pytest.mark.parametrize("shift", [timedelta(hours=-1.5), timedelta(hours=3)])
def test_a_level_from_another_time_is_none(shift):
    told = [(t + shift, v) for t, v in levels()]
    assert balance(600.0, told, START, END).verdict == "no_level"


def test_of_a_few_litres_two_per_cent_say_nothing():
    assert balance(10.0, levels(rise=11.0), START, END).verdict == "little"


def milked(meters, animals=40, days=14, seed=1):
    """:param meters: ``{name: what it shows of a litre}``; cows choose their stall"""
    noise = random.Random(seed)
    names = list(meters)
    usual = [noise.uniform(8, 18) for _animal in range(animals)]
    return [
        (name, animal, usual[animal] * noise.gauss(1, 0.08) * meters[name])
        for _milking in range(2 * days)
        for animal in range(animals)
        for name in [noise.choice(names)]
    ]


@pytest.mark.parametrize("seed", range(10))
def test_meters_that_count_alike_do_not_drift(seed):
    found = drift(milked(dict.fromkeys("ABCDEF", 1.0), seed=seed))
    assert {told.verdict for told in found.values()} == {"ok"}


@pytest.mark.parametrize("factor", [0.92, 1.08])
def test_a_meter_that_counts_eight_per_cent_wrong_is_found_and_no_other(factor):
    for seed in range(10):
        found = drift(milked(dict.fromkeys("ABCDE", 1.0) | {"X": factor}, seed=seed))
        assert {name for name, told in found.items() if told.verdict == "drifts"} == {
            "X"
        }
        assert found["X"].percent == pytest.approx(
            100 * (factor - 1), abs=3 * found["X"].error
        )


def test_better_cows_at_a_stall_are_no_drift():
    noise = random.Random(2)
    rich = [("A", n % 10, 30 * noise.gauss(1, 0.05)) for n in range(100)]
    poor = [
        (m, 10 + n % 10, 10 * noise.gauss(1, 0.05)) for n in range(100) for m in "BC"
    ]
    mixed = [
        (m, n % 20, (30 if n % 20 < 10 else 10) * noise.gauss(1, 0.05))
        for n in range(200)
        for m in "ABC"
    ]
    assert {d.verdict for d in drift([*rich, *poor, *mixed]).values()} == {"ok"}


def test_of_too_few_milkings_or_peers_nothing_is_said():
    few = drift(milked(dict.fromkeys("ABC", 1.0), animals=2, days=3))
    alone = drift(milked({"A": 1.0, "B": 1.5}))
    assert {told.verdict for told in [*few.values(), *alone.values()]} == {"unknown"}
