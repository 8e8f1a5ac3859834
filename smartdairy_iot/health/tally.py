"""How many messages each device sent, and what became of them. Pure.

Counted while they pass, and told once in a while: a listener that is killed loses what
it had not told, some seconds of counts and no reading.
"""

from datetime import timedelta
from operator import add
from typing import NamedTuple

LATE = timedelta(minutes=5)  # from measurement to arrival


class Counts(NamedTuple):
    received: int = 0  # records of messages: a gateway's has one of each child
    rejected: int = 0
    again: int = 0  # the broker sent them a second time
    late: int = 0  # received long after they were measured


_RECEIVED, _REJECTED, _AGAIN, _LATE = range(len(Counts._fields))


class Tally:
    def __init__(self):
        self._devices = {}

    def __bool__(self):
        return bool(self._devices)

    def add(self, batch):
        """:param batch: with ``samples``, ``statuses`` and ``rejections``"""
        for sample in batch.samples:
            counts = self._of(sample.device_id)
            counts[_RECEIVED] += 1
            if sample.received_at - sample.time > LATE:
                counts[_LATE] += 1
        for status in batch.statuses:
            if not status.is_retained:
                self._of(status.device_id)[_RECEIVED] += 1
        for rejection in batch.rejections:
            if rejection.device_id:
                counts = self._of(rejection.device_id)
                counts[_RECEIVED] += 1
                counts[_REJECTED] += 1

    def add_again(self, samples):
        for sample in samples:
            counts = self._of(sample.device_id)
            counts[_RECEIVED] += 1
            counts[_AGAIN] += 1

    def take(self):
        """Hand over ``{device_id: Counts}`` and start anew."""
        taken, self._devices = self._devices, {}
        return {device_id: Counts(*counts) for device_id, counts in taken.items()}

    def give_back(self, devices):
        """Telling failed: they count the next time."""
        for device_id, counts in devices.items():
            self._devices[device_id] = list(map(add, self._of(device_id), counts))

    def _of(self, device_id):
        counts = self._devices.get(device_id)
        if counts is None:
            counts = self._devices[device_id] = [0] * len(Counts._fields)
        return counts
