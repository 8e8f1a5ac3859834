"""Did we have this redelivered message before? Pure.

The store's key (device, time) absorbs what comes twice, if the device says when it
measured. For a reading that got its time at arrival, each delivery is another time. So
the packet ids of such messages are kept in the transaction that stores them, and a
message that the broker sends again (DUP, MQTT 3.1.1, 4.4: with its packet id) is known.
"""

import struct
from hashlib import blake2b

_MARK = struct.Struct(">H8s")  # packet id, digest of topic and payload


class Redelivery:
    """What this session's broker may send again although it is stored."""

    def __init__(self):
        self._digests = {}  # by packet id: at most 65,535

    def is_known(self, message, receipt):
        """Whether we have, or the store has, this message under its packet id."""
        if not message.redelivered or receipt is None:
            return False
        return self._digests.get(receipt.mid) == _digest(message)

    def mark(self, message, receipt, decoded):
        """What to keep with the readings of this message; None where time is enough.

        From now on it is known: the line keeps it until it is committed.
        Of a message that was refused in part, the refusal must be recorded, too, which
        another transaction does: it is not marked.
        """
        if receipt is None or decoded.rejections or decoded.strangers:
            return None
        if all(sample.has_own_time for sample in decoded.samples):
            return None
        digest = self._digests[receipt.mid] = _digest(message)
        return _MARK.pack(receipt.mid, digest)

    def learn(self, marks):
        """:param marks: bytes of marks that an earlier process committed"""
        self._digests.update(_MARK.iter_unpack(marks))


def _digest(message):
    return blake2b(
        message.topic.encode() + b"\0" + message.payload, digest_size=8
    ).digest()
