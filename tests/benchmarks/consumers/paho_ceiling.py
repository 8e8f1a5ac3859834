"""The ceiling: a paho subscriber that does nothing but count QoS-1 messages.

`python -m tests.benchmarks.consumers.paho_ceiling --topic smartdairy/bench/#` prints
`ready` when it is subscribed, and one JSON object when nothing has come for a while.
"""

import argparse
import json
import os
import sys
import threading
import time

import paho.mqtt.client as mqtt

from ..loopback import require_loopback

IDLE = 3.0  # longer than the broker is silent while it saves its database
LOOK = 0.02
FIRST_WITHIN = 30.0


class Counter:
    """Counts; paho acknowledges by itself."""

    def __init__(self, topic):
        self.count = 0
        self.subscribed = threading.Event()
        self._topic = topic

    def on_connect(self, client, userdata, flags, reason_code, properties):
        """Subscribe once connected."""
        client.subscribe(self._topic, qos=1)

    def on_subscribe(self, client, userdata, mid, reason_codes, properties):
        """From now on nothing is missed."""
        self.subscribed.set()

    def on_message(self, client, userdata, message):
        """The bare minimum."""
        self.count += 1


def measure(counter):
    """Messages, and the seconds from the first look with messages to the last."""
    first = last = None
    seen = 0
    deadline = time.perf_counter() + FIRST_WITHIN
    while True:
        time.sleep(LOOK)
        now = time.perf_counter()
        if counter.count != seen:
            first, last, seen = first or now, now, counter.count
        elif seen and now - last > IDLE:
            return {"received": seen, "seconds": last - first + LOOK}
        elif not seen and now > deadline:
            raise SystemExit("no message arrived")


def main(argv=None):
    """Subscribe, count, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--host", default="localhost")
    parser.add_argument("--port", type=int, default=1883)
    parser.add_argument("--username", default="admin")
    parser.add_argument("--topic", required=True)
    options = parser.parse_args(argv)
    counter = Counter(options.topic)
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="bench-ceiling")
    client.username_pw_set(options.username, os.environ.get("MQTT_PASSWORD", ""))
    client.on_connect = counter.on_connect
    client.on_subscribe = counter.on_subscribe
    client.on_message = counter.on_message
    client.connect(require_loopback(options.host), options.port)
    client.loop_start()
    if not counter.subscribed.wait(10):
        raise SystemExit("the broker did not accept the subscription")
    print("ready", flush=True)
    result = measure(counter)
    print(json.dumps(result), flush=True)
    client.disconnect()
    client.loop_stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
