"""An alert, somebody who is told of it, and the row that says so."""

from contextlib import contextmanager
from unittest.mock import patch

from odoo import fields

from ..settings import Settings
from .common import IotCase

SETTINGS = [
    "odoo.addons.smartdairy_iot.models.iot_webhook.get_settings",
    "odoo.addons.smartdairy_iot.models.iot_notification_mqtt.get_settings",
    "odoo.addons.smartdairy_iot.notify.sms_api.get_settings",
]


@contextmanager
def settings(**values):
    """As if ``odoo.conf`` said so; it is read once in a process."""
    with patch(SETTINGS[0], return_value=Settings(**values)) as given:
        with patch(SETTINGS[1], given), patch(SETTINGS[2], given):
            yield


class ChannelCase(IotCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.email = "dairy@example.com"
        cls.farm.name = "Green Valley"
        cls.tank = cls.make_device("TANK-2", name="Cooling tank 2")
        cls.anna = cls.make_user("anna", "smartdairy_iot.group_iot_user")
        cls.anna.email = "anna@example.com"
        cls.alert = cls.make_alert()

    @classmethod
    def make_alert(cls, **vals):
        return cls.env["iot.alert"].create(
            {
                "device_id": cls.tank.id,
                "alert_type": "high_temperature",
                "reading_type": "temperature",
                "severity": "high",
                "message": "Temperature exceeded maximum threshold: 9.1 °C (max: 6 °C)",
                "trigger_value": 9.1,
                "peak_value": 11.4,
                "threshold_value": 6.0,
                "unit": "°C",
                "started_at": "2026-01-05 06:12:00",
                **vals,
            }
        )

    @classmethod
    def make_row(cls, channel, event="raised", alert=None, user=None, **vals):
        alert = cls.alert if alert is None else alert
        return cls.env["iot.notification"].create(
            {
                "alert_id": alert.id,
                "event": event,
                "severity": alert.severity,
                "channel": channel,
                "user_id": (cls.anna if user is None else user).id,
                "farm_id": alert.farm_id.id,
                "company_id": cls.company.id,
                **vals,
            }
        )

    @classmethod
    def make_digest(cls, channel, alerts):
        digest = cls.make_row(channel, "digest", cls.env["iot.alert"], severity="high")
        for alert in alerts:
            cls.make_row(channel, alert=alert, state="digested", digest_id=digest.id)
        digest.invalidate_recordset(["digested_ids"])
        return digest

    def send(self, rows):
        """:return: outcomes in the order of the rows, None where it was not tried"""
        (channel,) = set(rows.mapped("channel"))
        outcomes = getattr(rows, f"_send_{channel}")()
        found = [outcomes.get(row) for row in rows]
        return found if len(found) > 1 else found[0]

    def now(self):
        return fields.Datetime.now()
