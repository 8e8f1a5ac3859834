"""Whatever comes in whatever order: one alert, and nothing changes by itself."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartdairy_iot.rules.evaluate import (
    Breach,
    Changed,
    Known,
    Latest,
    Opened,
    evaluate,
)
from smartdairy_iot.rules.limits import SEVERITIES, most_severe
from smartdairy_iot.tests.pure.alert_book import AlertBook, Reading, minutes
from smartdairy_iot.tests.pure.builders import at, make_limit

seconds = st.integers(0, 12)  # few, so that histories cross each other
temperatures = st.sampled_from(
    [-5.0, 1.0, 2.0, 2.1, 3.0, 3.9, 4.0, 4.1, 5.0, 9.1, 20.0]
)
readings = st.builds(Reading, seconds, temperatures)
batches = st.lists(readings, min_size=1, max_size=5)
limits = st.builds(
    make_limit,
    deadband=st.sampled_from([0.0, 0.2, 1.0]),
    cooldown_minutes=st.sampled_from([1, 30]),
    low=st.none() | st.just(2.0),
)
PAUSE = "half an hour later"
histories = st.lists(
    batches | st.sampled_from(["acknowledge", "resolve", PAUSE]), max_size=12
)
times = seconds.map(at)
breaches = st.builds(
    Breach,
    st.just("TEMP-1"),
    st.just("temperature"),
    st.just("high"),
    times,
    st.sampled_from([4.1, 5.0, 20.0]),
    times,
    st.sampled_from([4.1, 5.0, 20.0]),
)
open_alerts = st.builds(
    Known,
    st.booleans(),
    st.sampled_from(["low", "high"]),
    st.sampled_from(SEVERITIES),
    times,
    temperatures,
)
ended_alerts = st.builds(Known._replace, open_alerts, ended_at=times)


def happen(book, event, now):
    if isinstance(event, list):
        book.receive(*event)
    elif event == PAUSE:
        book.forget_window()
    elif book.alert:
        getattr(book, event)(now)


def dated(history):
    """``(now, event)``: a second apart, so that evaluations see the same window.

    Readings are measured up to eight seconds before they arrive, or four ahead.
    """
    now = 0
    for event in history:
        now += minutes(30) if event == PAUSE else 1
        if isinstance(event, list):
            event = [Reading(now - 8 + seconds, value) for seconds, value in event]
        yield at(now), event


def live(limit, history):
    """Evaluate after each event; yields ``(book, now, outcome)`` each time."""
    book = AlertBook(limit)
    for now, event in dated(history):
        happen(book, event, now)
        yield book, now, book.run(now)


@given(
    limit=limits,
    alert=open_alerts,
    ended=st.none() | ended_alerts,
    breaches=st.lists(breaches, max_size=1),
    latest=st.none() | st.builds(Latest, times, temperatures),
)
def test_nothing_opens_while_an_alert_is_open(limit, alert, ended, breaches, latest):
    outcome = evaluate(limit, alert, ended, breaches, latest, at(0))
    assert not isinstance(outcome, Opened)


@given(limit=limits, history=histories)
def test_no_history_opens_a_second_alert_beside_an_open_one(limit, history):
    for _book, _now, _outcome in live(limit, history):
        pass  # AlertBook.run() asserts it


@given(limit=limits, history=histories)
def test_evaluating_the_same_readings_again_changes_nothing(limit, history):
    for book, now, _outcome in live(limit, history):
        assert book.run(now) is None


@given(limit=limits, history=histories)
def test_a_run_that_was_cut_off_and_is_repeated_changes_nothing(limit, history):
    steady, cut_off = AlertBook(limit), AlertBook(limit)
    for now, event in dated(history):
        happen(steady, event, now)
        happen(cut_off, event, now)
        cut_off.judge(now)  # and its transaction is rolled back
        assert cut_off.run(now) == steady.run(now)


@given(limit=limits, history=histories)
def test_an_alert_only_becomes_worse_until_it_ends(limit, history):
    before = None
    for book, _now, outcome in live(limit, history):
        known = book.known
        if before and not before.ended_at and not isinstance(outcome, Opened):
            assert most_severe(known.severity, before.severity) == known.severity
            assert limit.distance(known.peak_value) >= limit.distance(before.peak_value)
            assert known.last_breach_at >= before.last_breach_at
        before = known


@given(limit=limits, history=histories)
def test_an_open_alert_becomes_active_by_a_breach_and_by_nothing_else(limit, history):
    before = None
    for book, _now, outcome in live(limit, history):
        after = book.known
        if isinstance(outcome, Changed) and after.is_active > before.is_active:
            assert after.last_breach_at > before.last_breach_at
        before = after


@given(limit=limits, history=histories)
def test_what_an_ended_alert_has_told_makes_no_later_one_worse(limit, history):
    for book, _now, _outcome in live(limit, history):
        if not (book.alert and book.ended):
            continue
        told_until, told = book.ended.last_breach_at, book.ended.peak_value
        peak = book.alert.peak_value
        since = [r.value for r in book.stored.values() if r.time > told_until]
        assert peak in since or limit.distance(peak) > limit.distance(told)
        assert book.alert.severity == limit.severity_of(peak)


@given(limit=limits, history=histories)
def test_a_newest_value_outside_is_always_in_an_active_alert(limit, history):
    """But in the cooldown, and while nothing came in since the last alert ended."""
    for book, now, _outcome in live(limit, history):
        latest, ended = book.latest, book.ended
        if latest is None or not limit.side(latest.value):
            continue
        if ended and latest.time <= max(ended.ended_at, ended.last_breach_at):
            continue
        cooldown = timedelta(minutes=limit.cooldown_minutes)
        if ended and not book.alert and now < ended.ended_at + cooldown:
            continue
        assert book.alert.is_active
        assert book.alert.last_breach_at >= latest.time


@settings(max_examples=500)
@given(limit=limits, runs=st.lists(st.tuples(batches, st.booleans()), max_size=6))
def test_however_readings_are_split_into_runs_the_last_word_is_said(limit, runs):
    book = AlertBook(limit)
    for number, (arrived, is_far_apart) in enumerate(runs):
        if is_far_apart:
            book.forget_window()
        was_active = book.alert is None or book.alert.is_active
        book.receive(*arrived)
        book.run(at(number))
        if book.alert and was_active and not book.alert.is_active:
            assert_is_back_inside(book)
        said = book.alert
        assert book.run(at(number)) is None
        assert book.alert == said


def assert_is_back_inside(book):
    """By the deadband, as seen from the side of the newest breach of all."""
    outside = (r for r in book.stored.values() if book.limit.side(r.value))
    newest = max(outside, key=lambda reading: reading.time)
    assert book.latest.time > newest.time
    assert book.limit.has_cleared(book.latest.value, book.limit.side(newest.value))


@given(
    arrived=st.lists(readings, min_size=1, max_size=8, unique_by=lambda r: r.seconds),
    data=st.data(),
)
def test_readings_that_arrive_shuffled_and_in_pieces_end_in_the_same_alert(
    arrived, data
):
    """All of one episode: nobody acknowledges. Without a deadband no path matters."""
    limit = make_limit(low=None, deadband=0.0)
    shuffled = data.draw(st.permutations(arrived))
    size = data.draw(st.integers(1, len(shuffled)))
    pieces = [shuffled[i : i + size] for i in range(0, len(shuffled), size)]
    assert final_alert(limit, pieces) == final_alert(limit, [arrived])


def final_alert(limit, pieces):
    book = AlertBook(limit)
    for number, piece in enumerate(pieces):
        book.forget_window()
        book.receive(*piece)
        book.run(at(3600 + number))
    return book.known


@pytest.mark.parametrize("value", [3.0, 3.9, 4.0])
def test_a_device_that_is_fine_and_never_was_otherwise_costs_nothing(value):
    book = AlertBook()
    for number in range(5):
        book.receive(Reading(number, value))
        assert book.run(at(number)) is None
    assert book.known is None
