"""Room 1: receive, and keep topic + bytes + message id. The only user of paho.

The client has no thread of its own: :meth:`BrokerClient.receive` is called by the
listener, so a listener that does not call it leaves the socket unread, and TCP and
the broker's inflight window hold the rest back. Nothing is ever dropped here.
"""

import logging
import random
import select
import socket
import ssl
import struct
import time
from collections import deque
from contextlib import suppress
from datetime import datetime, timezone
from typing import NamedTuple

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from .message import Message
from .tls import identify
from .topic import SUBSCRIPTIONS

_logger = logging.getLogger(__name__)

_CONNECT_TIMEOUT = 5  # seconds
_BACKOFF = (1, 30)  # seconds, first and longest
_QUANTUM = 0.05  # seconds of reading before the caller gets its turn, or …
_MOUTHFUL = 512 * 1024  # … bytes of payload: a gateway's message is many readings
_RINGS = 64  # more than ever wait to be heard
_PUBACK = struct.Struct(">BBH")  # MQTT 3.1.1 and 5: without a reason it is success
_PROTOCOLS = {"3.1.1": mqtt.MQTTv311, "5": mqtt.MQTTv5}
_ASK_AGAIN = 3.0  # seconds until a subscription that was refused is tried again
_NEVER = 0xFFFFFFFF  # MQTT 5, 3.1.2.11.2: the session does not expire


class Receipt(NamedTuple):
    """What is needed to acknowledge a message, on the connection it came from."""

    mid: int
    connection: int


class _Client(mqtt.Client):
    """paho, that hears a dying broker out, and can leave its socket unread."""

    def _sock_send(self, buf):
        """Writing to a broker that died is no end: what it wrote is still to be read.

        It acknowledged those messages to the devices before it could save them. After
        them, reading finds the end.
        """
        try:
            return super()._sock_send(buf)
        except BlockingIOError:
            raise
        except OSError:
            return len(buf)

    def acknowledge(self, mids):
        """All PUBACKs in one write: each alone costs a system call and a TLS record."""
        packets = b"".join(_PUBACK.pack(mqtt.PUBACK, 2, mid) for mid in mids)
        self._packet_queue(mqtt.PUBACK, packets, mid=0, qos=0)

    def excuse_silence(self):
        """We do not read: that no answer to our ping is seen says nothing."""
        self._ping_t = 0.0
        self._last_bytes_received = time.monotonic()


class BrokerClient:
    """A persistent MQTT session with manual acknowledgement.

    :param settings: :class:`~..settings.Settings`
    :param client_id: fixed, so that the broker keeps what comes while we are away
    :param group: name of the shared subscription (``$share/<group>/…``), used when
        there are several listeners
    """

    def __init__(self, settings, client_id, group):
        self.client_id = client_id
        self.connections = 0
        self.is_connected = False
        self.last_error = ""
        self._settings = settings
        self._group = group
        self._shares = settings.listeners > 1
        self._followed = frozenset()  # filters besides our own grammar
        self._left = frozenset()  # once followed: the session may still know them
        self._asked = {}  # mid of a SUBSCRIBE → its filters
        self._refused = frozenset()  # filters, to be asked for again
        self._ask_again_at = 0.0
        self._inbox = deque()
        self._alarm, self._bell = socket.socketpair()
        self._bell.setblocking(False)
        self._bytes = 0  # of payload, in the inbox
        self._retry_at = 0.0
        self._backoff = _BACKOFF[0]
        is_v5 = settings.mqtt_version == "5"
        self._client = client = _Client(
            mqtt.CallbackAPIVersion.VERSION2,
            client_id=client_id,
            clean_session=None if is_v5 else False,
            protocol=_PROTOCOLS[settings.mqtt_version],
            manual_ack=True,
        )
        self._session = _persistent_session() if is_v5 else {}
        client.connect_timeout = _CONNECT_TIMEOUT
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_subscribe = self._on_subscribe
        identify(client, settings)

    @property
    def where(self):
        return f"{self._settings.mqtt_host}:{self._settings.mqtt_port}"

    def follow(self, filters, left=()):
        """Subscribe to these too, and no longer to those followed before.

        :param left: filters that this session followed in the life of another process
        """
        filters = frozenset(filters)
        before, self._followed = self._followed, filters
        self._left = (self._left | before | set(left)) - filters
        if self.is_connected and filters != before:
            self._subscribe(sorted(filters - before))
            self._unsubscribe(map(self._to_filter, sorted(before - filters)))

    def receive(self, timeout, read=True):
        """Serve the connection for at most ``timeout`` seconds.

        :param read: False leaves the socket unread (backpressure)
        :return: ``(Message, Receipt or None)`` in arrival order
        """
        if self._client.socket() is None and not self._reconnect(timeout):
            return ()
        if self._wait(timeout, read):
            self._read()
        if not read:
            self._client.excuse_silence()
        self._client.loop_misc()
        self._ask_again()
        received, self._inbox, self._bytes = self._inbox, deque(), 0
        return received

    def _wait(self, timeout, read):
        """:return: whether there is something to be read"""
        sock = self._client.socket()
        poll = select.poll()
        wanted = select.POLLIN if read else 0
        wanted |= select.POLLOUT if self._client.want_write() else 0
        if wanted:  # else a socket that hung up would wake us all the time
            poll.register(sock, wanted)
        poll.register(self._alarm, select.POLLIN)
        pending = read and _pending(sock)
        for fd, event in poll.poll(0 if pending else max(0, timeout) * 1000):
            if fd == self._alarm.fileno():
                self._alarm.recv(_RINGS)
                continue
            if event & select.POLLOUT:
                self._client.loop_write()
            pending = pending or event & ~select.POLLOUT
        return read and pending

    def wake(self):
        """End a :meth:`receive` that waits, or the next one; from any thread."""
        with suppress(OSError):  # full: it will wake; closed: nobody waits
            self._bell.send(b"!")

    def acknowledge(self, receipts):
        """PUBACK in arrival order; a receipt of an earlier connection is void.

        The broker sends those messages again, and the store absorbs them.
        """
        mids = [r.mid for r in receipts if r.connection == self.connections]
        if mids and self.is_connected:
            self._client.acknowledge(mids)

    def publish(self, topic, payload, retain=False):
        self._client.publish(topic, payload, qos=1, retain=retain)

    def close(self):
        self._client.disconnect()
        self._client.loop_misc()
        self._alarm.close()
        self._bell.close()

    def _read(self):
        """Read packets until there are none, or others must get their turn."""
        until = time.monotonic() + _QUANTUM
        seen = -1
        while len(self._inbox) != seen and time.monotonic() < until:
            seen = len(self._inbox)
            for _ in range(50):  # looking at the clock is not free
                if self._client.socket() is None:
                    return
                before = len(self._inbox)
                self._client.loop_read()
                if len(self._inbox) == before or self._bytes > _MOUTHFUL:
                    break
            if self._bytes > _MOUTHFUL:
                return

    def _reconnect(self, timeout):
        now = time.monotonic()
        if now < self._retry_at:
            pause = min(timeout, self._retry_at - now)
            rung, _, _ = select.select([self._alarm], [], [], pause)
            if rung:
                self._alarm.recv(_RINGS)
            return False
        self._retry_at = now + self._backoff * random.uniform(  # noqa: S311  # nosec B311 # a pause
            0.5, 1.0
        )
        self._backoff = min(self._backoff * 2, _BACKOFF[1])
        settings = self._settings
        try:
            self._client.connect(
                settings.mqtt_host,
                settings.mqtt_port,
                settings.mqtt_keepalive,
                **self._session,
            )
        except (OSError, ValueError) as error:
            self._failed(f"cannot reach the MQTT broker at {self.where}: {error}")
            return False
        return True

    def _on_connect(self, client, _userdata, _flags, reason, _properties):
        if reason.is_failure:
            self._failed(f"the MQTT broker at {self.where} refuses us: {reason}")
            return
        self.connections += 1
        self.is_connected = True
        self.last_error = ""
        self._backoff = _BACKOFF[0]
        filters = [*SUBSCRIPTIONS, *sorted(self._followed)]
        self._subscribe(filters)
        # The session outlives a change of the number of listeners, and of the topics.
        unwanted = [self._to_filter(name, not self._shares) for name in filters]
        unwanted += [self._to_filter(name) for name in sorted(self._left)]
        self._unsubscribe(unwanted)
        _logger.info("Connected to the MQTT broker at %s", self.where)

    def _to_filter(self, name, shared=None):
        shared = self._shares if shared is None else shared
        return f"$share/{self._group}/{name}" if shared else name

    def _subscribe(self, filters):
        if filters:
            wanted = [(self._to_filter(name), 1) for name in filters]
            _result, mid = self._client.subscribe(wanted)
            self._asked[mid] = filters

    def _ask_again(self):
        """A cluster that has just lost a node may refuse, and take it soon after."""
        if self._refused and self.is_connected:
            now = time.monotonic()
            if now >= self._ask_again_at:
                wanted = self._refused & {*SUBSCRIPTIONS, *self._followed}
                self._refused = frozenset()
                self._ask_again_at = now + _ASK_AGAIN
                self._subscribe(sorted(wanted))

    def _unsubscribe(self, filters):
        if filters := list(filters):
            self._client.unsubscribe(filters)

    def _on_subscribe(self, _client, _userdata, mid, reasons, _properties):
        asked = self._asked.pop(mid, ())
        refused = [
            name for name, r in zip(asked, reasons, strict=False) if r.is_failure
        ]
        if refused:
            self._refused |= set(refused)
            self._ask_again_at = time.monotonic() + _ASK_AGAIN
            self._failed(
                f"the MQTT broker at {self.where} refuses the subscription to "
                + ", ".join(refused)
            )

    def _on_disconnect(self, _client, _userdata, _flags, reason, _properties):
        self._asked.clear()
        self._refused = frozenset()
        if self.is_connected and reason.is_failure:
            self._failed(f"the MQTT broker at {self.where} went away: {reason}")
        self.is_connected = False

    def _on_message(self, _client, _userdata, message):
        receipt = Receipt(message.mid, self.connections) if message.qos else None
        now = datetime.now(timezone.utc)
        received = Message(
            _topic(message), message.payload, now, message.retain, message.dup
        )
        self._inbox.append((received, receipt))
        self._bytes += len(message.payload)

    def _failed(self, error):
        if error != self.last_error:
            _logger.warning("%s; trying again", error[0].upper() + error[1:])
        self.last_error = error


def _topic(message):
    """As text, whatever it is: a broker that lets no UTF-8 through must not stop us."""
    try:
        return message.topic
    except UnicodeDecodeError as error:
        return error.object.decode(errors="replace")


def _persistent_session():
    """MQTT 5: what clean_session=False is in MQTT 3.1.1."""
    properties = Properties(PacketTypes.CONNECT)
    properties.SessionExpiryInterval = _NEVER
    return {"clean_start": False, "properties": properties}


def _pending(sock):
    """Bytes that TLS has already taken from the socket; poll() cannot see them."""
    return sock.pending() if isinstance(sock, ssl.SSLSocket) else 0
