import json
from collections import deque
from concurrent.futures import Executor, Future
from datetime import datetime, timedelta, timezone

from odoo import fields
from odoo.tests import TransactionCase
from odoo.tools import SQL

from ..ingest.client import Receipt
from ..ingest.message import Message, Sample
from ..ingest.pipeline import Pipeline
from ..models.iot_alert_outcome import after_turns
from ..settings import Settings

NOW = datetime(2026, 1, 5, 6, 0, tzinfo=timezone.utc)


class Broker:
    """Stands where the :class:`BrokerClient` does and remembers what was acked."""

    def __init__(self):
        self.client_id = "test-session"
        self.acked = []
        self.connections = 1
        self.is_connected = True
        self.last_error = ""
        self.left_unread = False
        self.followed = self.left = set()
        self._inbox = deque()
        self._mid = 0

    def send(self, topic, payload, retain=False, at=None, again=None):
        """:param again: the packet id under which it was sent before"""
        if not isinstance(payload, bytes):
            payload = json.dumps(payload).encode()
        if again is None:
            self._mid += 1
        mid = again or self._mid
        at = at or datetime.now(timezone.utc)
        message = Message(topic, payload, at, retain, again is not None)
        self._inbox.append((message, Receipt(mid, 1)))
        return mid

    def receive(self, timeout, read=True):
        self.left_unread = not read
        received = list(self._inbox) if read else []
        if read:
            self._inbox.clear()
        return received

    def wake(self):
        """Its `receive` does not wait."""

    def follow(self, filters, left=()):
        self.followed, self.left = set(filters), set(left)

    def acknowledge(self, receipts):
        self.acked += [receipt.mid for receipt in receipts]

    def close(self):
        self.is_connected = False


class Clock:
    """A monotonic clock that only the test moves."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


class IotCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.farm = cls.env["farm.farm"].create({"name": "Test Farm", "tz": "UTC"})
        cls.sensor = cls.make_device("TEST-1")

    @classmethod
    def make_device(cls, device_id, **vals):
        return cls.env["iot.device"].create(
            {
                "name": device_id,
                "device_id": device_id,
                "device_type": "temperature",
                "state": "active",
                "farm_id": cls.farm.id,
                "location_type": "storage",
                **vals,
            }
        )

    @classmethod
    def make_alert(cls, **vals):
        began = vals.get("started_at") or fields.Datetime.now()
        return cls.env["iot.alert"].create(
            {
                "device_id": cls.sensor.id,
                "alert_type": "high_temperature",
                "reading_type": "temperature",
                "severity": "medium",
                "message": "Too warm",
                "trigger_value": 9.5,
                "threshold_value": 6.0,
                "peak_value": 9.5,
                "unit": "°C",
                "started_at": began,
                **vals,
            }
        )

    @classmethod
    def make_user(cls, login, *groups):
        return cls.env["res.users"].create(
            {
                "name": login,
                "login": login,
                "group_ids": [cls.env.ref(group).id for group in groups],
            }
        )

    @staticmethod
    def sample(value, at=NOW, device_id="TEST-1", **vals):
        values = {"temperature": value, **vals.pop("values", {})}
        return Sample(device_id, "temperature", at, at, values, **vals)

    @staticmethod
    def turn(alerts, is_active, at):
        """As the evaluation does when the condition clears, or holds again.

        :return: the alerts that ended by that
        """
        turns = ((is_active, at.replace(tzinfo=timezone.utc)),)
        alerts._write_each(
            {
                alert: after_turns(alert.outside_minutes, alert.active_since, turns)
                for alert in alerts
            }
        )
        return alerts._end_if_cleared()

    def forget_readings(self, device):
        """As if it never had any: a device that had is not deleted."""
        with self.env["iot.store"]._cursor() as cr:
            for table in ("temperature_readings", "sensor_readings"):
                cr.execute(
                    SQL(
                        "DELETE FROM %s WHERE device_id = %s",
                        SQL.identifier(table),
                        device.device_id,
                    )
                )

    def rows(self, query, *params):
        with self.env["iot.store"]._cursor() as cr:
            cr.execute(query, params)
            return cr.fetchall()


class AtOnce(Executor):
    """Does its job in the caller's thread: a test has one transaction."""

    def submit(self, job, /, *args, **kwargs):
        future = Future()
        try:
            future.set_result(job(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - the future's to tell
            future.set_exception(error)
        return future


class LineCase(IotCase):
    """The whole line, called turn by turn, inside the test's transaction."""

    def setUp(self):
        super().setUp()
        self.enterContext(self.enter_registry_test_mode())
        self.broker = Broker()
        self.clock = Clock()
        self.line = self.make_line()
        self.refresh_devices()

    def make_line(self):
        settings = Settings(batch_rows=100, batch_ms=50, buffer_rows=200)
        return Pipeline(self.registry, self.broker, settings, self.clock, AtOnce())

    def refresh_devices(self):
        self.env.flush_all()  # the line looks with an environment of its own
        self.line.refresh(self.registry)

    def publish(self, payload, device_id="TEST-1", device_type="temperature", **how):
        topic = f"smartdairy/sensors/{device_type}/{device_id}/data"
        return self.broker.send(topic, payload, **how)

    def run_line(self, seconds=2.0):
        """Read, then let enough time pass for the commit and for the news."""
        self.line.run_once(0)
        self.clock.now += seconds
        self.line.run_once(0)
        self.env.invalidate_all()

    def bus_messages(self, message_type):
        """``[(channel, payload)]`` of what this transaction sends."""
        self.env.cr.precommit.run()
        sent = []
        for row in self.env["bus.bus"].search([], order="id"):
            message = json.loads(row.message)
            if message["type"] == message_type:
                sent.append((json.loads(row.channel), message["payload"]))
        return sent

    def evaluate(self):
        self.env["iot.alert"]._cron_evaluate_rules()

    @staticmethod
    def ago(**kwargs):
        return (datetime.now(timezone.utc) - timedelta(**kwargs)).isoformat()
