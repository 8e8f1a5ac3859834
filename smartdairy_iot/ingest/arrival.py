"""Instants for readings that came without one. Pure."""

from datetime import timedelta

_STEP = timedelta(milliseconds=1)  # the precision that the store keeps


class Arrivals:
    """No two readings of a device share an instant only because they arrived together.

    The store's key is (device, time): without this, the second would be taken for a
    redelivery of the first. A message that the broker really redelivers gets a new
    instant, too: only a device that sends timestamps is counted exactly once.
    """

    def __init__(self):
        self._last = {}

    def forget(self, device_ids):
        for device_id in device_ids:
            self._last.pop(device_id, None)

    def assign(self, sample):
        if sample.has_own_time:
            return
        last = self._last.get(sample.device_id)
        if last is not None and sample.time <= last:
            sample.time = last + _STEP
        self._last[sample.device_id] = sample.time
