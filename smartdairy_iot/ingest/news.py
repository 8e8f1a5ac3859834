"""What transaction 2 has to tell: the newest of each device. Pure."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class DeviceNews:
    """The newest that a device said, merged over all that was committed since."""

    device_id: str
    last_seen: datetime | None = None
    time: datetime | None = None  # of ``values``
    values: dict = field(default_factory=dict)
    alarm_type: str | None = None
    location_type: str | None = None
    battery: int | None = None
    signal: int | None = None
    firmware: str | None = None
    is_online: bool = True


class News:
    """Merges committed batches; never goes back in time."""

    def __init__(self):
        self._devices = {}
        self._alarms = {}  # what the rules were last woken for, per device
        self.wakes_rules = False

    def __bool__(self):
        return bool(self._devices) or self.wakes_rules

    def add(self, batch):
        for sample in batch.samples:
            self._add_sample(sample)
        for status in batch.statuses:
            seen_at = None if status.is_retained else status.received_at
            self._of(status.device_id, seen_at).is_online = status.is_online

    def take(self):
        """Hand over ``({device_id: DeviceNews}, wakes_rules)`` and start anew."""
        taken = self._devices, self.wakes_rules
        self._devices, self.wakes_rules = {}, False
        return taken

    def give_back(self, devices, wakes_rules):
        """Telling failed: keep it for the next round, without hiding newer news."""
        self.wakes_rules = self.wakes_rules or wakes_rules
        for device_id, older in devices.items():
            newer = self._devices.get(device_id)
            self._devices[device_id] = _merged(older, newer) if newer else older

    def _add_sample(self, sample):
        news = self._of(sample.device_id, sample.received_at)
        news.is_online = True
        for name in ("battery", "signal", "firmware"):
            if (said := getattr(sample, name)) is not None:
                setattr(news, name, said)
        if sample.values and (news.time is None or sample.time >= news.time):
            news.time = sample.time
            news.values = {**news.values, **sample.values}
            news.alarm_type = sample.alarm_type
            news.location_type = sample.location_type
        if self._alarms.get(sample.device_id) != sample.alarms:
            self._alarms[sample.device_id] = sample.alarms
            self.wakes_rules = True

    def _of(self, device_id, seen_at):
        news = self._devices.get(device_id)
        if news is None:
            news = self._devices[device_id] = DeviceNews(device_id)
        news.last_seen = _latest(news.last_seen, seen_at)
        return news


def _merged(older, newer):
    is_newer = newer.time is not None and (
        older.time is None or newer.time >= older.time
    )
    first, last = (older, newer) if is_newer else (newer, older)
    return DeviceNews(
        newer.device_id,
        _latest(older.last_seen, newer.last_seen),
        last.time,
        {**first.values, **last.values},
        last.alarm_type,
        last.location_type,
        older.battery if newer.battery is None else newer.battery,
        older.signal if newer.signal is None else newer.signal,
        newer.firmware or older.firmware,
        newer.is_online,
    )


def _latest(*times):
    return max((time for time in times if time), default=None)
