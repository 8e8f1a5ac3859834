"""Room 3: is it true, or is it the probe's fault? Pure.

===========  ===================================================================
probe error  the value by which a probe says that it failed
stuck        the very same value for hours: of a noisy quantity that is no value
jump         further from the last one than is possible; when the next reading is
             too, and to the same side, it was no jump, and is believed from then on
===========  ===================================================================
"""

from datetime import datetime, timedelta, timezone

from .codec.telemetry import READINGS
from .message import Fault

# What a DS18B20 says before it has measured; a hot cleaning reaches it, too.
_POWER_ON = 85.0
_POWER_ON_DISTANCE = 10.0
_CONVERTED_TOLERANCE = 0.05  # °C, what rounding leaves of an error value sent as °F
# (at least, for each minute since then): how far a value may be from the last one. Of
# the others anything is possible: a volume begins anew with each milking.
_STEPS = {
    "temperature": (15.0, 300.0),
    "humidity": (50.0, 600.0),
    "ph": (4.0, 60.0),
    "conductivity": (60.0, 600.0),
    "pressure": (20.0, 600.0),
}
_STEP_WINDOW = timedelta(minutes=10)
_STUCK_TYPES = frozenset(_STEPS)
_NEVER_STUCK = frozenset({"milk_meter"})  # it stands still between two milkings
_SATURATED = (0.0, 100.0)  # of humidity: an honest probe shows just that for days
_MAIN = {
    device_type: next(iter(names.values())) for device_type, names in READINGS.items()
}
_WORTH_KEEPING = timedelta(hours=1)
_NOTHING = {}
_LONG_AGO = datetime.min.replace(tzinfo=timezone.utc)


class Plausibility:
    """Remembers a few numbers of each device and reading type."""

    def __init__(self):
        self._devices = {}

    def check(self, sample, checks):
        """:return: ``{reading type: Fault}`` of the values not to be believed

        :param checks: :class:`~.device.Checks` of the sample's device
        """
        memories = self._devices.get(sample.device_id)
        if memories is None:
            memories = self._devices[sample.device_id] = {}
        faults = {}
        for reading_type, value in sample.values.items():
            step = _STEPS.get(reading_type)
            if checks.max_per_minute and reading_type == _MAIN[sample.device_type]:
                step = (checks.max_per_minute, checks.max_per_minute)
            if step is None:
                continue
            memory = memories.get(reading_type)
            if memory is None:
                memory = memories[reading_type] = _Memory(reading_type)
            fault = memory.judge(value, step, sample, checks)
            if fault:
                faults[reading_type] = fault
        return faults

    def snapshot(self, device_id):
        """:return: ``{reading type: ISO time since when the value is the same}``

        Of those that are the same for an hour: few are, and a restart costs the others
        an hour at most.
        """
        return {
            name: memory.since.isoformat()
            for name, memory in self._devices.get(device_id, _NOTHING).items()
            if memory.time - memory.since >= _WORTH_KEEPING
        }

    def restore(self, devices):
        """Go on where another listener stopped; what was heard since counts more.

        :param devices: ``{device_id: (values, steady since)}`` as they were saved
        """
        for device_id, (values, steady_since) in devices.items():
            memories = self._devices.setdefault(device_id, {})
            for reading_type, since in (steady_since or {}).items():
                if reading_type in (values or {}) and reading_type not in memories:
                    memory = memories[reading_type] = _Memory(reading_type)
                    memory.start(values[reading_type], datetime.fromisoformat(since))

    def forget(self, device_ids):
        """Drop what is known of devices that are no longer registered."""
        for device_id in device_ids:
            self._devices.pop(device_id, None)


class _Memory:
    """What was last heard of one reading type of one device."""

    __slots__ = (
        "reading_type",
        "time",  # of the newest sample
        "value",
        "since",  # when the value is the very same
        "fault",
        "believed",
        "believed_at",
        "doubted",  # a jump, which the next value may confirm
    )

    def __init__(self, reading_type):
        self.reading_type = reading_type
        self.time = self.since = self.believed_at = _LONG_AGO
        self.value = self.fault = self.believed = self.doubted = None

    def start(self, value, since):
        self.value = self.believed = value
        self.time = self.since = self.believed_at = since

    def judge(self, value, step, sample, checks):
        """The :class:`Fault` of the value, or None; a late one changes nothing."""
        time = sample.time
        if time <= self.time:
            if time == self.time and value == self.value:
                return self.fault  # redelivered
            is_error = self._is_probe_error(value, sample, checks.error_values)
            return Fault.PROBE_ERROR if is_error else None
        self.time = time
        is_same = value == self.value
        if not is_same:
            self.value, self.since = value, time
        # Two cheap looks before the call: this runs for every reading of every device.
        may_be_error = value in checks.error_values or sample.original or sample.raw
        if may_be_error and self._is_probe_error(value, sample, checks.error_values):
            self.fault = Fault.PROBE_ERROR
        elif self.believed is not None and self._is_jump(value, time, step):
            self.doubted = value
            self.fault = Fault.JUMP
        else:
            self.believed, self.believed_at, self.doubted = value, time, None
            is_stuck = is_same and self._is_stuck(value, sample, checks.stuck_after)
            self.fault = Fault.STUCK if is_stuck else None
        return self.fault

    def _is_probe_error(self, value, sample, errors):
        if self.reading_type != "temperature":
            return False
        if sample.raw:  # an error value says so before any calibration
            value = sample.raw.get("temperature", value)
        tolerance = 0.0
        if sample.original and "temperature" in sample.original:
            tolerance = _CONVERTED_TOLERANCE
        for error in errors:
            if abs(value - error) <= tolerance:
                return error != _POWER_ON or self._is_power_on(value)
        return False

    def _is_power_on(self, value):
        """What it says once, before it has measured; or far from what it measured."""
        if self.believed is None:
            return self.since == self.time
        return abs(value - self.believed) > _POWER_ON_DISTANCE

    def _is_jump(self, value, time, step):
        if abs(value - self.believed) <= step[0]:
            return False
        if time - self.believed_at > _STEP_WINDOW:
            return False
        if _is_possible(value - self.believed, time - self.believed_at, step):
            return False
        if self.doubted is None:
            return True
        # Two to the same side are no noise: a chiller that died, seen through a limit
        # that is too narrow, must not be doubted for ever.
        return (value > self.believed) != (self.doubted > self.believed)

    def _is_stuck(self, value, sample, stuck_after):
        return (
            0 < stuck_after <= (sample.time - self.since).total_seconds()
            and self.reading_type in _STUCK_TYPES
            and sample.device_type not in _NEVER_STUCK
            and not (self.reading_type == "humidity" and value in _SATURATED)
        )


def _is_possible(difference, elapsed, step):
    at_least, per_minute = step
    return abs(difference) <= max(at_least, per_minute * elapsed.total_seconds() / 60)
