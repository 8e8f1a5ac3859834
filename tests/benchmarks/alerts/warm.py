"""Devices that are too warm, and when Odoo's database has their alerts."""

import os
import threading
import time
from datetime import datetime, timezone

import psycopg2

from ..fleet import device_id
from ..publisher import Publisher, publish_parts

POLL = 0.01
TOPIC = "smartdairy/sensors/temperature/{}/data"
PAYLOAD = '{{"temperature": {}, "humidity": 81, "timestamp": "{}"}}'
ALERTS = """
SELECT device.device_id, alert.id
  FROM iot_alert AS alert JOIN iot_device AS device ON device.id = alert.device_id
 WHERE device.device_id = ANY(%s)
"""


def connect(environment):
    """As an administrator, beside the load."""
    return Publisher(
        environment.mqtt_host,
        environment.mqtt_port,
        environment.mqtt_username,
        environment.mqtt_password,
        client_id=f"bench-warm-{os.getpid()}",
    )


def message(number, celsius):
    """What :meth:`Publisher.publish` takes."""
    now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    payload = PAYLOAD.format(celsius, now).encode()
    name = device_id(number)
    return publish_parts(TOPIC.format(name), len(payload)), payload, number


def publish(publisher, messages):
    """Send them and wait until the broker has all of them."""
    publisher.publish(messages)
    while publisher.in_flight:
        publisher.exchange(POLL)


class AlertPoller(threading.Thread):
    """Another connection looks every 10 ms which devices have an alert by now.

    It takes the time after its look: never too early, too late by a look at most.
    """

    def __init__(self, dsn, numbers):
        super().__init__(daemon=True)
        self.seen_at = {}  # device id → seconds since the epoch
        self.ids = {}  # device id → id of its alert
        self._dsn = dsn
        self._waiting = {device_id(number) for number in numbers}
        self._stopping = threading.Event()

    def __enter__(self):
        self.start()
        return self

    def run(self):
        """Look until all are seen, or stopped."""
        connection = psycopg2.connect(self._dsn)
        connection.autocommit = True
        with connection.cursor() as cursor:
            while self._waiting and not self._stopping.wait(POLL):
                cursor.execute(ALERTS, [list(self._waiting)])
                found = dict(cursor.fetchall())
                self.ids |= found
                self.seen_at |= dict.fromkeys(found, time.time())
                self._waiting -= found.keys()
        connection.close()

    def __exit__(self, *_error):
        self._stopping.set()
        self.join()
