"""What the line counts, per listener process. Pure."""

from dataclasses import asdict, dataclass


@dataclass(slots=True)
class Counters:
    """Totals since the listener started; a round's share is the difference."""

    received: int = 0  # messages
    stored: int = 0  # rows that were new
    duplicate: int = 0  # rows that the store already had
    rejected: int = 0  # messages or records refused
    batches: int = 0
    retries: int = 0  # batches tried again because a database was away
    reconnects: int = 0

    def since(self, earlier):
        """``{name: difference}`` to an earlier copy."""
        before = asdict(earlier)
        return {name: value - before[name] for name, value in asdict(self).items()}
