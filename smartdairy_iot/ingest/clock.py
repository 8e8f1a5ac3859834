"""How far a device's clock is off, told by what it sends live. Pure.

A message is never early: what it took to arrive only makes a reading look older. So of
readings that differ the youngest tells, and what seems old need not be a slow clock:

=================  ===========================================================
backfill           looks old, but catches up: each reading looks younger
slow clock         looks old by the same amount, for as long as one listens
fast clock         looks like nothing else: nothing arrives before it was sent
=================  ===========================================================
"""

from datetime import timedelta

_TOLERANCE = 30.0  # seconds, what networks and rounded timestamps make of it
_ENOUGH = 3  # readings in a row: one wrong timestamp is no clock
# That a clock is slow is believed after so long: a backfill has caught up by then, or
# has at least moved by more than the tolerance.
_STEADY = timedelta(minutes=10)


class Clocks:
    """Remembers a few numbers of each device."""

    def __init__(self):
        self._devices = {}

    def hear(self, device_id, offset, received_at):
        """:param offset: its time minus ours, in seconds: ahead is positive"""
        clock = self._devices.get(device_id)
        if clock is None:
            clock = self._devices[device_id] = _Clock()
        clock.hear(offset, received_at)

    def offset(self, device_id):
        """Seconds that its clock is ahead, negative if behind; None: not known yet."""
        clock = self._devices.get(device_id)
        return clock and clock.offset

    def forget(self, device_ids):
        for device_id in device_ids:
            self._devices.pop(device_id, None)


class _Clock:
    __slots__ = (
        "offset",
        "doubted",  # the first of some that contradict it …
        "youngest",  # … the largest of them …
        "since",  # … when that one was received …
        "count",  # … and how many in a row
    )

    def __init__(self):
        self.offset = self.doubted = self.youngest = self.since = None
        self.count = 0

    def hear(self, offset, received_at):
        if self.offset is not None and abs(offset - self.offset) <= _TOLERANCE:
            self.doubted = None
            if offset > self.offset:
                self.offset = offset
            return
        if self.doubted is None or abs(offset - self.doubted) > _TOLERANCE:
            self.doubted = self.youngest = offset
            self.since, self.count = received_at, 1
            return
        self.count += 1
        self.youngest = max(self.youngest, offset)
        if self.count >= _ENOUGH and self._is_sure(received_at):
            self.offset, self.doubted = self.youngest, None

    def _is_sure(self, now):
        return self.youngest >= -_TOLERANCE or now - self.since >= _STEADY
