"""A farm with devices and four rules, in Odoo's database, inside of `odoo shell`.

Its readings are decoded, judged and stored by the add-on's own parts, without a broker.
"""

import math
import random
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

from odoo import SUPERUSER_ID, Command, api

from odoo.addons.smartdairy_iot.ingest.interpret import Interpreter
from odoo.addons.smartdairy_iot.ingest.message import Decoded, Message
from odoo.addons.smartdairy_iot.ingest.news import News

from ..fleet import device_id

READINGS = 4  # of each device in a second
OUT_FOR = 30  # seconds, of each device that goes outside
TOPIC = "smartdairy/sensors/temperature/{}/data"
PAYLOAD = (
    '{{"temperature": {:.2f}, "humidity": {:.1f}, "battery": 93, "signal": 71,'
    ' "timestamp": "{}"}}'
)
INSIDE = 3.5, 80.0  # °C, %
# What is wrong with a device that is outside, one after the other.
OUTSIDE = ((8.0, 80.0), (5.5, 80.0), (3.5, 95.0), (12.0, 80.0))
TEN_SECONDS, FIVE_SECONDS = 10 / 60, 5 / 60  # a rule's delays are minutes
RULES = (
    {
        "name": "Bench: 0 to 6 °C, from 10 °C on high",
        "reading_type": "temperature",
        "use_min": True,
        "max_value": 6.0,
        "deadband": 0.2,
        "level_ids": [Command.create({"severity": "high", "max_value": 10.0})],
    },
    {
        "name": "Bench: over 5 °C for a while",
        "reading_type": "temperature",
        "max_value": 5.0,
        "severity": "low",
        "on_delay": TEN_SECONDS,
        "off_delay": FIVE_SECONDS,
    },
    {
        "name": "Bench: humidity",
        "reading_type": "humidity",
        "max_value": 90.0,
        "deadband": 1.0,
    },
    {
        "name": "Bench: not as usual",
        "kind": "deviation",
        "reading_type": "temperature",
        "use_min": True,
        "min_value": 6.0,
        "max_value": 6.0,
        "deadband": 1.0,
    },
)
FORGET = (
    "DELETE FROM iot_rule_watch WHERE device_id = ANY(%s)",
    "DELETE FROM iot_device_state WHERE device_id = ANY(%s)",
    "DELETE FROM mail_message WHERE model = 'iot.alert' AND res_id IN"
    " (SELECT id FROM iot_alert WHERE device_id = ANY(%s))",
    "DELETE FROM iot_alert WHERE device_id = ANY(%s)",
)


class Scene:
    """Made at the beginning, gone at the end.

    :param registry: of Odoo
    """

    def __init__(self, registry):
        self._registry = registry
        self._interpreter, self._news = None, News()
        self._dice = random.Random(1)
        self.ids = []  # of the devices

    @contextmanager
    def transaction(self):
        """An environment of the system, committed at the end."""
        with self._registry.cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})
            self._registry.signal_changes()

    def __enter__(self):
        with self.transaction() as env:
            values = {"name": "Bench rules", "code": "BENCHRULES"}
            self._farm_id = env["farm.farm"].create(values).id
        return self

    def add_devices(self, how_many):
        """So many in all, each with its normal."""
        with self.transaction() as env:
            quick = env["iot.device"].with_context(tracking_disable=True)
            devices = quick.create(
                [
                    {
                        "name": device_id(number),
                        "device_id": device_id(number),
                        "device_type": "temperature",
                        "farm_id": self._farm_id,
                        "state": "active",
                    }
                    for number in range(len(self.ids), how_many)
                ]
            )
            normal = {"reading_type": "temperature", "days": 14, "count": 1000}
            env["iot.device.normal"].create(
                [
                    {"device_id": device.id, "mean": 3.5, "deviation": 0.3, **normal}
                    for device in devices
                ]
            )
            self.ids += devices.ids

    def add_rules(self):
        """Four that are in force at each device, and no other about its readings."""
        with self.transaction() as env:
            of_farm = {"farm_id": self._farm_id}
            env["iot.threshold"].create([{**rule, **of_farm} for rule in RULES])

    # Readings ---------------------------------------------------------------------

    def second(self, number, share, end):
        """What all devices have measured in that second is stored, and told.

        :param share: of the devices that are outside
        :param end: aware; of the last reading
        """
        with self.transaction() as env:
            self._read(env, self._messages(number, share, end))
        with self.transaction() as env:
            devices, _wakes_rules = self._news.take()
            env["iot.device.state"]._apply(devices, self._interpreter.fleet)

    def _read(self, env, messages):
        fleet = env["iot.device"]._get_listener_map()
        if self._interpreter is None:
            self._interpreter = Interpreter(fleet)
        self._interpreter.follow(fleet)
        read = Decoded()
        for message in messages:
            read.samples += self._interpreter.read(message).samples
        env["iot.store"]._insert(read.samples)
        self._news.add(read)

    def _messages(self, number, share, end):
        now = datetime.now(timezone.utc)
        for part in reversed(range(READINGS)):
            at = (end - timedelta(seconds=part / READINGS)).isoformat(
                timespec="milliseconds"
            )
            for device in range(len(self.ids)):
                values = INSIDE
                if is_outside(device, number, share):
                    values = OUTSIDE[device % len(OUTSIDE)]
                noisy = (value + self._dice.uniform(-0.25, 0.25) for value in values)
                name = device_id(device)
                payload = PAYLOAD.format(*noisy, at).encode()
                yield Message(TOPIC.format(name), payload, now)

    def take_offline(self, how_many):
        """The first so many devices; all others are online, and heard of just now."""
        with self.transaction() as env:
            # Raw SQL: as the job that finds out who is offline.
            env.cr.execute(
                "UPDATE iot_device_state SET last_seen = now() AT TIME ZONE 'UTC',"
                " is_online = NOT device_id = ANY(%s) WHERE device_id = ANY(%s)",
                [self.ids[:how_many], self.ids],
            )

    def count_alerts(self):
        with self.transaction() as env:
            return env["iot.alert"].search_count([("device_id", "in", self.ids)])

    # The end ----------------------------------------------------------------------

    def forget(self):
        """No reading and no alert: what was measured before is not measured again."""
        # Raw SQL: alerts are a record of what happened, and never deleted otherwise.
        with self.transaction() as env:
            for query in FORGET:
                env.cr.execute(query, [self.ids])
            with env["iot.store"]._cursor() as cr:
                cr.execute(
                    "DELETE FROM temperature_readings WHERE device_id LIKE 'BENCH-%'"
                )
        self._news = News()

    def __exit__(self, *_error):
        self.forget()
        with self.transaction() as env:
            env["iot.threshold"].search([("farm_id", "=", self._farm_id)]).unlink()
            env["iot.device"].browse(self.ids).unlink()
            env["farm.farm"].browse(self._farm_id).unlink()


def is_outside(device, second, share):
    """Each goes outside for half a minute, one after the other."""
    if share in (0.0, 1.0):
        return bool(share)
    period = math.ceil(OUT_FOR / share)
    return (second + device * 7919) % period < OUT_FOR
