"""A day's milk against what that animal usually gives."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartdairy_iot.milking.yields import compare, ewma

DAY = date(2026, 3, 20)


def days_before(*litres):
    return {DAY - timedelta(days=len(litres) - n): v for n, v in enumerate(litres)}


def test_the_average_is_exponentially_weighted_over_ten_days():
    weight = 9 / 11
    expected = (20 * weight**2 + 22 * weight + 24) / (weight**2 + weight + 1)
    assert ewma([20, 22, 24]) == pytest.approx(expected)


@given(st.floats(1, 60), st.integers(1, 40))
def test_of_equal_days_the_average_is_that_day(litres, days):
    assert ewma([litres] * days) == pytest.approx(litres)


def test_a_drop_is_told_in_per_cent_of_its_own_average():
    told = compare(days_before(20, 20, 20, 20, 20) | {DAY: 15}, DAY)
    assert (told.change, told.days) == (pytest.approx(-25), 5)


def test_of_too_few_days_there_is_no_own_average():
    told = compare(days_before(20, 20, 20, 20) | {DAY: 5}, DAY)
    assert (told.average, told.change, told.days) == (None, None, 4)


def test_the_day_itself_and_those_after_it_are_in_no_average():
    by_day = days_before(*[20] * 6) | {DAY: 5, DAY + timedelta(days=1): 90}
    assert compare(by_day, DAY).average == pytest.approx(20)


def test_a_day_without_milking_is_no_day_with_no_milk():
    by_day = days_before(*[20] * 8)
    del by_day[DAY - timedelta(days=3)]
    told = compare(by_day, DAY)
    assert (told.average, told.liters, told.change) == (pytest.approx(20), None, None)
