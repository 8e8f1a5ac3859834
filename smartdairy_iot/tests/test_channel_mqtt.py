"""MQTT, through the stack's own broker, as Odoo's certificate lets it."""

import json
import socket
import threading
import time
from dataclasses import replace

import paho.mqtt.client as mqtt

from odoo.tests import tagged

from ..ingest.tls import tls_context
from ..notify.publication import Publication
from ..notify.publisher import Publisher
from ..settings import get_settings
from .channels import ChannelCase, settings
from .http_sink import closed_port

_LONG = 10  # seconds that a message may take before the test gives up


class Screen:
    """Connects, subscribes and keeps ``(topic, content, retained)``."""

    def __init__(self, *topics):
        self.heard = []
        self._subscribed = threading.Event()
        self._changed = threading.Condition()
        given = get_settings()
        self._client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2)
        self._client.tls_set_context(tls_context(given))
        self._client.on_message = self._on_message
        self._client.on_subscribe = lambda *_args: self._subscribed.set()
        self._client.connect(given.mqtt_host, given.mqtt_port)
        self._client.subscribe([(topic, 1) for topic in topics])
        self._client.loop_start()
        assert self._subscribed.wait(_LONG)

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self._client.disconnect()
        self._client.loop_stop()

    def wait_for(self, count):
        with self._changed:
            self._changed.wait_for(lambda: len(self.heard) >= count, _LONG)
        return self.heard[:]

    def _on_message(self, _client, _userdata, message):
        content = json.loads(message.payload) if message.payload else None
        with self._changed:
            self.heard.append((message.topic, content, message.retain))
            self._changed.notify_all()


@tagged("post_install", "-at_install")
class TestChannelMqtt(ChannelCase):
    def setUp(self):
        super().setUp()
        self.farm.code = "TEST+1"
        self.topic = "smartdairy/alerts/TEST%2B1/TANK-2"
        self.addCleanup(self.forget)

    def forget(self):
        with Publisher(get_settings()) as publisher:
            publisher.publish([Publication(self.topic, b"", retain=True)])

    def row(self, event="raised"):
        (address,) = [
            vals["address"]
            for vals in self.env["iot.notification"]._addresses(self.alert, event)
            if vals["channel"] == "mqtt"
        ]
        nobody = self.env["res.users"]
        return self.make_row("mqtt", event, user=nobody, address=address)

    def end(self):
        self.alert.with_context(tracking_disable=True)._end("resolved")

    def test_a_screen_that_connects_later_still_learns_what_is_wrong(self):
        outcome = self.send(self.row())
        self.assertEqual((outcome.is_sent, outcome.reference), (True, self.topic))
        with Screen("smartdairy/alerts/TEST%2B1/#") as screen:
            ((topic, content, retained),) = screen.wait_for(1)
        self.assertEqual((topic, retained), (self.topic, True))
        self.assertEqual(content["event"], "raised")
        self.assertEqual(content["alert"]["id"], self.alert.id)
        self.assertEqual([one["id"] for one in content["open"]], [self.alert.id])

    def test_the_end_is_told_and_nothing_of_it_stays(self):
        self.send(self.row())
        with Screen(self.topic) as screen:
            screen.wait_for(1)
            self.end()
            self.send(self.row("resolved"))
            _raised, (_topic, content, _retain), (_same, nothing, _again) = (
                screen.wait_for(3)
            )
        self.assertEqual((content["event"], content["open"]), ("resolved", []))
        self.assertIsNone(nothing)
        with Screen(self.topic, "smartdairy/alerts/fence") as late:
            with Publisher(get_settings()) as publisher:
                publisher.publish([Publication("smartdairy/alerts/fence", b"{}")])
            self.assertEqual(late.wait_for(1)[0][0], "smartdairy/alerts/fence")

    def test_a_person_is_told_on_their_own_topics(self):
        self.anna.login = "anna+vet/2"
        with Screen("smartdairy/user/#") as screen:
            self.assertTrue(self.send(self.make_row("mqtt")).is_sent)
            alerts, shown = screen.wait_for(2)
        self.assertEqual(alerts[0], "smartdairy/user/anna%2Bvet%2F2/alerts")
        self.assertEqual(alerts[1]["alerts"][0]["id"], self.alert.id)
        self.assertEqual(shown[0], "smartdairy/user/anna%2Bvet%2F2/notifications")
        self.assertEqual(
            shown[1]["title"],
            "[HIGH] Cooling tank 2: Temperature 9.1 °C (max 6 °C)",
        )
        self.assertFalse(alerts[2] or shown[2])

    def test_what_the_broker_forbids_is_no_success(self):
        with Publisher(get_settings()) as publisher:
            allowed, refused = publisher.publish(
                [
                    Publication("smartdairy/alerts/fence", b"{}"),
                    Publication("smartdairy/sensors/temperature/X/data", b"{}"),
                ]
            )
        self.assertTrue(allowed.is_sent)
        self.assertFalse(refused.is_sent)
        self.assertIn("ot authorized", refused.error)

    def test_a_broker_that_is_away_is_waited_for_and_the_rest_is_not_tried(self):
        with settings(mqtt_host="127.0.0.1", mqtt_port=closed_port()):
            down, rest = self.send(self.row() + self.row("cleared"))
        self.assertTrue(down.is_channel_down)
        self.assertIn("MQTT broker at 127.0.0.1", down.error)
        self.assertIsNone(rest)

    def test_one_that_takes_the_connection_and_says_nothing_is_left_in_time(self):
        with socket.create_server(("127.0.0.1", 0)) as deaf:
            port = deaf.getsockname()[1]
            for authority in ("", get_settings().mqtt_ca):
                silent = replace(get_settings(), mqtt_port=port, mqtt_ca=authority)
                started = time.monotonic()
                with self.assertRaisesRegex(OSError, "MQTT broker"):
                    Publisher(silent, timeout=1).__enter__()
                self.assertLess(time.monotonic() - started, 5)

    def test_a_farm_without_a_code_goes_by_its_number(self):
        self.farm.code = False
        self.assertEqual(
            self.alert._topic(), f"smartdairy/alerts/{self.farm.id}/TANK-2"
        )

    def test_who_wants_no_alerts_there_gets_no_rows(self):
        with settings(mqtt_alerts=False):
            rows = self.env["iot.notification"]._addresses(self.alert, "raised")
        self.assertNotIn("mqtt", [row["channel"] for row in rows])
        with settings():
            rows = self.env["iot.notification"]._addresses(self.alert, "reminder")
        self.assertNotIn("mqtt", [row["channel"] for row in rows])
