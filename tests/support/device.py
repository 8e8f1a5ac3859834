"""MQTT clients of the tests: each its own connection, QoS 1."""

import json
import os
import ssl
import threading
from datetime import datetime, timezone

import paho.mqtt.client as mqtt

from tests.support.waiting import wait_until

_SECONDS = 60  # for the broker's answers


def now():
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")


def tls_context(common_name):
    """Mutual TLS as ``common_name``; None presents no certificate."""
    context = ssl.create_default_context(cafile=os.environ["MQTT_CA"])
    if common_name:
        folder = os.environ["MQTT_CERT_DIR"]
        context.load_cert_chain(
            f"{folder}/{common_name}.crt", f"{folder}/{common_name}.key"
        )
    return context


class Client:
    """Publishes at QoS 1 and remembers what the broker acked."""

    topic = None

    def __init__(self, client_id, port):
        self.acked = []
        self._sent = {}  # by message id
        self._early = set()  # acked before send() could note them
        self._lock = threading.Lock()  # never held while paho is called: it has its own
        self._client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2, client_id=client_id, clean_session=False
        )
        self._client.on_publish = self._on_publish
        self._client.max_inflight_messages_set(200)
        self._client.reconnect_delay_set(min_delay=1, max_delay=1)
        self.authenticate()
        self._client.connect(os.environ["MQTT_HOST"], int(os.environ[port]))
        self._client.loop_start()

    def authenticate(self):
        """Give the paho client its certificate or password."""

    def is_connected(self):
        """Whether the broker has taken it; it tries again each second."""
        return self._client.is_connected()

    def publish(self, payload, topic=None, retain=False):
        """Send and wait for the broker's ack; the payload is JSON unless bytes.

        Where the connection is lost meanwhile it is sent over the next one.
        """
        info = self.send(payload, topic, retain)
        if info.rc == mqtt.MQTT_ERR_SUCCESS:
            info.wait_for_publish(_SECONDS)
        wait_until(
            lambda: info.mid not in self._sent,
            f"the broker's ack of {topic or self.topic}",
            _SECONDS,
            seen=lambda: "connected" if self.is_connected() else "not connected",
        )

    def send(self, payload, topic=None, retain=False):
        """Send without waiting; ``acked`` tells which payloads the broker took."""
        raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        info = self._client.publish(topic or self.topic, raw, qos=1, retain=retain)
        with self._lock:
            if info.mid in self._early:
                self._early.remove(info.mid)
                self.acked.append(payload)
            else:
                self._sent[info.mid] = payload
        return info

    def subscribe(self, *topics, on_message=None):
        """Return the list that the messages' topics are appended to.

        :param on_message: called with each message instead

        The broker has answered by then (also where it refuses): what others publish
        from now on cannot overtake the subscription.
        """
        heard, answered = [], threading.Event()
        hear = on_message or (lambda message: heard.append(message.topic))
        self._client.on_message = lambda _client, _userdata, message: hear(message)
        self._client.on_subscribe = lambda *_answer: answered.set()
        self._client.subscribe([(topic, 1) for topic in topics])
        if not answered.wait(_SECONDS):
            raise TimeoutError(f"the broker did not answer a subscription to {topics}")
        return heard

    def close(self):
        self._client.disconnect()
        self._client.loop_stop()

    def _on_publish(self, _client, _userdata, mid, _reason, _properties):
        with self._lock:
            if mid in self._sent:
                self.acked.append(self._sent.pop(mid))
            else:
                self._early.add(mid)


class Device(Client):
    """A sensor: its own certificate over TLS 1.3."""

    def __init__(self, device_id, device_type, common_name=None):
        self.id = device_id
        self.type = device_type
        self.topic = f"smartdairy/sensors/{device_type}/{device_id}/data"
        self._common_name = common_name or device_id
        super().__init__(device_id, "MQTT_TLS_PORT")

    def authenticate(self):
        self._client.tls_set_context(tls_context(self._common_name))

    def leave_a_will(self):
        """Connect again, with a last will: it is on file at the broker from then on."""
        self._client.disconnect()
        self._client.loop_stop()
        self._client.will_set(f"smartdairy/status/{self.id}", b'{"online": false}', 1)
        self._client.reconnect()
        self._client.loop_start()

    def vanish(self):
        """As when its power fails: the connection ends without a goodbye."""
        self._client.loop_stop()
        self._client.socket().close()

    def publish_status(self, is_online):
        self.publish({"online": is_online}, f"smartdairy/status/{self.id}")


class PasswordClient(Client):
    """Whoever may use the password listener, on loopback only."""

    def __init__(self, client_id, username):
        self._username = username
        super().__init__(client_id, "MQTT_PORT")

    def authenticate(self):
        self._client.username_pw_set(self._username, os.environ["MQTT_PASSWORD"])


def forget_session(client_id):
    """A listener's session that nobody will ask for again: a clean one ends it."""
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=client_id)
    client.tls_set_context(tls_context("iot_consumer"))
    client.connect(os.environ["MQTT_HOST"], int(os.environ["MQTT_TLS_PORT"]))
    while not client.is_connected():
        client.loop(0.1)
    client.disconnect()
