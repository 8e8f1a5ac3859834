"""Which animal to look at first, and why."""

from datetime import datetime, timedelta, timezone

import pytest

from smartdairy_iot.milking.attention import Limits, Milked, judge, urgency
from smartdairy_iot.milking.yields import Yield

NOW = datetime(2026, 3, 20, 9, tzinfo=timezone.utc)


def milkings(count=14, conductivity=5.0, scc=120_000, **last):
    """Twice a day, the last three hours ago; a little noise, for cows have it."""
    milked = [
        Milked(
            NOW - timedelta(hours=3 + 12 * (count - 1 - n)),
            conductivity + (n % 3 - 1) * 0.05,
            scc,
            is_complete=True,
            key=n,
        )
        for n in range(count)
    ]
    return [*milked[:-1], milked[-1]._replace(**last)]


def kinds(found):
    return [finding.kind for finding in found]


def yielded(liters, average=20.0):
    return Yield(NOW.date(), liters, average, 10)


def test_a_healthy_animal_needs_none():
    assert judge(milkings(), yielded(19.0), NOW) == []


@pytest.mark.parametrize(
    "scc, expected, reference",
    [
        (400_000, [], None),
        (400_001, ["scc"], 400_000),
        (750_000, ["scc"], 400_000),
        (750_001, ["scc"], 750_000),
    ],
)
def test_cells_over_the_limits(scc, expected, reference):
    found = judge(milkings(scc=scc), None, NOW)
    assert kinds(found) == expected
    assert [finding.reference for finding in found] == [reference][: len(found)]


def test_conductivity_over_the_limit_names_the_milking_that_tells_it():
    (finding,) = judge(milkings(conductivity=5.0, count=3), None, NOW) or [None]
    assert finding is None
    (finding,) = judge(
        milkings(3, **{"scc": None})[:-1] + [Milked(NOW, 6.6, None, True, 99)],
        None,
        NOW,
    )
    assert (finding.kind, finding.value, finding.key) == ("conductivity", 6.6, 99)


def test_conductivity_over_its_own_normal_though_under_the_limit():
    last = milkings()[-1]._replace(conductivity=5.8)
    found = judge([*milkings()[:-1], last], None, NOW)
    assert kinds(found) == ["conductivity_own"]
    assert found[0].reference == pytest.approx(5.0, abs=0.02)


def test_of_few_milkings_there_is_no_own_normal():
    last = milkings()[-1]._replace(conductivity=5.8)
    assert judge([*milkings(5)[:-1], last], None, NOW) == []


@pytest.mark.parametrize("liters, expected", [(16.1, []), (16.0, ["yield"])])
def test_a_day_with_a_fifth_less_than_its_own_average(liters, expected):
    assert kinds(judge(milkings(), yielded(liters), NOW)) == expected


def test_a_milking_without_an_end():
    found = judge(
        [*milkings()[:-1], milkings()[-1]._replace(is_complete=False)], None, NOW
    )
    assert kinds(found) == ["incomplete"]


def test_a_missed_milking_against_its_own_rhythm():
    assert kinds(judge(milkings(), None, NOW + timedelta(hours=17.9))) == []
    (finding,) = judge(milkings(), None, NOW + timedelta(hours=18.5))
    assert (finding.kind, finding.value) == ("missed", 21.5)
    assert finding.reference == pytest.approx(21.0), "12 h, and three quarters more"


def test_an_animal_that_was_not_milked_for_a_week_is_dry():
    assert judge(milkings(scc=900_000), None, NOW + timedelta(days=7)) == []


def test_the_worst_comes_first_and_more_reasons_are_worse():
    sick = judge(milkings(scc=800_000), yielded(10.0), NOW)
    assert kinds(sick) == ["scc", "yield"]
    one = judge(milkings(scc=800_000), None, NOW)
    doubtful = judge(milkings(scc=450_000), None, NOW)
    assert urgency(sick) > urgency(one) > urgency(doubtful) > urgency([]) == 0


def test_the_limits_are_the_farms():
    limits = Limits(scc=200_000, scc_severe=300_000)
    (finding,) = judge(milkings(scc=250_000), None, NOW, limits)
    assert finding.reference == 200_000
