"""What the line counts, per listener process. Pure."""

from dataclasses import asdict, dataclass


@dataclass(slots=True)
class Counters:
    """Totals since the listener started; a round's share is the difference."""

    received: int = 0  # messages
    stored: int = 0  # rows that were new
    duplicate: int = 0  # rows that the store already had
    rejected: int = 0  # messages or records refused
    quarantined: int = 0  # of devices that are not registered
    batches: int = 0
    retries: int = 0  # batches tried again because a database was away
    reconnects: int = 0

    def since(self, earlier):
        """``{name: difference}`` to an earlier copy."""
        before = asdict(earlier)
        return {name: value - before[name] for name, value in asdict(self).items()}


class Durations:
    """How long the batches of one beat took, in seconds."""

    def __init__(self):
        self._count, self._sum, self._longest = 0, 0.0, 0.0

    def add(self, seconds):
        self._count += 1
        self._sum += seconds
        self._longest = max(self._longest, seconds)

    def take(self):
        """``(mean, longest)`` since the last time, zeros when there were none."""
        mean, longest = self._sum / max(1, self._count), self._longest
        self.__init__()
        return mean, longest
