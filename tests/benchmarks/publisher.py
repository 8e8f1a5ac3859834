"""MQTT 3.1.1 at QoS 1 straight on a socket, for a load generator only.

paho builds, locks and bookkeeps some 60 µs per publish; that is the figure we would
measure then, not the line's. A frame here is four byte strings joined, acknowledgements
are read by the thousand, and what is unacknowledged is bounded by a window. It knows
nothing of reconnects, TLS or subscriptions.
"""

import select
import socket
import struct

from .loopback import require_loopback

CONNECT, CONNACK, PUBLISH_QOS1, PUBACK, DISCONNECT = 0x10, 0x20, 0x32, 0x40, 0xE0
MAX_WINDOW = 60_000  # packet ids are 16 bits, and one in flight is not used again


def connect_frame(client_id, username, password, keepalive=60):
    """A clean session with a password."""
    flags = 0x02 | 0x80 | 0x40
    body = _string("MQTT") + bytes([4, flags]) + struct.pack(">H", keepalive)
    body += b"".join(_string(text) for text in (client_id, username, password))
    return bytes([CONNECT]) + remaining_length(len(body)) + body


def publish_parts(topic, payload_length):
    """What stands before the packet id; the same for each message of one device."""
    name = _string(topic)
    length = len(name) + 2 + payload_length
    return bytes([PUBLISH_QOS1]) + remaining_length(length) + name


def remaining_length(number):
    """MQTT's seven bits to the byte."""
    encoded = bytearray()
    while True:
        number, low = divmod(number, 128)
        encoded.append(low | (0x80 if number else 0))
        if not number:
            return bytes(encoded)


def _string(text):
    data = text.encode()
    return struct.pack(">H", len(data)) + data


class Publisher:
    """One connection with a window of unacknowledged messages."""

    def __init__(self, host, port, username, password, client_id, window=20_000):
        self.window = min(window, MAX_WINDOW)
        self.in_flight = 0
        self._notes = [None] * 65536  # by packet id: whose message it was
        self._next_id = 1
        self._output = b""
        self._input = b""
        self._socket = socket.create_connection((require_loopback(host), port), 5)
        self._socket.sendall(connect_frame(client_id, username, password))
        answer = self._socket.recv(4)
        if len(answer) < 4 or answer[0] != CONNACK or answer[3] != 0:
            raise SystemExit(f"the broker refused the connection: {answer.hex()}")
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    @property
    def room(self):
        """How many messages may be added now."""
        return 0 if self._output else self.window - self.in_flight

    def publish(self, messages):
        """Send (frame's beginning, payload, note) triples, at most `room` of them."""
        frames = []
        for head, payload, note in messages:
            packet_id = self._take_id()
            self._notes[packet_id] = note
            frames += head, packet_id.to_bytes(2, "big"), payload
        self.in_flight += len(frames) // 3
        self._output += b"".join(frames)

    def _take_id(self):
        packet_id = self._next_id
        while self._notes[packet_id] is not None:
            packet_id = packet_id % 65535 + 1
        self._next_id = packet_id % 65535 + 1
        return packet_id

    def exchange(self, timeout):
        """Send what can be sent; return the notes of what was acknowledged."""
        writing = [self._socket] if self._output else []
        readable, writable, _ = select.select([self._socket], writing, [], timeout)
        if writable:
            self._output = self._output[self._socket.send(self._output) :]
        return self._read_acks() if readable else []

    def _read_acks(self):
        data = self._socket.recv(262_144)
        if not data:
            raise SystemExit("the broker closed the connection")
        data = self._input + data
        whole = len(data) // 4 * 4
        self._input = data[whole:]
        acked = []
        for kind, length, packet_id in struct.iter_unpack(">BBH", data[:whole]):
            note = self._notes[packet_id]
            if kind != PUBACK or length != 2 or note is None:
                raise SystemExit(f"not an acknowledgement of ours: {kind:#x}")
            self._notes[packet_id] = None
            acked.append(note)
        self.in_flight -= len(acked)
        return acked

    def close(self):
        """Say good-bye."""
        self._socket.setblocking(True)
        self._socket.sendall(bytes([DISCONNECT, 0]))
        self._socket.close()
