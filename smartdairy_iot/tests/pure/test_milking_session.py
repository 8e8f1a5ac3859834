"""A milking is what its messages say, in whatever order and however often they came."""

from datetime import timedelta
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartdairy_iot.milking.message import END, Meter
from smartdairy_iot.milking.session import build, closing, geometric_mean, reach, scopes
from smartdairy_iot.tests.pure.meter import (
    METERS,
    MINUTE,
    at,
    begin,
    finish,
    milking,
    reading,
    shifts,
)

DELTA = METERS["delta"]
by_meter = pytest.mark.parametrize("meter", METERS.values(), ids=METERS)


def built(messages, meter):
    """All that a device said, each of its session ids alone."""
    groups = {}
    for message in messages:
        groups.setdefault(message.session, []).append(message)
    shown = sorted(m for m in messages if m.volume is not None)

    def before(time):
        return max(
            (m[:2] for m in ((m.time, m.volume) for m in shown) if m[0] < time),
            default=(None, None),
        )[1]

    found = chain.from_iterable(build(g, meter, before) for g in groups.values())
    return sorted(found, key=lambda session: session.start)


def the_one(messages, meter=DELTA):
    (session,) = built(messages, meter)
    return session


# What arrives how -----------------------------------------------------


@by_meter
def test_every_litre_is_in_its_own_milking(meter):
    @given(shifts(meter))
    def check(shift):
        messages, milked = shift
        found = [session.liters for session in built(messages, meter)]
        assert found == pytest.approx(milked)

    check()


@by_meter
def test_no_order_and_no_duplicate_makes_a_difference(meter):
    @given(shifts(meter), st.randoms(use_true_random=False))
    def check(shift, random):
        messages, _milked = shift
        again = messages + random.choices(messages, k=5)
        random.shuffle(again)
        assert built(again, meter) == built(messages, meter)

    check()


def in_batches(messages, meter, sizes):
    """As the scheduled action does: only what the batch touches is built anew."""
    stored, arrived, quarter = {}, [], 15 * MINUTE
    while len(arrived) < len(messages):
        batch = messages[len(arrived) : len(arrived) + next(sizes)]
        arrived += batch
        for key in {message.session for message in batch}:
            group = [m for m in arrived if m.session == key]
            known = stored.get(key, [])
            spans = [
                (start, start + quarter)
                for m in batch
                if m.session == key
                for start in [at(0) + (m.time - at(0)) // quarter * quarter]
            ]
            within = reach(meter, key)
            scope = scopes(spans, [(s.start, s.end) for s in known], within)
            made = [
                session
                for since, until in scope
                for session in build(
                    [m for m in group if since - meter.silence <= m.time <= until],
                    meter,
                    since=since,
                )
            ]
            apart = [s for s in known if not any(b <= s.start <= e for b, e in scope)]
            stored[key] = sorted([*apart, *made], key=lambda session: session.start)
    return stored


@pytest.mark.parametrize("meter", [METERS["delta"], METERS["milking"]], ids=str)
def test_no_division_into_batches_makes_a_difference(meter):
    @given(shifts(meter), st.randoms(use_true_random=False))
    def check(shift, random):
        messages, _milked = shift
        messages = [m for m in messages if random.random() < 0.8] or messages
        random.shuffle(messages)
        sizes = iter(lambda: random.randint(1, 7), 0)
        at_once = in_batches(messages, meter, iter([len(messages)]))
        assert in_batches(messages, meter, sizes) == at_once
        assert at_once == {
            key: build([m for m in messages if m.session == key], meter)
            for key in at_once
        }

    check()


@by_meter
def test_what_is_lost_on_the_way_is_in_the_total_since_the_end_says_it(meter):
    @given(
        st.lists(st.floats(0.05, 3), min_size=5, max_size=40),
        st.randoms(use_true_random=False),
    )
    def check(litres, random):
        messages = milking(meter, 0, litres, counter=5e4)
        arrived = [messages[0], messages[-1]]
        arrived += [m for m in messages[1:-1] if random.random() < 0.4]
        arrived += random.choices(arrived, k=5)
        random.shuffle(arrived)
        assert the_one(arrived, meter).liters == pytest.approx(sum(litres), rel=0.005)

    check()


def test_a_redelivered_message_counts_once():
    messages = milking(DELTA, 0, [1.0, 2.0])[:-1]
    assert the_one(messages + messages).liters == 3.0


# Where a milking begins and ends -----------------------------------------------------


def test_silence_ends_a_milking():
    first, second = built([reading(0, 4.0), reading(10, 5.0), reading(21, 6.0)], DELTA)
    assert (first.liters, second.liters) == (9.0, 6.0)


def test_an_end_after_a_gap_is_of_the_milking_that_was_begun():
    session = the_one([begin(0), reading(1, 2.0), finish(50, 9.0)])
    assert (session.liters, session.has_start, session.has_end) == (9.0, True, True)


def test_after_more_than_an_hour_it_is_another_milking():
    assert len(built([begin(0), reading(1, 2.0), finish(62, 9.0)], DELTA)) == 2


def test_how_long_a_silence_may_be_is_the_meters():
    patient = Meter(silence=timedelta(minutes=30))
    assert the_one([reading(0, 4.0), reading(21, 6.0)], patient).liters == 10.0


def test_a_session_id_may_be_used_again_at_once():
    first = milking(DELTA, 0, [3.0], animal=7)
    second = milking(DELTA, 2, [4.0], animal=8)
    found = [(s.animal, s.liters) for s in built(first + second, DELTA)]
    assert found == [(7, 3.0), (8, 4.0)]


def test_a_lost_end_does_not_join_two_animals():
    first = milking(DELTA, 0, [3.0], animal=7)[:-1]
    second = milking(DELTA, 2, [4.0], animal=8)
    found = [(s.animal, s.liters, s.has_end) for s in built(first + second, DELTA)]
    assert found == [(7, 3.0, False), (8, 4.0, True)]


def test_without_a_session_id_another_animal_is_another_milking():
    said = [reading(n, 1.0, None, animal=n // 3) for n in range(6)]
    assert [s.liters for s in built(said, DELTA)] == [3.0, 3.0]


def test_a_reading_just_after_the_end_is_still_of_it():
    for session in ("S", None):
        said = [reading(0, 1.0, session), finish(1, 2.5, session)]
        late = reading(1.05, 0.5, session)
        assert the_one([*said, late]).liters == 2.5


def test_an_end_that_is_sent_again_with_another_time_counts_once():
    said = [reading(0, 1.0), finish(1, 1.5), finish(2, 1.5)]
    assert the_one(said).liters == 1.5


def test_a_meter_that_always_sends_does_not_milk_for_ever():
    idle = [reading(n, 0.0, None, flow=0.0) for n in range(200)]
    milks = [reading(60 + n / 2 + 0.1, 2.0, None, flow=4.0) for n in range(6)]
    session = the_one(idle + milks)
    assert (session.start, session.end) == (milks[0].time, milks[-1].time)
    assert session.liters == 12.0


def test_a_counter_that_stands_still_is_no_milking():
    still = [reading(n, 5000.0, None) for n in range(30)]
    assert built(still, METERS["counter"]) == []


@pytest.mark.parametrize("name", ["milking", "counter"])
def test_what_still_shows_the_last_milking_is_no_other_one(name):
    """A batch may hold nothing else: what was shown before it tells."""
    shows = [reading(n, 12.0, None) for n in range(60)]
    assert build(shows[30:], METERS[name], since=at(35)) == []


def test_a_start_alone_is_a_milking_that_nobody_has_finished():
    session = the_one([begin(0, animal=7)])
    assert (session.animal, session.liters, session.has_end) == (7, 0.0, False)


# How it stands -----------------------------------------------------


@pytest.mark.parametrize(
    "said, minutes, next_start, expected",
    [
        ([begin(0), reading(1, 2.0), finish(2)], 2, None, ("closed", "end")),
        ([begin(0), reading(1, 2.0)], 10, None, ("running", None)),
        ([begin(0), reading(1, 2.0)], 12, None, ("incomplete", "silence")),
        ([begin(0), reading(1, 2.0)], 4, 3, ("incomplete", "next")),
        ([begin(0), reading(1, 2.0)], 30, 20, ("incomplete", "silence")),
        ([reading(1, 2.0), finish(2)], 2, None, ("incomplete", "end")),
        ([reading(1, 2.0), reading(2, 2.0)], 30, None, ("closed", "silence")),
    ],
)
def test_how_a_milking_was_closed(said, minutes, next_start, expected):
    later = at(next_start) if next_start is not None else None
    assert closing(the_one(said), DELTA, at(minutes), later) == expected


# Litres -----------------------------------------------------


def test_what_the_end_of_a_milking_declares_counts_and_the_readings_are_kept_beside():
    session = the_one([reading(0, 4.0), reading(1, 5.0), finish(2, 9.4)])
    assert (session.liters, session.measured) == (9.4, 9.0)


def test_an_end_that_declares_nothing_leaves_the_readings():
    assert the_one([reading(0, 4.0), reading(1, 5.0), finish(2)]).liters == 9.0


@pytest.mark.parametrize("name", ["milking", "counter"])
def test_a_meter_that_is_reset_in_a_milking_loses_nothing(name):
    shown = [1.0, 3.0, 6.0, 0.5, 2.5]
    opened = reading(0, 0.0, kind="session_start")
    said = [opened, *(reading(n + 1, v) for n, v in enumerate(shown))]
    assert the_one(said, METERS[name]).liters == 8.5


@pytest.mark.parametrize("name", ["milking", "counter"])
def test_a_counters_noise_is_no_reset(name):
    shown = [3.0, 6.0, 5.98, 6.01, 9.0]
    opened = reading(0, 0.0, kind="session_start")
    said = [opened, *(reading(n + 1, v) for n, v in enumerate(shown))]
    assert the_one(said, METERS[name]).liters == pytest.approx(9.0)


def test_a_counter_goes_on_from_what_it_showed_before_the_milking():
    counter = METERS["counter"]
    said = [reading(n, 1000.0 + 4 * n, animal=7) for n in range(1, 4)]
    assert build(said, counter, lambda _time: 1000.0)[0].liters == 12.0
    assert build(said, counter, lambda _time: None)[0].liters == 8.0, "not known"


# What is in it -----------------------------------------------------


def test_a_litre_of_fat_counts_and_not_a_message():
    session = the_one([reading(0, 9.0, fat=4.0), reading(1, 1.0, fat=6.0)])
    assert session.fat == pytest.approx(4.2)


def test_fat_of_messages_without_litres_is_their_mean():
    session = the_one([begin(0), reading(1, protein=3.0), reading(2, protein=4.0)])
    assert session.protein == 3.5


def test_what_the_end_measured_is_of_the_whole_milking():
    assert the_one([reading(0, 9.0, fat=4.0), finish(1, 9.0, fat=3.6)]).fat == 3.6


def test_somatic_cells_are_a_geometric_mean():
    session = the_one([reading(0, 1.0, scc=100_000), reading(1, 1.0, scc=400_000)])
    assert session.scc == pytest.approx(200_000)
    assert geometric_mean([0, None]) is None


def test_conductivity_is_a_mean_and_a_peak():
    said = [reading(n, 1.0, conductivity=c) for n, c in enumerate([5.0, 5.2, 6.6])]
    session = the_one(said)
    assert session.conductivity == pytest.approx(5.6)
    assert session.conductivity_max == 6.6


def test_flow_is_the_meters_or_what_its_litres_tell():
    said = [begin(0), reading(1, 4.0), reading(2, 3.0), finish(3)]
    told = the_one(said)
    assert (told.average_flow, told.peak_flow) == (pytest.approx(7 / 3), 4.0)
    assert the_one([*said, reading(1.5, 0.0, flow=4.4)]).peak_flow == 4.4


def test_the_animal_is_what_most_messages_say():
    said = [reading(n, 1.0, animal=a) for n, a in enumerate([None, 7, 8, 8, None])]
    assert the_one(said).animal == 8


@given(st.permutations(range(5)))
def test_it_says_how_late_its_last_message_came(order):
    delays = [0.0, 2.0, 7200.0, 1.0, 0.0]
    said = [reading(n, 1.0)._replace(delay=delays[n]) for n in order]
    assert the_one(said).delay == 7200.0


def test_an_end_before_its_readings_arrive_is_not_lost():
    (session,) = built([finish(5, 8.0)], DELTA)
    assert (session.liters, session.has_end) == (8.0, True)
    assert END == "session_end"
