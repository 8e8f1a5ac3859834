"""Rooms 2 and 3 in one: what does this message say, and is it true? Pure."""

from ..calibration.version import calibrate, restore
from ..rules.classify import classify
from .arrival import Arrivals
from .clock import Clocks
from .decode import decode
from .message import Fault
from .plausibility import Plausibility


class Interpreter:
    """Remembers of each device what it takes to judge its next message.

    :param fleet: :class:`~.device.Fleet`
    """

    def __init__(self, fleet):
        self.fleet = fleet
        self.plausibility = Plausibility()
        self.clocks = Clocks()
        self._arrivals = Arrivals()

    def follow(self, fleet):
        """From now on these are the devices; of those that left nothing is kept."""
        gone = self.fleet.keys() - fleet.keys()
        self.plausibility.forget(gone)
        self.clocks.forget(gone)
        self._arrivals.forget(gone)
        self.fleet = fleet
        return gone

    def read(self, message):
        """:return: :class:`~.message.Decoded`, its samples marked; never raises"""
        decoded = decode(message, self.fleet)
        for sample in decoded.samples:
            device = self.fleet[sample.device_id]
            self._arrivals.assign(sample)
            if sample.has_own_time:
                offset = (sample.time - sample.received_at).total_seconds()
                self.clocks.hear(sample.device_id, offset, sample.received_at)
            if device.calibrations:
                calibrate(sample, device.calibrations)
            values = sample.values
            sample.faults = self.plausibility.check(sample, device.checks)
            if sample.faults:
                _restore_errors(sample)
                values = {n: v for n, v in values.items() if n not in sample.faults}
            rules = device.limits_at(sample.location_type)
            sample.alarms = classify(values, rules, sample.time, device.tz)
        for rejection in decoded.rejections:
            if rejection.clock_offset is not None:
                self._hear_refused(rejection, decoded)
        return decoded

    def _hear_refused(self, rejection, decoded):
        """Its clock is too wrong for its readings, but it is there."""
        name, at = rejection.device_id, rejection.received_at
        self.clocks.hear(name, rejection.clock_offset, at)
        decoded.heard.append((name, at))


def _restore_errors(sample):
    for reading_type, fault in sample.faults.items():
        if fault is Fault.PROBE_ERROR:
            restore(sample, reading_type)
