"""The specification's grade of milk (Day 259, ``_calculate_quality_grade``). Pure.

Points for fat, protein and somatic cells add up, and the sum is a grade. Which points
and grades is data: :data:`SPECIFICATION` holds the specification's.
"""

from typing import NamedTuple

NOT_KNOWN = "N/A"
CRITERIA = ("fat", "protein", "scc")


class Step(NamedTuple):
    """What earns ``points``: at least ``limit``; of cells (``scc``) fewer than it.

    None: whatever is left.
    """

    criterion: str
    limit: float | None
    points: float


class Scheme(NamedTuple):
    steps: tuple  # of Step
    grades: tuple  # of (name, at least so many points)


SPECIFICATION = Scheme(
    (
        *(Step("fat", *step) for step in ((3.5, 30), (3.0, 20), (None, 10))),
        *(Step("protein", *step) for step in ((3.2, 30), (3.0, 20), (None, 10))),
        *(Step("scc", *step) for step in ((200_000, 40), (400_000, 25), (None, 10))),
    ),
    (("A", 90), ("B", 75), ("C", 60), ("D", 0)),
)


def points(scheme, criterion, value):
    """The most that any step gives; 0 where none applies."""
    steps = (step for step in scheme.steps if step.criterion == criterion)
    return max((s.points for s in steps if _holds(s, value)), default=0)


def _holds(step, value):
    if step.limit is None:
        return True
    return value < step.limit if step.criterion == "scc" else value >= step.limit


def grade(scheme, fat, protein, scc):
    """:return: ``(grade, points)``; ``("N/A", None)`` where one is not measured"""
    values = dict(zip(CRITERIA, (fat, protein, scc), strict=True))
    if not all(values.values()):
        return NOT_KNOWN, None
    total = sum(points(scheme, name, value) for name, value in values.items())
    best_first = sorted(scheme.grades, key=lambda named: -named[1])
    return next(
        (name for name, least in best_first if total >= least), NOT_KNOWN
    ), total
