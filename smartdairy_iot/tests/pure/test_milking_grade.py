"""The specification's grades, from data that a dairy may change."""

import pytest

from smartdairy_iot.milking.grade import SPECIFICATION, Scheme, Step, grade


@pytest.mark.parametrize(
    "fat, protein, scc, expected",
    [
        (3.5, 3.2, 199_999, ("A", 100)),
        (3.49, 3.2, 199_999, ("A", 90)),
        (3.5, 3.2, 200_000, ("B", 85)),
        (3.0, 3.0, 399_999, ("C", 65)),
        (3.5, 3.2, 400_000, ("C", 70)),
        (2.99, 3.0, 399_999, ("D", 55)),
        (2.0, 2.0, 900_000, ("D", 30)),
    ],
)
def test_points_of_fat_protein_and_cells_add_up_to_a_grade(fat, protein, scc, expected):
    assert grade(SPECIFICATION, fat, protein, scc) == expected


@pytest.mark.parametrize(
    "measured", [(None, 3.2, 1), (3.5, None, 1), (3.5, 3.2, None), (0, 3.2, 1)]
)
def test_what_is_not_measured_has_no_grade(measured):
    assert grade(SPECIFICATION, *measured) == ("N/A", None)


def _as_the_specification_writes_it(fat, protein, scc):
    score = 30 if fat >= 3.5 else 20 if fat >= 3.0 else 10
    score += 30 if protein >= 3.2 else 20 if protein >= 3.0 else 10
    score += 40 if scc < 200000 else 25 if scc < 400000 else 10
    return "A" if score >= 90 else "B" if score >= 75 else "C" if score >= 60 else "D"


def test_the_table_grades_as_the_specifications_function_does():
    for fat in (2.9, 3.0, 3.4, 3.5, 4.2):
        for protein in (2.9, 3.0, 3.1, 3.2, 3.6):
            for scc in (1, 199_999, 200_000, 399_999, 400_000, 2_000_000):
                expected = _as_the_specification_writes_it(fat, protein, scc)
                assert grade(SPECIFICATION, fat, protein, scc)[0] == expected


def test_a_dairy_may_grade_by_its_own_table():
    scheme = Scheme((Step("fat", 4.0, 5), Step("fat", None, 1)), (("Good", 5),))
    assert grade(scheme, 4.0, 3.0, 1)[0] == "Good"
    assert grade(scheme, 3.9, 3.0, 1)[0] == "N/A", "no grade goes so low"
