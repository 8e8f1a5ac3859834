"""The load: D devices publish temperatures at QoS 1 for S seconds, as a process.

`python -m tests.benchmarks.loadgen --port 1883 --seconds 5 --rate 2000 --acked FILE`

Every message has its own (device, millisecond): what the broker acknowledged is
written to FILE as `device,milliseconds` lines, to be compared with the rows. The
password is taken from MQTT_PASSWORD. A summary is printed as one JSON object.
"""

import argparse
import json
import os
import sys
import time
from datetime import datetime, timezone

from .publisher import Publisher, publish_parts

MAX_MESSAGES = 2_000_000
MAX_SECONDS = 600
CHUNK = 200
TICK = 0.002
ACK_DEADLINE = 60.0
PAYLOAD = (
    b'{"temperature": %s, "humidity": 81, "location_type": "default", "battery": 93, '
    b'"signal": 71, "timestamp": "%sZ"}'
)
TEMPERATURES = [b"%.2f" % (3 + i % 100 / 100) for i in range(137)]
DATA_TOPIC = "smartdairy/sensors/temperature/{}/data"


def device_id(number):
    """BENCH-00001 is the first."""
    return f"BENCH-{number + 1:05d}"


class Clock:
    """Milliseconds since the epoch as ISO 8601, the second's text kept."""

    def __init__(self):
        self._second = None
        self._text = b""

    def text(self, milliseconds):
        """2026-01-05T06:00:00.123"""
        second, rest = divmod(milliseconds, 1000)
        if second != self._second:
            self._second = second
            at = datetime.fromtimestamp(second, timezone.utc)
            self._text = at.strftime("%Y-%m-%dT%H:%M:%S.").encode()
        return self._text + b"%03d" % rest


class Load:
    """Which message comes next."""

    def __init__(self, devices, topic):
        length = len(PAYLOAD % (TEMPERATURES[0], Clock().text(0)))
        self.heads = [
            publish_parts(topic.format(device_id(n)), length) for n in range(devices)
        ]
        self.last = [0] * devices
        self.sent = 0
        self._clock = Clock()

    def messages(self, count):
        """The next messages, each with (device number, milliseconds) as its note."""
        now = time.time_ns() // 1_000_000
        for number in range(self.sent, self.sent + count):
            device = number % len(self.heads)
            moment = self.last[device] = max(now, self.last[device] + 1)
            temperature = TEMPERATURES[number % len(TEMPERATURES)]
            payload = PAYLOAD % (temperature, self._clock.text(moment))
            yield self.heads[device], payload, (device, moment)
        self.sent += count


def run(publisher, load, seconds, rate, limit):
    """Publish for so long; return the acknowledged notes and the summary."""
    acked = []
    started, start = time.time(), time.perf_counter()
    while True:
        elapsed = time.perf_counter() - start
        if elapsed >= seconds or load.sent >= limit:
            break
        allowed = limit if rate is None else int(elapsed * rate)
        count = min(publisher.room, CHUNK, min(allowed, limit) - load.sent)
        if count > 0:
            publisher.publish(load.messages(count))
        acked += publisher.exchange(0 if count == CHUNK else TICK)
    published_in = time.perf_counter() - start
    deadline = time.perf_counter() + ACK_DEADLINE
    while publisher.in_flight and time.perf_counter() < deadline:
        acked += publisher.exchange(TICK)
    return acked, {
        "started": started,
        "published": load.sent,
        "published_in": published_in,
        "acked": len(acked),
        "acked_in": time.perf_counter() - start,
        "cpu_s": time.process_time(),
    }


def parse_arguments(argv=None):
    """The options."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--host", default="localhost")
    add("--port", type=int, default=1883)
    add("--username", default="admin")
    add("--topic", default=DATA_TOPIC, help="{} is the device id")
    add("--devices", type=int, default=500)
    add("--seconds", type=float, default=5)
    add("--rate", type=float, help="messages/s; as fast as possible without it")
    add("--messages", type=int, default=MAX_MESSAGES, help="at most so many")
    add("--window", type=int, default=20_000, help="unacknowledged at most")
    add("--acked", metavar="FILE")
    return parser.parse_args(argv)


def main(argv=None):
    """Run the load and print its summary."""
    options = parse_arguments(argv)
    publisher = Publisher(
        options.host,
        options.port,
        options.username,
        os.environ.get("MQTT_PASSWORD", ""),
        client_id=f"loadgen-{os.getpid()}",
        window=options.window,
    )
    load = Load(options.devices, options.topic)
    seconds = min(options.seconds, MAX_SECONDS)
    limit = min(options.messages, MAX_MESSAGES)
    acked, summary = run(publisher, load, seconds, options.rate, limit)
    publisher.close()
    if options.acked:
        with open(options.acked, "w", encoding="ascii") as file:
            file.writelines(f"{device},{moment}\n" for device, moment in acked)
    print(json.dumps(summary))
    return 0


if __name__ == "__main__":
    sys.exit(main())
