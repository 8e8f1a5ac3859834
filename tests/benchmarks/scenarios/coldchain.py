"""A hundred tanks under a cooling standard."""

from ..shell import drive

SCRIPT = "from tests.benchmarks.coldchain.judgement import main; main(env)"


def coldchain(session):
    """A month of each, every minute of all, and what the line pays for it."""
    session.figures |= drive(session, "coldchain", SCRIPT)
