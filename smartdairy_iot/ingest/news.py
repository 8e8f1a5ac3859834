"""What transaction 2 has to tell: the newest of each device. Pure."""

from dataclasses import dataclass, field, replace
from datetime import datetime


@dataclass(slots=True)
class DeviceNews:
    """The newest that a device said, merged over all that was committed since."""

    device_id: str
    last_seen: datetime | None = None
    time: datetime | None = None  # of ``values``
    data_at: datetime | None = None  # when any values were last received
    oldest: datetime | None = None  # measurement time of the oldest values since
    values: dict = field(default_factory=dict)
    steady_since: dict = field(default_factory=dict)  # of values that do not change
    alarm_type: str | None = None
    fault: str | None = None
    location_type: str | None = None
    battery: int | None = None
    signal: int | None = None
    firmware: str | None = None
    is_online: bool = True
    online_at: datetime | None = None  # when ``is_online`` was said
    clock_offset: float | None = None  # see ``clock``


class News:
    """Merges committed batches; never goes back in time.

    A device whose clock is ahead counts as of its arrival: else its next messages,
    with the clock set right, would be taken for older ones.
    """

    def __init__(self):
        self._devices = {}
        self._newest = {}  # measurement time of the newest sample ever, per device
        self._alarms = {}  # what the rules were last woken for, per device
        self.wakes_rules = False

    def __bool__(self):
        return bool(self._devices) or self.wakes_rules

    def add(self, batch):
        for sample in batch.samples:
            self.add_sample(sample)
        for device_id, received_at in batch.heard:
            self.add_heard(device_id, received_at)
        for status in batch.statuses:
            self.add_status(status)

    def add_sample(self, sample):
        news = self._of(sample.device_id, sample.received_at)
        _set_online(news, True, sample.received_at)
        newest = self._newest.get(sample.device_id)
        at = min(sample.time, sample.received_at)
        if newest is None or at >= newest:
            self._newest[sample.device_id] = at
            _take_over(news, sample, at)
        if sample.values:
            news.data_at = _latest(news.data_at, sample.received_at)
            news.oldest = min(news.oldest or sample.time, sample.time)
        if sample.values and self._alarms.get(sample.device_id) != sample.alarms:
            self._alarms[sample.device_id] = sample.alarms
            self.wakes_rules = True

    def add_heard(self, device_id, received_at):
        _set_online(self._of(device_id, received_at), True, received_at)

    def add_status(self, status):
        seen_at = None if status.is_retained else status.received_at
        news = self._of(status.device_id, seen_at)
        _set_online(news, status.is_online, status.received_at)

    def forget(self, device_ids):
        """Of devices that are no longer registered."""
        for device_id in device_ids:
            self._newest.pop(device_id, None)
            self._alarms.pop(device_id, None)

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

    def _of(self, device_id, seen_at):
        news = self._devices.get(device_id)
        if news is None:
            news = self._devices[device_id] = DeviceNews(device_id)
        if seen_at and (news.last_seen is None or seen_at > news.last_seen):
            news.last_seen = seen_at
        return news


def _take_over(news, sample, at):
    if sample.battery is not None:
        news.battery = sample.battery
    if sample.signal is not None:
        news.signal = sample.signal
    if sample.firmware is not None:
        news.firmware = sample.firmware
    if sample.values:
        news.time = at
        news.values.update(sample.believed)
        news.alarm_type = sample.alarm_type
        news.fault = sample.fault
        news.location_type = sample.location_type


def _set_online(news, is_online, said_at):
    if news.online_at is None or said_at >= news.online_at:
        news.is_online, news.online_at = is_online, said_at


def _merged(older, newer):
    """``newer`` was committed later, and its values, if any, are the newer ones."""
    says = newer if newer.time else older
    merged = replace(
        says,
        last_seen=_latest(older.last_seen, newer.last_seen),
        data_at=_latest(older.data_at, newer.data_at),
        oldest=min((t for t in (older.oldest, newer.oldest) if t), default=None),
        values={**older.values, **newer.values},
        steady_since={**older.steady_since, **newer.steady_since},
        battery=older.battery if newer.battery is None else newer.battery,
        signal=older.signal if newer.signal is None else newer.signal,
        firmware=newer.firmware or older.firmware,
        is_online=older.is_online,
        online_at=older.online_at,
    )
    if newer.online_at:
        _set_online(merged, newer.is_online, newer.online_at)
    return merged


def _latest(*times):
    return max((time for time in times if time), default=None)
