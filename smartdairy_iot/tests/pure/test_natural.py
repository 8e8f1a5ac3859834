from hypothesis import given
from hypothesis import strategies as st

from smartdairy_iot.boards.natural import natural_key


def test_numbers_in_names_count_as_numbers():
    names = ["Probe 10", "probe 2", "Probe 1", "Tank", "10", "9", "Probe 2b", "Probe"]
    assert sorted(names, key=natural_key) == [
        *("9", "10", "Probe", "Probe 1", "probe 2", "Probe 2b", "Probe 10", "Tank")
    ]


def test_what_has_no_name_comes_first():
    assert sorted(["a", False, "1"], key=natural_key) == [False, "1", "a"]


@given(st.lists(st.text()))
def test_any_names_can_be_sorted(names):
    assert len(sorted(names, key=natural_key)) == len(names)


@given(st.integers(0), st.integers(0))
def test_numbers_alone_are_in_their_order(one, other):
    assert (natural_key(f"T{one}") < natural_key(f"T{other}")) == (one < other)
