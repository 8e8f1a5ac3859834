"""The specification's consumer, for comparison: one INSERT and COMMIT per message.

paho, `json.loads`, and the specification's `temperature_readings` (Day 252) with its
surrogate id and its indexes, in a schema of its own. Redis, the websocket and the alert
engine of the specification are left out: the figure flatters it.

`python -m tests.benchmarks.per_message_consumer --topic smartdairy/bench/# --seconds 5`
reads the DSN from BENCH_DSN, prints `ready` when it is subscribed, and one JSON object
so many seconds after the first message.
"""

import argparse
import json
import os
import sys
import time

import paho.mqtt.client as mqtt
import psycopg2

from .loopback import require_loopback

SCHEMA = "bench_per_message"
FIRST_WITHIN = 30.0
TABLE = f"""
DROP SCHEMA IF EXISTS {SCHEMA} CASCADE;
CREATE SCHEMA {SCHEMA};
CREATE TABLE {SCHEMA}.temperature_readings (
    id BIGSERIAL,
    time TIMESTAMPTZ NOT NULL,
    device_id VARCHAR(50) NOT NULL,
    location_id INTEGER,
    temperature_celsius DOUBLE PRECISION NOT NULL,
    humidity_percent DOUBLE PRECISION,
    is_alarm BOOLEAN DEFAULT FALSE,
    alarm_type VARCHAR(30),
    PRIMARY KEY (id, time)
);
CREATE INDEX ON {SCHEMA}.temperature_readings (device_id, time DESC);
CREATE INDEX ON {SCHEMA}.temperature_readings (is_alarm, time DESC)
    WHERE is_alarm = TRUE;
"""
HYPERTABLE = f"""
SELECT create_hypertable('{SCHEMA}.temperature_readings', 'time',
                         chunk_time_interval => INTERVAL '1 day')
"""
INSERT = f"""
INSERT INTO {SCHEMA}.temperature_readings
    (time, device_id, location_id, temperature_celsius,
     humidity_percent, is_alarm, alarm_type)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
MINIMUM, MAXIMUM = 0, 8  # the specification's limits of the location type "default"


class Consumer:
    """Stores every message by itself."""

    def __init__(self, connection):
        self._connection = connection
        self._cursor = connection.cursor()
        self.is_subscribed = False
        self.first = self.last = None
        self.committed = 0

    def prepare(self):
        """Make the table, a hypertable where TimescaleDB is at hand."""
        self._cursor.execute(TABLE)
        self._cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'timescaledb'")
        if self._cursor.fetchone():
            self._cursor.execute(HYPERTABLE)
        self._connection.commit()

    def on_subscribe(self, client, userdata, mid, reason_codes, properties):
        """From now on messages arrive."""
        self.is_subscribed = True

    def on_message(self, client, userdata, message):
        """paho acknowledges when this returns, which is after the commit."""
        self.first = self.first or time.perf_counter()
        device_id = message.topic.split("/")[-2]
        data = json.loads(message.payload)
        value = float(data["temperature"])
        alarm = None
        if value < MINIMUM:
            alarm = "low_temperature"
        elif value > MAXIMUM:
            alarm = "high_temperature"
        row = (data["timestamp"], device_id, data.get("location_id"), value)
        self._cursor.execute(
            INSERT, (*row, data.get("humidity"), alarm is not None, alarm)
        )
        self._connection.commit()
        self.committed += 1
        self.last = time.perf_counter()

    def stored(self):
        """What the database says."""
        self._cursor.execute(f"SELECT count(*) FROM {SCHEMA}.temperature_readings")
        return self._cursor.fetchone()[0]


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


def main(argv=None):
    """Prepare, consume, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--host", default="localhost")
    parser.add_argument("--port", type=int, default=1883)
    parser.add_argument("--username", default="admin")
    parser.add_argument("--topic", required=True)
    parser.add_argument("--seconds", type=float, default=5)
    options = parser.parse_args(argv)
    connection = psycopg2.connect(os.environ["BENCH_DSN"])
    consumer = Consumer(connection)
    consumer.prepare()
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, "bench-per-message")
    client.username_pw_set(options.username, os.environ.get("MQTT_PASSWORD", ""))
    client.on_connect = lambda c, *_: c.subscribe(options.topic, qos=1)
    client.on_subscribe = consumer.on_subscribe
    client.on_message = consumer.on_message
    client.connect(require_loopback(options.host), options.port)
    serve(client, consumer, options.seconds)
    client.disconnect()
    elapsed = consumer.last - consumer.first
    print(json.dumps({"stored": consumer.stored(), "seconds": elapsed}), flush=True)
    with connection, connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA {SCHEMA} CASCADE")
    connection.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
