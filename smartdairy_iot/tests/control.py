"""What the tests of control share: a broker that takes, refuses or is away."""

import json
from unittest.mock import patch

from ..notify.outcome import Outcome
from ..settings import Settings
from .common import LineCase

TECHNICIAN = "smartdairy_iot.group_iot_technician"
MANAGER = "smartdairy_iot.group_iot_manager"
VIEWER = "smartdairy_iot.group_iot_user"
SECRET = "s" * 40
TOPIC = "smartdairy/sensors/temperature/TEST-1/config"
_PLACES = ("iot_webhook", "iot_firmware_target")


class ControlCase(LineCase):
    """The publisher hands over to ``self.told``; the real one has tests end to end."""

    def setUp(self):
        super().setUp()
        # What the demo devices are told is not ours to judge.
        for model in ("iot.device.config", "iot.command", "iot.device.answer"):
            self.env[model].search([]).unlink()
        self.told = []  # Publication
        self.is_away = False
        self.refusal = ""
        self.patch(self.registry["ir.cron"], "_commit_progress", lambda *_a, **_k: 1.0)
        place = "odoo.addons.smartdairy_iot.models"
        self.startPatcher(
            patch(f"{place}.iot_control_message.Publisher", lambda _settings: self)
        )
        given = Settings(webhook_secret=SECRET)
        for name in (*_PLACES,):
            self.startPatcher(patch(f"{place}.{name}.get_settings", return_value=given))
        self.startPatcher(
            patch(
                "odoo.addons.smartdairy_iot.controllers.firmware.get_settings",
                return_value=given,
            )
        )

    def set_values(self, **values):
        """:return: the sensor's configuration that is to be told then"""
        self.sensor.config_values = values
        return self.sensor.current_config_ids

    # The publisher's side -------------------------------------------------------

    def __enter__(self):
        if self.is_away:
            raise ConnectionRefusedError("nobody is there")
        return self

    def __exit__(self, *_error):
        pass

    def publish_all(self, publications):
        if self.refusal:
            return [Outcome(False, self.refusal) for _one in publications]
        self.told += publications
        return [Outcome(True, reference=one.topic) for one in publications]

    def publish(self, payload, *args, **how):
        """The line's, of a device; or the publisher's, of Odoo."""
        if isinstance(payload, list) and payload and hasattr(payload[0], "retain"):
            return self.publish_all(payload)
        return super().publish(payload, *args, **how)

    # The device's side -------------------------------------------------------

    def send_due(self):
        self.env["iot.device.config"]._cron_send()

    def messages(self, topic=None):
        return [
            json.loads(one.payload)
            for one in self.told
            if topic is None or one.topic == topic
        ]

    def answer(self, payload, device=None, kind="config"):
        device = device or self.sensor
        topic = f"smartdairy/sensors/{device.device_type}/{device.device_id}/config/ack"
        if kind == "command":
            topic = f"smartdairy/gateway/{device.device_id}/commands/ack"
        self.env.flush_all()
        self.broker.send(topic, payload)
        self.run_line()

    def rejected(self, device_ref):
        return self.env["iot.rejected.message"].search(
            [("device_ref", "=", device_ref), ("reason", "=", "stale_answer")]
        )

    def set_online(self, device, is_online=True, firmware=None):
        live = self.env["iot.device.state"]
        values = {"is_online": is_online, "firmware_version": firmware}
        if device.live_ids:
            device.live_ids.write(values)
        else:
            live.create({"device_id": device.id, **values})
        self.env.flush_all()
        device.invalidate_recordset()
