"""The table of scenarios against the pure state machine."""

import pytest

from smartdairy_iot.tests.pure.alert_book import AlertBook, Reading
from smartdairy_iot.tests.pure.builders import at, make_rule
from smartdairy_iot.tests.pure.scenarios import SCENARIOS, shuffled

_SHUFFLED = [
    "ten minutes on a rule of ten are told then, from when it began",
    "a spike of nine minutes on a rule of ten is nothing",
    "flapping by a tenth of a degree for an hour is one alert and one clear",
    "flapping through the deadband with an off-delay is one alert, one clear",
]


def play(scenario):
    """:return: the book, at the end"""
    book = AlertBook(make_rule(**scenario.rule))
    arrivals = scenario.arrivals or [second for second, _ in scenario.readings]
    inbox = {}
    for second, (measured, value) in zip(arrivals, scenario.readings, strict=True):
        inbox.setdefault(int(-(-second // 1)), []).append(Reading(measured, value))
    end = max([*inbox, scenario.until or 0])
    for second in range(min(inbox), end + 1):
        book.receive(*inbox.get(second, ()))
        if second == scenario.acknowledged:
            book.acknowledge(at(second))
        if second == scenario.resolved:
            book.resolve(at(second))
        book.run(at(second))
        if second % 30 == 29:  # the runs' overlap
            book.forget_window()
    return book


def told(book):
    return [(int((when - at(0)).total_seconds()), event) for event, when in book.told]


@pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)
def test_people_are_told_just_this(scenario):
    book = play(scenario)
    assert told(book) == scenario.told
    assert len(book.alerts) == scenario.alerts
    if scenario.peak is not None:
        assert (
            book.alerts[-1 if scenario.alerts == 1 else 0].peak_value == scenario.peak
        )
    if scenario.minutes is not None:
        assert book.alerts[0].minutes(None) == pytest.approx(scenario.minutes)


@pytest.mark.parametrize("name", _SHUFFLED)
@pytest.mark.parametrize("seed", range(5))
def test_readings_in_another_order_come_to_the_same(name, seed):
    scenario = SCENARIOS[name]
    book = play(shuffled(scenario, 25, seed))
    assert [event for _, event in told(book)] == [event for _, event in scenario.told]
    in_order = play(scenario)
    assert [a.started_at for a in book.alerts] == [
        a.started_at for a in in_order.alerts
    ]
