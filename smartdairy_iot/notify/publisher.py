"""Publishing to the broker from a scheduled action: connect, publish, wait, leave.

Not the listener's connection, which lives in another process. MQTT 5, whatever the
listener speaks: with 3.1.1 a broker acknowledges what its access list forbids and drops
it, with 5 it says so.
"""

import threading
import time
from contextlib import suppress

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from ..ingest.tls import identify
from .outcome import Outcome

TIMEOUT = 10  # seconds: to connect, and for all acknowledgements together
_CONNECT_TIMEOUT = 5


class Publisher:
    """A context manager; what is refused is told by :meth:`publish`.

    :param settings: :class:`~..settings.Settings`
    """

    def __init__(self, settings, timeout=TIMEOUT):
        self._where = f"{settings.mqtt_host}:{settings.mqtt_port}"
        self._address = (settings.mqtt_host, settings.mqtt_port)
        self._timeout = timeout
        self._changed = threading.Condition()
        self._connected = None  # the reason code of CONNACK
        self._broken = None
        self._answers = {}  # message id → reason code of PUBACK
        # Without an id of ours the broker gives one: two hosts never take turns
        # throwing each other out.
        self._client = client = mqtt.Client(
            mqtt.CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5
        )
        client.connect_timeout = min(_CONNECT_TIMEOUT, timeout)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_publish = self._on_publish
        identify(client, settings)

    def __enter__(self):
        """:raise OSError: the broker cannot be reached, or refuses us"""
        try:
            # paho waits as long as the keep-alive for a TLS handshake.
            patience = max(1, int(self._timeout))
            self._client.connect(*self._address, keepalive=patience)
            self._client.loop_start()
            self._wait(lambda: self._connected is not None or self._broken)
            if self._connected is None:
                raise TimeoutError("it does not answer")
            if self._connected.is_failure:
                raise ConnectionRefusedError(f"it refuses us: {self._connected}")
        except OSError as error:
            self._leave()
            raise OSError(f"the MQTT broker at {self._where}: {error}") from None
        return self

    def __exit__(self, *_error):
        self._leave()

    def publish(self, publications):
        """
        :param publications: list of :class:`~.publication.Publication`
        :return: an :class:`Outcome` for each
        """
        mids = [
            self._client.publish(
                p.topic, p.payload, 1, p.retain, properties=_properties(p)
            ).mid
            for p in publications
        ]
        self._wait(lambda: self._broken or self._answers.keys() >= set(mids))
        return [
            self._judge(self._answers.get(mid), publication.topic)
            for mid, publication in zip(mids, publications, strict=True)
        ]

    def _judge(self, reason, topic):
        if reason is None:
            error = f"The MQTT broker at {self._where} has not confirmed it."
            return Outcome(False, error, is_channel_down=True)
        if reason.is_failure:
            return Outcome(False, f"The MQTT broker refuses {topic}: {reason}.")
        return Outcome(True, reference=topic)

    def _wait(self, is_done):
        until = time.monotonic() + self._timeout
        with self._changed:
            while not is_done() and (left := until - time.monotonic()) > 0:
                self._changed.wait(left)

    def _leave(self):
        with suppress(OSError, ValueError):
            self._client.disconnect()
        self._client.loop_stop()

    def _tell(self):
        with self._changed:
            self._changed.notify_all()

    def _on_connect(self, _client, _userdata, _flags, reason, _properties):
        self._connected = reason
        self._tell()

    def _on_disconnect(self, _client, _userdata, _flags, reason, _properties):
        self._broken = reason
        self._tell()

    def _on_publish(self, _client, _userdata, mid, reason, _properties):
        self._answers[mid] = reason
        self._tell()


def _properties(publication):
    if not publication.expires_in:
        return None
    properties = Properties(PacketTypes.PUBLISH)
    properties.MessageExpiryInterval = publication.expires_in
    return properties
