import logging
import socket
import time

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.reasoncodes import ReasonCode

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
        """Seconds until it tries again, at least and at most, after each attempt.

        That attempt itself takes its time on a busy machine.
        """
        client = self.make_client()
        found = []
        for _ in range(attempts):
            client._retry_at = 0.0
            tried_at = time.monotonic()
            client.receive(0)
            at_least = client._retry_at - time.monotonic()
            found.append((at_least, client._retry_at - tried_at))
        return found

    def test_pauses_grow_and_two_listeners_do_not_come_back_together(self):
        with self.assertLogs(LOGGER, logging.WARNING):
            pauses, others = self.pauses(7), self.pauses(7)
        for pause, longest in zip(pauses, (1, 2, 4, 8, 16, 30, 30), strict=True):
            at_least, at_most = pause
            self.assertLess(longest / 2 - 0.001, at_most)
            self.assertLess(at_least, longest + 0.001)
        self.assertNotEqual(pauses, others)

    def test_the_end_of_a_commit_ends_the_waiting(self):
        """Also when it came first, and while there is no broker."""
        client = self.make_client()
        with self.assertLogs(LOGGER, logging.WARNING):
            client.receive(0)
        client._retry_at = time.monotonic() + 600
        for _again in range(2):
            client.wake()
            client.wake()
            client.receive(600)
        client.close()
        client.wake()  # a store that answers too late

    def test_with_a_connection_too(self):
        client = self.make_client()
        ours, broker = socket.socketpair()
        self.addCleanup(broker.close)
        self.addCleanup(ours.close)
        client._client.socket = lambda: ours
        client._client.loop_misc = lambda: None
        client.wake()
        self.assertFalse(client.receive(600))

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

    def test_a_subscription_that_is_refused_is_asked_for_again_and_said_once(self):
        client = self.make_client()
        client.is_connected = True
        asked = []
        client._client.subscribe = lambda wanted: asked.append(wanted) or (0, 1)
        refusal = ReasonCode(PacketTypes.SUBACK, identifier=0x80)
        with self.assertLogs(LOGGER, logging.WARNING) as logs:
            for _ in range(2):
                client._subscribe(["smartdairy/status/#"])
                client._on_subscribe(None, None, 1, [refusal], None)
                client._ask_again()
                self.assertEqual(len(asked), 1, "not at once")
                client._ask_again_at = 0.0
                client._ask_again()
                client._ask_again()
                self.assertEqual(asked, [[("smartdairy/status/#", 1)]] * 2)
                asked.clear()
        self.assertEqual(len(logs.output), 1)
