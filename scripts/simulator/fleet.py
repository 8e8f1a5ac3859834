"""All devices in one thread: one `select` over the sockets, one queue of due times."""

import heapq
import json
import logging
import select
import time
from datetime import datetime, timedelta, timezone
from fnmatch import fnmatch

from .connection import Connection
from .control import Mind
from .download import Downloads
from .layout import FAST, SLOW

_logger = logging.getLogger(__name__)

REPORT_EVERY = 30.0
TEND_EVERY = 0.5
HEARTBEAT = 60.0  # an idle milk meter repeats its status so often
FAREWELL = 5.0


class Fleet:
    """Publishes what the world's devices have to say."""

    def __init__(self, world, broker, options, rng):
        patterns = options.devices.split(",")
        self._world = world
        self._devices = {
            d.device_id: d
            for d in world.devices
            if any(fnmatch(d.device_id, pattern.strip()) for pattern in patterns)
        }
        if not self._devices:
            raise SystemExit(f"no device matches {options.devices}")
        self._connections = {
            name: Connection(name, broker, self._acked, device.told, self._told)
            for name, device in self._devices.items()
        }
        self._stamps = {name: Stamp() for name in self._devices}
        self._minds = {name: Mind(name) for name in world.firmware}
        self._downloads = Downloads()
        self._keeps_intervals = bool(options.rate)
        self._intervals = self._make_intervals(options.rate)
        self._log = None
        if options.log_published:
            self._log = open(options.log_published, "a", encoding="utf-8")
        self._spoke = dict.fromkeys(self._devices, 0.0)
        self._due = [(i * rng.random(), name) for name, i in self._intervals.items()]
        heapq.heapify(self._due)
        self._counts = {"published": 0, "acknowledged": 0}
        self._online = 0
        self._stopping = False

    def __len__(self):
        return len(self._devices)

    def _make_intervals(self, rate):
        own = {
            name: FAST if device.device_type == "temperature" else SLOW
            for name, device in self._devices.items()
        }
        faster = rate / sum(1 / i for i in own.values()) if rate else 1.0
        return {name: interval / faster for name, interval in own.items()}

    def stop(self, *_signal):
        """Ask `run` to end; usable as a signal handler."""
        self._stopping = True

    def run(self, duration=None):
        """Publish until stopped, or for so many seconds."""
        start = last = report = time.monotonic()
        tend = 0.0
        while not self._stopping:
            now = time.monotonic()
            if duration is not None and now - start >= duration:
                break
            if now - tend >= TEND_EVERY:
                self._tend(now)
                tend = now
            self._world.advance(now - last)
            last = now
            self._publish_due(now - start)
            self._finish_downloads()
            if now - report >= REPORT_EVERY:
                self._report()
                report = now
            self._exchange(self._patience(start))
        self._farewell()

    def _patience(self, start):
        """How long `select` may wait."""
        until_due = self._due[0][0] - (time.monotonic() - start)
        return min(0.2, max(0.0, until_due))

    def _tend(self, now):
        for connection in self._connections.values():
            connection.tend(now)
        online = sum(c.online for c in self._connections.values())
        if online != self._online:
            _logger.info("%d of %d online", online, len(self._connections))
            self._online = online

    def _publish_due(self, elapsed):
        while self._due[0][0] <= elapsed:
            due, name = self._due[0]
            self._publish(self._devices[name], elapsed)
            heapq.heapreplace(self._due, (due + self._intervals[name], name))

    def _publish(self, device, elapsed):
        name = device.device_id
        connection = self._connections[name]
        for payload in self._world.payloads(device, self._stamps[name]):
            self._minds[name].correct(payload)
            connection.publish(device.topic, payload, (device.topic, payload))
            self._counts["published"] += 1
            self._spoke[name] = elapsed
        if elapsed - self._spoke[name] >= HEARTBEAT:
            vitals = self._world.vitals(name, self._stamps[name]())
            connection.say_status(True, **vitals)
            self._spoke[name] = elapsed

    def _told(self, name, topic, payload):
        """Odoo said something: do it and answer."""
        parts = topic.split("/")
        who = parts[4] if "children" in parts else name
        mind = self._minds[who]
        firmware = self._world.firmware[who]
        for answer in mind.react(topic, payload, datetime.now(timezone.utc), firmware):
            self._connections[name].publish(f"{topic}/ack", answer)
        if who == name and mind.interval and not self._keeps_intervals:
            self._intervals[name] = mind.interval
        if mind.offer:
            self._downloads.start((name, who), topic, mind.hash, mind.offer)
            mind.offer = None

    def _finish_downloads(self):
        for names, topic, reference, version, problem in self._downloads.finished():
            name, who = names
            if not problem:
                self._world.firmware[who] = version
                continue
            firmware = {"version": version, "status": "failed", "reason": problem}
            answer = {"hash": reference, "status": "applied", "firmware": firmware}
            self._connections[name].publish(f"{topic}/ack", answer)

    def _exchange(self, timeout):
        """Wait until some socket can be read or written, and let it."""
        by_socket = {c.socket: c for c in self._connections.values() if c.socket}
        writing = [s for s, c in by_socket.items() if c.wants_write]
        readable, writable, _ = select.select(list(by_socket), writing, [], timeout)
        for sock in writable:
            by_socket[sock].write()
        for sock in readable:
            by_socket[sock].read()

    def _acked(self, device_id, note):
        if note is None:  # a status, not a reading
            return
        self._counts["acknowledged"] += 1
        if self._log is None:
            return
        topic, payload = note
        for reading in payload.get("readings", [payload]):
            line = {
                "device_id": reading.get("device_id", device_id),
                "timestamp": reading["timestamp"],
                "topic": topic,
            }
            if "type" in reading:
                line["type"] = reading["type"]
            self._log.write(json.dumps(line) + "\n")
        self._log.flush()

    def _report(self):
        connections = self._connections.values()
        _logger.info(
            "%d published, %d acknowledged, %d waiting, %d refused, %d of %d online",
            self._counts["published"],
            self._counts["acknowledged"],
            sum(c.unacked for c in connections),
            sum(c.refused for c in connections),
            sum(c.online for c in connections),
            len(connections),
        )

    def _farewell(self):
        """Say that every device goes offline, and wait until the broker has it all."""
        connections = self._connections.values()
        for connection in connections:
            if connection.online:
                connection.say_status(False)
        deadline = time.monotonic() + FAREWELL
        while any(c.unacked for c in connections) and time.monotonic() < deadline:
            self._tend(time.monotonic())
            self._exchange(0.1)
        self._report()
        for connection in connections:
            connection.close()
        if self._log is not None:
            self._log.close()


class Stamp:
    """The device's clock: UTC to the millisecond, and never the same twice."""

    def __init__(self):
        self._last = datetime.min.replace(tzinfo=timezone.utc)

    def __call__(self):
        now = datetime.now(timezone.utc)
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)
        self._last = max(now, self._last + timedelta(milliseconds=1))
        return self._last.isoformat(timespec="milliseconds").replace("+00:00", "Z")
