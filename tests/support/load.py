"""Steady publishing, and what must be in the store afterwards."""

import threading
import time
from datetime import datetime, timedelta, timezone
from typing import NamedTuple

from tests.support.waiting import PATIENCE, wait_until

START = datetime(2026, 1, 1, tzinfo=timezone.utc)
_TICK = 0.005  # seconds; what is due since the last one is sent at once
# device type → the table of its readings, and a reading
_KINDS = {
    "temperature": ("temperature_readings", {"temperature": 4.0}),
    "milk_meter": ("milk_meter_readings", {"volume": 4.0}),
    "ph_sensor": ("sensor_readings", {"ph": 6.7}),
}


class Load:
    """Devices publish at QoS 1 from a thread; every reading has its own instant.

    :param per_second: messages, of all devices together
    :param readings: how many a message holds; above one it is a backfill
    :param start: of the first reading, in whole milliseconds, as it is stored; each of
        the others is one later
    """

    def __init__(self, *devices, per_second=500, readings=1, start=START):
        self.devices = devices
        self.sent = 0  # messages
        self._start = start
        self._per_second = per_second
        self._readings = readings
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self):
        for device in self.devices:
            device.acked.clear()  # from here on, readings only
        self._thread.start()
        return self

    def __exit__(self, exception, *_):
        self._stop.set()
        self._thread.join()
        if exception is None:
            wait_until(lambda: self.acked == self.sent, "all acks", seen=self.__repr__)

    @staticmethod
    def table_of(device):
        """Where the readings of that device are."""
        return _KINDS[device.type][0]

    @property
    def acked(self):
        """Messages that the broker has taken over."""
        return sum(len(device.acked) for device in self.devices)

    def __repr__(self):
        return f"{self.sent} sent, {self.acked} acknowledged"

    def wait_for(self, messages):
        """Wait until so many more are sent: a moment that the line does not know."""
        wanted = self.sent + messages
        wait_until(lambda: self.sent >= wanted, f"{messages} more sent")

    def _run(self):
        started = time.monotonic()
        while not self._stop.wait(_TICK):
            due = int((time.monotonic() - started) * self._per_second)
            while self.sent < due and not self._stop.is_set():
                device = self.devices[self.sent % len(self.devices)]
                device.send(self._payload(device, self.sent))
                self.sent += 1

    def _payload(self, device, number):
        first = number * self._readings
        _table, reading = _KINDS[device.type]
        instants = (
            self._start + timedelta(milliseconds=n)
            for n in range(first, first + self._readings)
        )
        readings = [reading | {"timestamp": at.isoformat()} for at in instants]
        return readings if self._readings > 1 else readings[0]


def count_rows(timescale, load):
    """How many readings of these devices are stored."""
    ids = [device.id for device in load.devices]
    query = "SELECT count(*) FROM {} WHERE device_id = ANY(%s)"
    tables = {_KINDS[device.type][0] for device in load.devices}
    return sum(timescale(query.format(table), ids)[0][0] for table in tables)


def wait_for_more(timescale, load, rows=1, seconds=PATIENCE):
    """Wait until that many more readings are stored than now."""
    wanted = count_rows(timescale, load) + rows
    wait_until(
        lambda: count_rows(timescale, load) >= wanted,
        f"{rows} more readings under load",
        seconds,
        seen=lambda: f"{wanted - count_rows(timescale, load)} too few, {load}",
    )


def wait_until_caught_up(timescale, load, seconds=60):
    """Wait until each device's newest acknowledged reading of now is stored."""
    newest = {
        device: instants_of(device.acked[-1:])[-1]
        for device in load.devices
        if device.acked
    }
    query = "SELECT 1 FROM {} WHERE device_id = %s AND time = %s"

    def is_stored(device, at):
        table, _reading = _KINDS[device.type]
        return timescale(query.format(table), device.id, at)

    wait_until(
        lambda: all(is_stored(device, at) for device, at in newest.items()),
        "the newest readings are stored",
        seconds,
    )


def expect_exactly_what_was_acked(timescale, load, seconds=PATIENCE):
    """The instants in the store are those of the publisher's log: no more, no less."""
    assert load.acked > 200, "there was load"
    found = compare(timescale, load, seconds)
    assert not found.lost, f"{len(found.lost)} lost: {found.lost[:3]} …"
    assert not found.foreign, f"{len(found.foreign)} never acked: {found.foreign[:3]} …"
    assert not found.doubled, f"{found.doubled} rows too many"


class Compared(NamedTuple):
    """Acknowledged readings and rows, one by one."""

    readings: int  # that were acknowledged
    lost: list  # (device, instant): acknowledged and no row
    foreign: list  # (device, instant): a row that nobody published
    doubled: int  # rows too many


def compare(timescale, load, seconds=PATIENCE):
    """Wait until the rows are as many as they should be, for so long, and compare."""
    wanted = {device: instants_of(device.acked) for device in load.devices}
    total = sum(map(len, wanted.values()))
    deadline = time.monotonic() + seconds
    while count_rows(timescale, load) < total and time.monotonic() < deadline:
        time.sleep(0.05)
    lost, foreign, doubled = [], [], 0
    for device, instants in wanted.items():
        table, _reading = _KINDS[device.type]
        query = f"SELECT time FROM {table} WHERE device_id = %s ORDER BY time"
        rows = [at for (at,) in timescale(query, device.id)]
        lost += [(device.id, at) for at in sorted(set(instants) - set(rows))]
        foreign += [(device.id, at) for at in sorted(set(rows) - set(instants))]
        doubled += len(rows) - len(set(rows))
    return Compared(total, lost, foreign, doubled)


def instants_of(payloads):
    """When these readings were measured, in their order."""
    readings = [
        reading
        for payload in payloads
        for reading in (payload if isinstance(payload, list) else [payload])
    ]
    return [datetime.fromisoformat(reading["timestamp"]) for reading in readings]
