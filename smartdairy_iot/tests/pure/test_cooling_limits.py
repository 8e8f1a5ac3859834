"""The grammar of limits and the curve's arithmetic."""

import math
import random

import pytest

from smartdairy_iot.coldchain import curve
from smartdairy_iot.coldchain.standard import Limit
from smartdairy_iot.coldchain.trend import noise, slope
from smartdairy_iot.tests.pure.cooling_standards import STANDARDS

H = 3600.0


@pytest.mark.parametrize(
    ("limit", "events", "deadline"),
    [
        (Limit("reach", 7, 2 * H, "end"), {"end": 10 * H}, 12 * H),
        (Limit("reach", 7, 2 * H, "end"), {"end": None}, None),
        (
            Limit("reach", 10, 4 * H, "first_start"),
            {"first_start": H, "end": 9 * H},
            5 * H,
        ),
        # New Zealand: by the sooner of both.
        (Limit("reach", 6, 6 * H, "start", 2 * H), {"start": 0.0, "end": 2 * H}, 4 * H),
        (Limit("reach", 6, 6 * H, "start", 2 * H), {"start": 0.0, "end": 5 * H}, 6 * H),
        (Limit("reach", 6, 6 * H, "start", 2 * H), {"start": 0.0, "end": None}, 6 * H),
    ],
)
def test_a_deadline_is_the_sooner_of_its_clauses(limit, events, deadline):
    assert limit.deadline(events) == deadline


@pytest.mark.parametrize(
    ("applies", "first", "later"),
    [("any", True, True), ("first", True, False), ("subsequent", False, True)],
)
def test_a_limit_applies_to_the_milkings_that_it_names(applies, first, later):
    limit = Limit("blend", 10, applies=applies)
    assert (limit.applies_to(True), limit.applies_to(False)) == (first, later)


# °C of the issue, by standard and kind, in order.
ASKED = {
    "us": [
        ("reach", 10, 4, "first_start"),
        ("reach", 7, 2, "end"),
        ("blend", 10, None, None),
    ],
    "eu_daily": [("reach", 8, 2, "end")],
    "eu": [("reach", 6, 2, "end")],
    "nz": [("reach", 10, 4, "start"), ("reach", 6, 6, "start")],
    "ontario": [
        ("reach", 10, 1, "end"),
        ("reach", 4, 2, "end"),
        ("floor", 1, None, None),
    ],
    "raw_milk": [("hold", 4, None, None), ("floor", 2, None, None)],
    "pasteurized": [("hold", 4, None, None), ("floor", 0, None, None)],
}


@pytest.mark.parametrize(("name", "asked"), ASKED.items(), ids=ASKED)
def test_the_shipped_standards_ask_for_what_the_law_says(name, asked):
    known = {
        (
            *(limit.kind, limit.celsius),
            *((limit.within / H, limit.event) if limit.within else (None, None)),
        )
        for limit in STANDARDS[name].limits
    }
    assert set(asked) <= known


def newton(start, end, tau, minutes, sigma=0.0, seed=1):
    rng = random.Random(seed)
    return [
        (
            60.0 * i,
            end + (start - end) * math.exp(-60.0 * i / tau) + rng.gauss(0, sigma),
        )
        for i in range(minutes)
    ]


@pytest.mark.parametrize("sigma", [0.0, 0.05, 0.2])
def test_the_soonest_arrival_is_never_later_than_the_true_one(sigma):
    for seed in range(30):
        pairs = newton(12, -1, 5000, 20, sigma, seed)
        truth = 5000 * math.log(13 / 7)  # 6 °C
        assert curve.soonest(pairs, 6.0) <= truth


def test_milk_that_does_not_cool_never_arrives():
    flat = [(60.0 * i, 12.0 + 0.001 * i) for i in range(20)]
    assert curve.soonest(flat, 6.0) == math.inf or curve.soonest(flat, 6.0) > 20 * H


def test_milk_that_is_cold_has_arrived():
    pairs = [(60.0 * i, 3.0) for i in range(20)]
    assert curve.soonest(pairs, 6.0) == pairs[-1][0]


@pytest.mark.parametrize("seed", range(5))
def test_the_span_of_a_prediction_holds_the_truth(seed):
    pairs = newton(14, -1, 6000, 25, 0.05, seed)
    truth = 6000 * math.log(15 / 5)  # 4 °C
    found = curve.arrival(pairs, 4.0)
    assert found.soonest <= truth
    assert found.latest is None or truth <= found.latest * 1.02
    assert found.likely == pytest.approx(truth, rel=0.4)


def test_three_points_predict_nothing():
    assert curve.arrival(newton(14, -1, 6000, 3), 4.0) is None
    assert curve.soonest([(0.0, 5.0)], 4.0) is None


def test_the_noise_of_a_slope_is_none_and_that_of_a_jitter_is_its_own():
    rng = random.Random(3)
    assert noise([0.5 * i for i in range(30)]) == pytest.approx(0.0)
    found = [noise([i + rng.gauss(0, 2) for i in range(30)]) for _ in range(40)]
    assert sum(found) / len(found) == pytest.approx(2.0, rel=0.2)


def test_a_slope_needs_three_points_and_two_moments():
    assert slope([(0, 1), (1, 2)]) == (None, None)
    assert slope([(5, 1), (5, 2), (5, 3)]) == (None, None)
    assert slope([(0, 1.0), (1, 2.0), (2, 3.0)])[0] == pytest.approx(1.0)
