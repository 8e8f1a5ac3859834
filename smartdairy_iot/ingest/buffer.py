"""Room 4: wait until there is enough to commit, or it has waited enough. Pure."""

import os
from dataclasses import dataclass, field

_NAMED = 50  # devices of a batch, in the log
_MAX_BYTES = 32 * 1024 * 1024  # of payloads that are kept as they came


@dataclass(slots=True)
class Batch:
    """Decoded messages in arrival order, and the acks they are owed."""

    samples: list = field(default_factory=list)
    statuses: list = field(default_factory=list)
    rejections: list = field(default_factory=list)
    strangers: list = field(default_factory=list)
    heard: list = field(default_factory=list)
    answers: list = field(default_factory=list)
    receipts: list = field(default_factory=list)
    marks: list = field(default_factory=list)  # see ``redelivery``
    number: int = 0  # of this process, for the log: the same however often it is tried

    def __len__(self):
        return max(
            len(self.samples)
            + len(self.statuses)
            + len(self.rejections)
            + len(self.strangers)
            + len(self.answers),
            len(self.receipts),
        )

    def __bool__(self):
        return bool(len(self))

    def about(self):
        """What a line of the log says of it, see ``watch.json_log``."""
        return {"batch": f"{os.getpid()}-{self.number}", "devices": self._devices}

    def _devices(self):
        found = {sample.device_id for sample in self.samples}
        found.update(status.device_id for status in self.statuses)
        found.update(r.device_id for r in self.rejections if r.device_id)
        return sorted(found)[:_NAMED]


class Buffer:
    """Bounded; the clock is passed in. When full the socket is left unread.

    :param rows: commit as soon as that many rows wait
    :param seconds: commit when the oldest has waited that long
    :param limit: where reading stops; what is being read at that moment comes on top
    """

    def __init__(self, rows, seconds, limit):
        self._rows = rows
        self._seconds = seconds
        self._limit = limit
        self._batch = Batch()
        self._bytes = 0
        self._since = None
        self._taken = 0

    def __len__(self):
        return len(self._batch)

    @property
    def is_full(self):
        return len(self._batch) >= self._limit or self._bytes >= _MAX_BYTES

    def add(self, decoded, receipt, now, mark=None):
        batch = self._batch
        batch.samples += decoded.samples
        batch.statuses += decoded.statuses
        batch.heard += decoded.heard
        batch.answers += decoded.answers
        if decoded.rejections or decoded.strangers:
            batch.rejections += decoded.rejections
            batch.strangers += decoded.strangers
            kept = decoded.rejections + decoded.strangers
            self._bytes += sum(len(message.payload) for message in kept)
        if receipt is not None:
            batch.receipts.append(receipt)
        if mark is not None:
            batch.marks.append(mark)
        if self._since is None and batch:
            self._since = now

    def wait(self, now):
        """Seconds until :meth:`is_due`, None when nothing waits."""
        if self._since is None:
            return None
        if len(self._batch) >= self._rows:
            return 0.0
        return max(0.0, self._since + self._seconds - now)

    def is_due(self, now):
        return self.wait(now) == 0.0

    def take(self):
        batch, self._batch = self._batch, Batch()
        self._bytes, self._since = 0, None
        self._taken += 1
        batch.number = self._taken
        return batch
