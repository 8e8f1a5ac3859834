"""A floor that flatters the specification: INSERT and COMMIT per message, nothing else.

paho and `json.loads`; no Redis, no websocket, no asyncio. What the specification really
asks of each message is in `specified.py`.

`python -m tests.benchmarks.consumers.insert_commit --topic smartdairy/bench/#` reads
the DSN from BENCH_DSN, prints `ready` when it is subscribed, and one JSON object so
many seconds after the first message.
"""

import argparse
import json
import os
import sys
import time

import paho.mqtt.client as mqtt

from ..loopback import require_loopback
from .table import SCHEMA, Table, alarm_of

FIRST_WITHIN = 30.0
INSERT = f"""
INSERT INTO {SCHEMA}.temperature_readings
    (time, device_id, location_id, temperature_celsius,
     humidity_percent, is_alarm, alarm_type)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""


class Consumer:
    """Stores every message by itself."""

    def __init__(self, connection):
        self._connection = connection
        self._cursor = connection.cursor()
        self.is_subscribed = False
        self.first = self.last = None

    def on_subscribe(self, client, userdata, mid, reason_codes, properties):
        """From now on messages arrive."""
        self.is_subscribed = True

    def on_message(self, client, userdata, message):
        """paho acknowledges when this returns, which is after the commit."""
        self.first = self.first or time.perf_counter()
        device_id = message.topic.split("/")[-2]
        data = json.loads(message.payload)
        value = float(data["temperature"])
        alarm = alarm_of(value)
        row = (data["timestamp"], device_id, data.get("location_id"), value)
        self._cursor.execute(
            INSERT, (*row, data.get("humidity"), alarm is not None, alarm)
        )
        self._connection.commit()
        self.last = time.perf_counter()


def serve(client, consumer, seconds):
    """Consume for so long after the first message."""
    give_up = time.perf_counter() + FIRST_WITHIN
    announced = False
    while True:
        client.loop(0.05)
        if consumer.is_subscribed and not announced:
            print("ready", flush=True)
            announced = True
        now = time.perf_counter()
        if consumer.first is not None and now - consumer.first >= seconds:
            return
        if consumer.first is None and now > give_up:
            raise SystemExit("no message arrived")


def parse_arguments(argv=None):
    """The options of both consumers."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="localhost")
    parser.add_argument("--port", type=int, default=1883)
    parser.add_argument("--username", default="admin")
    parser.add_argument("--topic", required=True)
    parser.add_argument("--seconds", type=float, default=5)
    return parser.parse_args(argv)


def main(argv=None):
    """Prepare, consume, print."""
    options = parse_arguments(argv)
    table = Table(os.environ["BENCH_DSN"])
    consumer = Consumer(table.connection)
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, "bench-insert-commit")
    client.username_pw_set(options.username, os.environ.get("MQTT_PASSWORD", ""))
    client.on_connect = lambda c, *_: c.subscribe(options.topic, qos=1)
    client.on_subscribe = consumer.on_subscribe
    client.on_message = consumer.on_message
    client.connect(require_loopback(options.host), options.port)
    serve(client, consumer, options.seconds)
    client.disconnect()
    elapsed = consumer.last - consumer.first
    print(json.dumps({"stored": table.rows(), "seconds": elapsed}), flush=True)
    table.drop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
