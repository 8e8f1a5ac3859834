"""The state machine of an alert, whatever is measured, in whatever order it comes."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from smartdairy_iot.rules.evaluate import Ended, Known, evaluate
from smartdairy_iot.rules.excursion import Run, minutes_outside
from smartdairy_iot.rules.rule import Level, severity_rank
from smartdairy_iot.tests.pure.alert_book import AlertBook, Reading, runs_of
from smartdairy_iot.tests.pure.builders import at, make_rule

temperatures = st.sampled_from([-5.0, 1.0, 2.0, 2.1, 3.0, 3.9, 4.0, 4.1, 5.0, 9.1])
rules = st.builds(
    make_rule,
    low=st.none() | st.just(2.0),
    deadband=st.sampled_from([0.0, 0.2]),
    on_delay=st.sampled_from([0, 30]),
    off_delay=st.sampled_from([0, 30]),
    repeat_count=st.sampled_from([1, 3]),
    cooldown=st.sampled_from([0, 60]),
)
histories = st.lists(temperatures, min_size=1, max_size=40)
people = st.dictionaries(
    st.integers(0, 400), st.sampled_from(["acknowledge", "resolve"]), max_size=4
)


def live_through(rule, values, deeds=(), until=None):
    """A reading every ten seconds, a look every five. :return: the book, at the end"""
    book = AlertBook(rule)
    end = 10 * (len(values) - 1) if until is None else until
    for second in range(0, end + 1, 5):
        if second % 10 == 0 and second // 10 < len(values):
            book.receive(Reading(second, values[second // 10]))
        deed = dict(deeds).get(second)
        if deed and book.open:
            getattr(book, deed)(at(second))
        book.run(at(second))
        check(book)
        if second % 30 == 25:
            book.forget_window()
    return book


def check(book):
    """What holds at every moment."""
    still_open = [alert for alert in book.alerts if not alert.ended_at]
    assert len(still_open) <= 1, "never two open"
    for alert in book.alerts:
        assert alert.minutes(None) >= 0
        times = [since for _is_active, since in alert.turns]
        assert times == sorted(times)
        states = [is_active for is_active, _since in alert.turns]
        assert states == [n % 2 == 0 for n in range(len(states))], "on, off, on …"


@given(rule=rules, values=histories, deeds=people)
@settings(max_examples=200, deadline=None)
def test_a_clear_is_never_lost(rule, values, deeds):
    book = live_through(rule, [*values, *[3.0] * 12], deeds)
    assert not [
        alert for alert in book.alerts if alert.is_active and not alert.ended_at
    ]
    assert book.watch is None, "nothing is left to wait for"


@given(rule=rules, values=histories)
@settings(max_examples=200, deadline=None)
def test_an_alarm_is_never_lost(rule, values):
    book = live_through(rule, [*values, *[9.5] * 12])
    assert book.open and book.open.is_active
    assert book.open.severity == "high" and book.open.peak_value in (9.5, -5.0)


@given(rule=rules, values=histories, deeds=people)
@settings(max_examples=100, deadline=None)
def test_looking_again_changes_nothing(rule, values, deeds):
    book = live_through(rule, values, deeds)
    end = at(10 * (len(values) - 1))
    before = [vars(alert).copy() for alert in book.alerts]
    for _ in range(3):
        assert book.run(end) == []
    assert [vars(alert) for alert in book.alerts] == before


@given(rule=rules, values=histories, seed=st.randoms(use_true_random=False))
@settings(max_examples=200, deadline=None)
def test_what_arrives_in_another_order_before_a_look_comes_to_the_same(
    rule, values, seed
):
    readings = [Reading(10 * n, value) for n, value in enumerate([*values, 3.0, 3.0])]
    mixed = list(readings)
    seed.shuffle(mixed)
    outcomes = []
    for order in (readings, mixed):
        book = AlertBook(rule)
        book.receive(*order)
        book.run(at(readings[-1].seconds))
        outcomes.append([vars(alert) for alert in book.alerts])
    assert outcomes[0] == outcomes[1]


@given(rule=rules, values=histories)
@settings(max_examples=100, deadline=None)
def test_an_alert_is_never_told_before_its_delay(rule, values):
    book = live_through(rule, values)
    delay = rule.levels[0].on_delay
    for event, when in book.told:
        if event == "raised" and not rule.levels[1:]:
            assert when - book.alerts[0].started_at >= delay


@given(rule=rules, values=histories)
@settings(max_examples=100, deadline=None)
def test_severity_only_ever_rises(rule, values):
    book = AlertBook(rule)
    severest = {}
    for number, value in enumerate(values):
        book.receive(Reading(10 * number, value))
        book.run(at(10 * number))
        for alert in book.alerts:
            rank = severity_rank(alert.severity)
            assert rank >= severest.get(id(alert), 0)
            severest[id(alert)] = rank


# Single steps -------------------------------------------------------------------------


def judge(rule, values, known=None, ended=None, now=None, silence=120):
    stored = {at(10 * n): value for n, value in enumerate(values)}
    return evaluate(
        rule,
        known,
        ended,
        runs_of(rule, stored, at(0)),
        at(10 * (len(values) - 1) if now is None else now),
        timedelta(seconds=silence),
        at(-3600),
    )


def test_an_alert_tells_when_it_began_with_which_value_and_how_far_it_went():
    opened = judge(make_rule(), [3.0, 4.5, 9.5, 6.0]).outcome
    assert (opened.side, opened.severity) == ("high", "high")
    assert (opened.started_at, opened.trigger_value) == (at(10), 4.5)
    assert (opened.peak_value, opened.turns) == (9.5, ((True, at(10)),))


def test_without_a_reading_nothing_opens_and_nothing_clears():
    known = Known(True, "medium", 5.0, at(0))
    for alert in (None, known):
        verdict = evaluate(
            make_rule(), alert, None, {(0, "high"): []}, at(9), timedelta(1), at(-9)
        )
        assert verdict.outcome is None


def test_between_the_limit_and_the_deadband_nothing_turns():
    known = Known(True, "medium", 5.0, at(0))
    assert judge(make_rule(), [5.0, 3.9, 3.9, 3.81], known).outcome is None
    assert judge(make_rule(), [5.0, 3.9, 3.9, 3.8], known).outcome.turns == (
        (False, at(30)),
    )


def test_each_side_has_its_own_deadband():
    known = Known(True, "medium", 5.0, at(0))
    cleared = judge(make_rule(), [5.0, 2.1], known).outcome
    assert cleared.turns == ((False, at(10)),), "2.1 is no longer too warm"


def test_a_level_may_have_a_shorter_delay_than_a_milder_one():
    rule = make_rule(Level("critical", None, 8.0), on_delay=600)
    verdict = judge(rule, [5.0, 5.0, 8.5])
    assert verdict.outcome.severity == "critical"
    assert verdict.outcome.started_at == at(0), "it began with the mild breach"
    assert judge(rule, [5.0, 5.0, 7.5]).outcome is None


def test_a_severe_level_that_waits_for_its_delay_is_looked_at_when_it_ends():
    rule = make_rule(Level("high", None, 8.0, timedelta(seconds=60)))
    known = Known(True, "medium", 5.0, at(0))
    verdict = judge(rule, [5.0, 8.5, 8.5], known)
    assert verdict.outcome.severity == "medium"
    assert (verdict.look_from, verdict.look_at) == (at(10), at(70))


def test_what_began_in_the_cooldown_is_looked_at_when_that_is_over():
    ended = Ended("medium", at(-10))
    verdict = judge(make_rule(), [5.0, 5.0], ended=ended)
    assert verdict.outcome is None
    assert (verdict.look_from, verdict.look_at) == (at(0), at(-10 + 1800))
    assert judge(make_rule(), [5.0, 9.5], ended=ended).outcome.severity == "high"


@pytest.mark.parametrize(
    ("turns", "until", "minutes"),
    [
        ([], None, 0),
        ([(True, at(0)), (False, at(60))], None, 1),
        ([(True, at(0)), (False, at(60)), (True, at(120))], at(240), 3),
        ([(True, at(0))], None, 0),
    ],
)
def test_minutes_outside_are_those_between_its_turns(turns, until, minutes):
    assert minutes_outside(turns, until) == minutes


def test_a_run_is_what_the_store_tells_of_readings_that_say_the_same():
    stored = {at(n): v for n, v in enumerate([3.0, 5.0, 3.9, 6.0, 3.0])}
    rule = make_rule(None, low=None)
    assert runs_of(rule, stored, at(0)) == {
        (0, "high"): [
            Run(False, at(0), at(0), 3.0, 3.0, 1),
            Run(True, at(1), at(3), 5.0, 6.0, 2),
            Run(False, at(4), at(4), 3.0, 3.0, 1),
        ]
    }
