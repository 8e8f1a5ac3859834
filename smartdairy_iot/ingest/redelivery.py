"""Did we have this redelivered message before? Pure.

The store's key (device, time) absorbs what comes twice, if the device says when it
measured. For a reading that got its time at arrival, each delivery is another time. So
the packet ids of such messages are kept in the transaction that stores them, and a
message that the broker sends again (DUP, MQTT 3.1.1, 4.4: with its packet id) is known.
"""

import struct
from datetime import timedelta
from hashlib import blake2b

_MARK = struct.Struct(">H8s")  # packet id, digest of topic and payload
# Of messages coming in, not of a broker that is away: longer than a connection that is
# cut can go unnoticed, which is 1.5 × the keepalive. Within twice that, all are known.
_GENERATION = timedelta(minutes=3)


class Redelivery:
    """What this session's broker may send again although we have its readings.

    Packet ids are used again and again, and a device may say the same for hours: what
    is remembered for too long would be taken for a message that never came.
    """

    def __init__(self):
        self._young = {}  # packet id → digest: at most 65,535
        self._old = {}
        self._since = None

    def is_known(self, message, receipt):
        """Whether we have, or the store has, its readings under its packet id."""
        if not message.redelivered or receipt is None:
            return False
        known = self._young.get(receipt.mid) or self._old.get(receipt.mid)
        return known is not None and known == _digest(message)

    def mark(self, message, receipt, decoded):
        """What to keep with the readings of this message; None where time is enough.

        From now on it is known: the line keeps it until it is committed.
        """
        if receipt is None:
            return None
        self._age(message.received_at)
        self._old.pop(receipt.mid, None)
        if all(sample.has_own_time for sample in decoded.samples):
            self._young.pop(receipt.mid, None)
            return None
        digest = self._young[receipt.mid] = _digest(message)
        return _MARK.pack(receipt.mid, digest)

    def learn(self, marks):
        """:param marks: bytes of marks that an earlier process committed"""
        self._young.update(_MARK.iter_unpack(marks))

    def _age(self, now):
        if self._since is None:
            self._since = now
        elif now - self._since > _GENERATION:
            self._young, self._old, self._since = {}, self._young, now


def _digest(message):
    return blake2b(
        message.topic.encode() + b"\0" + message.payload, digest_size=8
    ).digest()
