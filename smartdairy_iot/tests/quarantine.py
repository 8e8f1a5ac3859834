import json
from datetime import timedelta

from odoo import Command

from ..ingest.message import Stranger
from .common import NOW, IotCase


class QuarantineCase(IotCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.quarantine = cls.env["iot.quarantined.message"]
        cls.discovered = cls.env["iot.discovered.device"]
        cls.farm.search([("id", "!=", cls.farm.id)]).active = False
        cls.discovered.search([]).unlink()
        cls.env["iot.rejected.message"].search([]).unlink()

    def stranger(
        self, payload, at=NOW, ref="TEMP-9", device_type="temperature", **vals
    ):
        topic = f"smartdairy/sensors/{device_type}/{ref}/data"
        raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return Stranger(ref, vals.pop("topic", topic), raw, at, device_type, **vals)

    def readings(self, count, ref="TEMP-9", first=NOW, **vals):
        """One a second, none with a timestamp of its own."""
        return [
            self.stranger(
                {"temperature": 3 + number % 7},
                first + timedelta(seconds=number, microseconds=number),
                ref,
                **vals,
            )
            for number in range(count)
        ]

    def child(self, ref="HUM-9", gateway="GW-9", **record):
        payload = {"readings": [{"device_id": ref, **record}]}
        topic = f"smartdairy/gateway/{gateway}/data"
        return self.stranger(
            payload, ref=ref, device_type="humidity", gateway_id=gateway, topic=topic
        )

    def found(self, ref="TEMP-9"):
        return self.discovered.search([("device_ref", "=", ref)])

    def stored(self, device_id="TEMP-9"):
        return self.rows(
            "SELECT time, temperature_celsius, is_alarm, quality"
            " FROM temperature_readings WHERE device_id = %s ORDER BY time",
            device_id,
        )

    def rejected(self):
        rows = self.env["iot.rejected.message"].search([], order="reason")
        return [(row.reason, row.count) for row in rows]

    def message_of(self, action):
        self.assertEqual(action["tag"], "display_notification")
        return action["params"]["message"]

    @classmethod
    def make_profile(cls, lines, **vals):
        fields = [Command.create(line) for line in lines]
        return cls.env["iot.device.profile"].create(
            {"name": "Vendor", "uses_mapping": True, "field_ids": fields, **vals}
        )
