"""Cold chain: whatever the order and the portions, the result is the same."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartdairy_iot.coldchain.monitor import State, advance, from_json, to_json
from smartdairy_iot.coldchain.sample import Sample, Tank
from smartdairy_iot.tests.pure.bulk_tank import DAY, HOUR, Dairy
from smartdairy_iot.tests.pure.cooling_standards import STANDARDS

TANK = Tank(4000.0)
STANDARD = STANDARDS["us"]
SAMPLES = Dairy(breaks_at=DAY + 6.5 * HOUR, mended_at=DAY + 9 * HOUR).samples(2)


def judged(portions):
    state, over, coolings, batches = State(), [], {}, {}
    for portion in portions:
        state = from_json(json.loads(json.dumps(to_json(state))))  # a restart
        outcome = advance(state, portion, TANK, STANDARD)
        over += outcome.over
        coolings |= outcome.coolings
        batches |= outcome.batches
    return to_json(state), over, coolings, batches


WHOLE = judged([SAMPLES])


@settings(max_examples=10)
@given(st.lists(st.integers(0, len(SAMPLES)), max_size=6))
def test_portions_and_restarts_make_no_difference(cuts):
    cuts = [0, *sorted(cuts), len(SAMPLES)]
    portions = [SAMPLES[a:b] for a, b in zip(cuts, cuts[1:], strict=False)]
    assert judged(portions) == WHOLE


@settings(max_examples=10)
@given(st.integers())
def test_the_order_of_arrival_makes_no_difference(seed):
    shuffled = list(SAMPLES)
    random.Random(seed).shuffle(shuffled)
    assert judged([shuffled]) == WHOLE


@settings(max_examples=10)
@given(st.integers(60, len(SAMPLES) - 60), st.integers(1, 59), st.integers(60, 400))
def test_late_samples_are_judged_from_an_earlier_state(at, length, before):
    """What came late is missing first; then it is judged again from a checkpoint."""
    late = SAMPLES[at : at + length]
    first = max(0, at - before)
    state = State()
    advance(state, SAMPLES[:first], TANK, STANDARD)
    checkpoint = to_json(state)
    hole = [s for s in SAMPLES[first:] if s not in late]
    advance(state, hole, TANK, STANDARD)
    again = from_json(json.loads(json.dumps(checkpoint)))
    advance(again, [*hole, *late], TANK, STANDARD)
    assert to_json(again) == WHOLE[0]


@settings(max_examples=50)
@given(
    st.lists(
        st.builds(
            Sample,
            st.integers(0, 3000).map(lambda minute: 60.0 * minute),
            st.none() | st.floats(-50, 120),
            st.none() | st.floats(0, 5000),
            st.none() | st.floats(0, 100),
            st.none() | st.booleans(),
        ),
        max_size=80,
        unique_by=lambda sample: sample.time,
    ),
    st.sampled_from(list(STANDARDS.values())),
)
def test_nothing_that_sensors_say_makes_it_stumble(samples, standard):
    state = State()
    outcome = advance(state, samples, TANK, standard)
    assert from_json(json.loads(json.dumps(to_json(state)))) == state
    for batch in outcome.batches.values():
        assert batch.outside >= 0


def test_a_temperature_of_twenty_minutes_ago_is_not_compared_with_nothing():
    """A flow meter goes on, the probe does not: there is no coldest of ten minutes."""
    state = State()
    samples = [Sample(60.0 * n, 30.0, None, 0.0, None) for n in range(5)]
    samples += [Sample(60.0 * n, None, None, 0.0, None) for n in range(5, 18)]
    samples += [Sample(60.0 * n, None, None, 50.0, None) for n in range(18, 40)]
    advance(state, samples, TANK, next(iter(STANDARDS.values())))
    assert state.time == samples[-1].time


def test_a_sample_that_is_not_newer_is_left_out():
    state = State()
    advance(state, SAMPLES[:100], TANK, STANDARD)
    before = to_json(state)
    advance(state, SAMPLES[:100], TANK, STANDARD)
    assert to_json(state) == before


@pytest.mark.parametrize("name", STANDARDS)
def test_every_shipped_standard_has_limits_that_can_be_kept(name):
    limits = STANDARDS[name].limits
    floors = [limit.celsius for limit in limits if limit.kind == "floor"]
    others = [limit.celsius for limit in limits if limit.kind != "floor"]
    assert others
    assert max(floors, default=-10) < min(others)
