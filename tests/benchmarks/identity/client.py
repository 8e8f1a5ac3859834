"""Ten thousand devices in one process: TLS with a certificate each, MQTT 3.1.1, QoS 1.

paho has a client object and buffers for each; here it is a socket, and one epoll. Run
as ``python -m tests.benchmarks.identity.client``; prints one JSON object.
"""

import argparse
import heapq
import json
import os
import random
import resource
import select
import socket
import ssl
import struct
import sys
import time
from array import array
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from ..fleet import device_id, key

KEEPALIVE = 120
HANDSHAKES = 8  # at a time
CONNACK = b"\x20\x02\x00\x00"
PUBACK = 0x40
SETTLE = 20.0  # seconds for the last acknowledgements


class Connection:
    """One device."""

    __slots__ = ("error", "inbox", "mid", "number", "pending", "socket", "topic")

    def __init__(self, number):
        self.number = number
        self.topic = f"smartdairy/sensors/temperature/{device_id(number)}/data".encode()
        self.mid = 0
        self.pending = {}  # message id → key of the reading
        self.inbox = b""
        self.error = ""
        self.socket = None

    def connect(self, address, folder):
        """Blocking: the handshake, CONNECT and its answer."""
        files = folder / device_id(self.number)
        context = ssl.create_default_context(cafile=files / "ca.crt")
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(files / "device.crt", files / "device.key")
        raw = socket.create_connection(address, timeout=60)
        self.socket = context.wrap_socket(raw, server_hostname=address[0])
        name = device_id(self.number).encode()
        variable = b"\x00\x04MQTT\x04\x02" + struct.pack("!HH", KEEPALIVE, len(name))
        self.socket.sendall(_packet(0x10, variable + name))
        answer = self.socket.recv(4)
        if answer != CONNACK:
            raise ConnectionError(f"{device_id(self.number)}: {answer!r}")
        self.socket.setblocking(False)

    def publish(self):
        """A reading of now; small enough for an empty socket buffer."""
        now = time.time_ns() // 1_000_000
        self.mid = self.mid % 65535 + 1
        moment = f"{now // 1000}.{now % 1000:03}"
        payload = f'{{"temperature": 3.{self.mid % 10}, "timestamp": {moment}}}'
        body = struct.pack("!H", len(self.topic)) + self.topic
        body += struct.pack("!H", self.mid) + payload.encode()
        self.socket.send(_packet(0x32, body))
        self.pending[self.mid] = key(self.number, now)

    def read(self):
        """:return: keys of what was acknowledged"""
        acked = []
        while True:
            try:
                data = self.socket.recv(4096)
            except (ssl.SSLWantReadError, BlockingIOError):
                break
            if not data:
                raise ConnectionError("closed by the broker")
            self.inbox += data
        while len(self.inbox) >= 4 and self.inbox[0] == PUBACK:
            (mid,) = struct.unpack("!H", self.inbox[2:4])
            self.inbox = self.inbox[4:]
            acked.append(self.pending.pop(mid))
        return acked


def _packet(kind, body):
    length, rest = b"", len(body)
    while True:
        rest, low = divmod(rest, 128)
        length += bytes([low | (128 if rest else 0)])
        if not rest:
            return bytes([kind]) + length + body


class Devices:
    """All of them, each with its own moment within the interval."""

    def __init__(self, interval):
        self.interval = interval
        self.by_fd = {}
        self.dropped = []
        self.acked = array("q")
        self.sent = 0
        self._epoll = select.epoll()
        self._due = []

    def add(self, connection):
        fd = connection.socket.fileno()
        self.by_fd[fd] = connection
        self._epoll.register(fd, select.EPOLLIN)
        first = time.monotonic() + random.random() * self.interval
        heapq.heappush(self._due, (first, fd))

    def run(self, until, publishes=True):
        """Publish and read until then, or until nothing is pending."""
        while (now := time.monotonic()) < until:
            if not publishes and not self.pending():
                return
            while publishes and self._due and self._due[0][0] <= now:
                due, fd = heapq.heappop(self._due)
                if fd in self.by_fd:
                    self._try(fd, Connection.publish)
                    self.sent += 1
                    heapq.heappush(self._due, (due + self.interval, fd))
            wait = min(self._due[0][0], until) - now if self._due else until - now
            for fd, _event in self._epoll.poll(max(0.0, min(wait, 0.5))):
                self.acked.extend(self._try(fd, Connection.read) or ())

    def pending(self):
        return sum(len(connection.pending) for connection in self.by_fd.values())

    def _try(self, fd, act):
        try:
            return act(self.by_fd[fd])
        except (OSError, KeyError) as error:
            self._epoll.unregister(fd)
            connection = self.by_fd.pop(fd)
            self.dropped.append(f"{device_id(connection.number)}: {error}")
            return None


def connect_all(devices, options, tell):
    """All of them, a few at a time; those that are connected publish meanwhile."""
    address = options.host, options.port
    folder = Path(options.folder)
    connections = [Connection(number) for number in range(options.devices)]
    with ThreadPoolExecutor(HANDSHAKES) as pool:
        for start in range(0, len(connections), 200):
            part = connections[start : start + 200]
            list(pool.map(lambda one: one.connect(address, folder), part))
            for one in part:
                devices.add(one)
            devices.run(time.monotonic() + 0.01)
            if not (start + 200) % 2000:
                tell(f"{start + len(part)} connected")


def main(argv=None):
    """Connect, publish, and say what became of it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host")
    parser.add_argument("--port", type=int)
    parser.add_argument("--folder")
    parser.add_argument("--devices", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--interval", type=float)
    options = parser.parse_args(argv)
    raise_file_limit(options.devices)
    devices = Devices(options.interval)
    started, began = time.time(), time.monotonic()
    connect_all(devices, options, lambda text: print(text, file=sys.stderr, flush=True))
    connected = time.monotonic()
    print("connected", flush=True)
    before = devices.sent
    devices.run(connected + options.seconds)
    published = devices.sent - before
    print("published", flush=True)
    devices.run(time.monotonic() + SETTLE, publishes=False)
    result = {
        "started": started,
        "connecting_s": connected - began,
        "sent": devices.sent,
        "published": published,
        "unacked": devices.pending(),
        "dropped": devices.dropped,
        "connected": len(devices.by_fd),
        "cpu_s": sum(os.times()[:2]),
        "acked": devices.acked.tolist(),
    }
    print(json.dumps(result))


def raise_file_limit(devices):
    """One for each connection."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = devices + 200
    if soft < wanted:
        if hard < wanted:
            raise SystemExit(f"at most {hard} open files; {wanted} are needed: ulimit")
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


if __name__ == "__main__":
    main()
