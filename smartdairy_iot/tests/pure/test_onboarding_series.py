import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartdairy_iot.onboarding.series import (
    PatternError,
    expand_ids,
    fill,
    natural,
)


def test_a_pattern_counts_with_leading_zeros():
    assert expand_ids("TEMP-{n:03}", 9, 11) == ["TEMP-009", "TEMP-010", "TEMP-011"]
    assert expand_ids("T{n}-{n:2}", 9, 10) == ["T9-09", "T10-10"]
    assert fill("Tank {n}", 7) == "Tank 7"
    assert fill("North", 7) == "North"


@pytest.mark.parametrize(
    ("pattern", "kind"),
    [
        ("TEMP", "number"),
        ("TEMP-{m}", "number"),
        ("TEMP-{n}-{m}", "braces"),
        ("TEMP-{n}}", "braces"),
        ("TEMP/{n}", "device_id"),
        ("{n:09}" * 6, "device_id"),
    ],
)
def test_a_pattern_that_makes_no_device_ids_is_refused(pattern, kind):
    with pytest.raises(PatternError) as caught:
        expand_ids(pattern, 1, 3)
    assert caught.value.kind == kind


@given(st.integers(0, 10**6), st.integers(0, 50))
def test_all_ids_of_a_range_differ(first, count):
    ids = expand_ids("A-{n:03}", first, first + count)
    assert len(set(ids)) == len(ids) == count + 1


def test_stalls_are_counted_as_people_count():
    names = ["Stall 10", "stall 2", "Stall 1", "Stall", "10", "A"]
    assert sorted(names, key=natural) == [
        "10",
        "A",
        "Stall",
        "Stall 1",
        "stall 2",
        "Stall 10",
    ]
