"""One device's MQTT session: its own certificate, its own persistent session.

A message is kept by paho until the broker has acknowledged it, and sent again after a
reconnect, so a broker that restarts loses nothing. There is no thread: `fleet.py`
calls `read`, `write` and `tend` when there is something to do.
"""

import json
import logging
import random
import ssl

import paho.mqtt.client as mqtt

_logger = logging.getLogger(__name__)

KEEPALIVE = 30
CONNECT_TIMEOUT = 3
RETRY_FIRST, RETRY_LAST = 0.5, 5.0
KEEP_UNACKED = 20_000  # hours of an outage; beyond that the newest are not taken


class Connection:
    """A device at the broker."""

    def __init__(self, device_id, broker, on_acked, told=(), on_told=None):
        """`on_told(device_id, topic, payload)` is called for each message on `told`."""
        self.device_id = device_id
        self.online = False
        self.refused = 0
        self._broker = broker
        self._on_acked = on_acked
        self._told = [(topic, 1) for topic in told]
        self._on_told = on_told
        self._waiting = {}  # mid → what to tell when it is acknowledged
        self._retry_at = 0.0
        self._retry_delay = RETRY_FIRST
        self._client = self._make_client()

    @property
    def status_topic(self):
        """Where a last will says that the device is gone."""
        return f"smartdairy/status/{self.device_id}"

    def _make_client(self):
        client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2,
            client_id=self.device_id,
            clean_session=False,
        )
        client.tls_set_context(self._tls_context())
        client.will_set(self.status_topic, json.dumps({"online": False}), 1, True)
        client.max_queued_messages_set(KEEP_UNACKED)
        client.connect_timeout = CONNECT_TIMEOUT
        client.on_connect = self._connected
        client.on_disconnect = self._disconnected
        client.on_publish = self._published
        client.on_message = self._heard
        client.connect_async(self._broker.host, self._broker.port, KEEPALIVE)
        return client

    def _tls_context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        own = self._broker.certificates / self.device_id
        try:
            context.load_verify_locations(self._broker.ca)
            context.load_cert_chain(f"{own}.crt", f"{own}.key")
        except OSError as error:  # names no file by itself
            raise SystemExit(f"{own}.crt, .key or {self._broker.ca}: {error}") from None
        return context

    @property
    def socket(self):
        """To select on; None while there is no connection."""
        return self._client.socket()

    @property
    def wants_write(self):
        """Whether something stands in paho's output queue."""
        return self._client.want_write()

    @property
    def unacked(self):
        """How many messages the broker has not acknowledged yet."""
        return len(self._waiting)

    def publish(self, topic, payload, note=None, retain=False):
        """Publish at QoS 1; `note` is given to `on_acked` once the broker has it."""
        info = self._client.publish(topic, json.dumps(payload), 1, retain)
        if info.rc == mqtt.MQTT_ERR_QUEUE_SIZE:
            self.refused += 1
        else:
            self._waiting[info.mid] = note

    def read(self):
        """Take in what has arrived, including what TLS has decrypted already."""
        self._client.loop_read()
        while self.socket is not None and self.socket.pending():
            self._client.loop_read()

    def write(self):
        """Send what stands in the queue."""
        self._client.loop_write()

    def tend(self, now):
        """Keep-alive, and a new attempt when the connection is gone and it is time."""
        if self.socket is not None:
            self._client.loop_misc()
        elif now >= self._retry_at:
            self._retry_at = now + self._retry_delay * random.uniform(0.5, 1.5)
            self._retry_delay = min(RETRY_LAST, self._retry_delay * 2)
            self._connect()

    def _connect(self):
        try:
            self._client.reconnect()
        except (OSError, ValueError) as error:
            _logger.debug("%s: no connection: %s", self.device_id, error)

    def say_status(self, online, **more):
        """Retained, so that whoever comes later knows."""
        self.publish(self.status_topic, {"online": online, **more}, retain=True)

    def close(self):
        """Say good-bye, so that the broker does not send the last will."""
        self._client.disconnect()

    def _connected(self, client, userdata, flags, reason_code, properties):
        if reason_code.is_failure:
            _logger.warning("%s: refused: %s", self.device_id, reason_code)
            return
        self.online = True
        self._retry_delay = RETRY_FIRST
        if self._told:
            client.subscribe(self._told)
        self.say_status(True)

    def _heard(self, client, userdata, message):
        self._on_told(self.device_id, message.topic, message.payload)

    def _disconnected(self, client, userdata, flags, reason_code, properties):
        self.online = False

    def _published(self, client, userdata, mid, reason_code, properties):
        note = self._waiting.pop(mid, None)
        self._on_acked(self.device_id, note)
