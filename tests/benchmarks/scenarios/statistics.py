"""What alerts were like: fifty thousand of them, summed up for the alerts board."""

from ..shell import drive

SCRIPT = "from tests.benchmarks.alerts.statistics import main; main(env)"


def statistics(session):
    """In a transaction that is undone: nothing of it stays."""
    session.figures |= drive(session, "statistics", SCRIPT)
