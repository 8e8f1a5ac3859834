"""The load: devices publish at QoS 1 for S seconds, as a process.

`python -m tests.benchmarks.loadgen --port 1883 --seconds 5 --rate 2000 --acked FILE`

Every reading has its own (device, millisecond): the keys of what the broker has
acknowledged are written to FILE as 64-bit numbers, to be compared with the rows. The
password is taken from MQTT_PASSWORD. A summary is printed as one JSON object.
"""

import argparse
import json
import os
import sys
import time
from array import array
from itertools import cycle, islice

from .payloads import lanes
from .publisher import Publisher

MIXES = ("temperature", "mixed", "gateways")
MAX_MESSAGES = 4_000_000
MAX_SECONDS = 600
CHUNK = 200
TICK = 0.002
ACK_DEADLINE = 60.0


class Load:
    """Which message comes next."""

    def __init__(self, pattern):
        self.sent = 0
        self._pattern = cycle(pattern)

    def messages(self, count):
        """The next messages, each with its key as its note."""
        now = time.time_ns() // 1_000_000
        self.sent += count
        return (lane.message(now) for lane in islice(self._pattern, count))


def run(publisher, load, seconds, rate, limit):
    """Publish for so long; return the acknowledged keys and the summary."""
    acked = array("q")
    started, start = time.time(), time.perf_counter()
    while True:
        elapsed = time.perf_counter() - start
        if elapsed >= seconds or load.sent >= limit:
            break
        allowed = limit if rate is None else int(elapsed * rate)
        count = min(publisher.room, CHUNK, min(allowed, limit) - load.sent)
        if count > 0:
            publisher.publish(load.messages(count))
        acked.extend(publisher.exchange(0 if count == CHUNK else TICK))
    published_in = time.perf_counter() - start
    deadline = time.perf_counter() + ACK_DEADLINE
    while publisher.in_flight and time.perf_counter() < deadline:
        acked.extend(publisher.exchange(TICK))
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
    add("--mix", choices=MIXES, default=MIXES[0])
    add("--topic", help="instead of the mix's own; {type} and {id} are the device's")
    add("--devices", type=int, default=500, help="or gateways")
    add("--seconds", type=float, default=5)
    add("--rate", type=float, help="messages/s; as fast as possible without it")
    add("--messages", type=int, default=MAX_MESSAGES, help="at most so many")
    add("--window", type=int, default=20_000, help="unacknowledged at most")
    add("--acked", metavar="FILE")
    return parser.parse_args(argv)


def main(argv=None):
    """Run the load and print its summary."""
    options = parse_arguments(argv)
    load = Load(lanes(options.mix, options.devices, options.topic))
    publisher = Publisher(
        options.host,
        options.port,
        options.username,
        os.environ.get("MQTT_PASSWORD", ""),
        client_id=f"loadgen-{os.getpid()}",
        window=options.window,
    )
    seconds = min(options.seconds, MAX_SECONDS)
    limit = min(options.messages, MAX_MESSAGES)
    acked, summary = run(publisher, load, seconds, options.rate, limit)
    publisher.close()
    if options.acked:
        with open(options.acked, "wb") as file:
            acked.tofile(file)
    print(json.dumps(summary))
    return 0


if __name__ == "__main__":
    sys.exit(main())
