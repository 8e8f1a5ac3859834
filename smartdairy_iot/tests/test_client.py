import logging
import socket
import time

import paho.mqtt.client as mqtt

from odoo.tests import BaseCase, tagged

from ..ingest.client import BrokerClient
from ..ingest.tls import tls_context
from ..settings import Settings, SettingsError

LOGGER = "odoo.addons.smartdairy_iot.ingest.client"


def nobody_s_port():
    """One that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@tagged("post_install", "-at_install")
class TestClient(BaseCase):
    def make_client(self):
        settings = Settings(mqtt_host="127.0.0.1", mqtt_port=nobody_s_port())
        return BrokerClient(settings, "test-client", "group")

    def pauses(self, attempts):
        """Seconds until it tries again, after each attempt that failed."""
        client = self.make_client()
        found = []
        for _ in range(attempts):
            client._retry_at = 0.0
            tried_at = time.monotonic()
            client.receive(0)
            found.append(client._retry_at - tried_at)
        return found

    def test_pauses_grow_and_two_listeners_do_not_come_back_together(self):
        with self.assertLogs(LOGGER, logging.WARNING):
            pauses, others = self.pauses(7), self.pauses(7)
        for pause, longest in zip(pauses, (1, 2, 4, 8, 16, 30, 30), strict=True):
            self.assertLess(longest / 2 - 0.001, pause)
            self.assertLess(pause, longest + 0.1)
        self.assertNotEqual(pauses, others)

    def test_a_certificate_that_cannot_be_used_is_named(self):
        nowhere = {"mqtt_cert": "/nowhere/device.crt", "mqtt_key": "/nowhere/key"}
        for files in ({"mqtt_ca": "/nowhere/ca.crt"}, {"mqtt_ca": __file__}, nowhere):
            name, path = next(iter(files.items()))
            with self.assertRaisesRegex(SettingsError, f"{name} = {path} "):
                tls_context(Settings(**files))

    def test_a_topic_that_is_no_text_reaches_the_line_which_refuses_it(self):
        client = self.make_client()
        message = mqtt.MQTTMessage(mid=7, topic=b"smartdairy/\xff")
        message.qos, message.payload = 1, b"{}"
        client._on_message(None, None, message)
        ((received, receipt),) = client._inbox
        self.assertEqual(received.topic, "smartdairy/\N{REPLACEMENT CHARACTER}")
        self.assertEqual(receipt.mid, 7)
