"""Milkings of a shuffled stream, what people ask of them, and a month's paper."""

from ..shell import drive

SCRIPT = "from tests.benchmarks.milking.driver import main; main(env)"


def milking(session):
    """1,000 animals, 40 meters, ten tanks; less than a minute."""
    session.figures |= drive(session, "milking", SCRIPT)
