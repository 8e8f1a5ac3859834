"""How much is kept of devices that nobody has registered. Pure."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .message import Stranger

MAX_DEVICES = 500  # that wait to be registered or ignored
MAX_MESSAGES = 1000  # of one device: the newest
AGAIN_WITHIN = timedelta(minutes=10)  # longer than it takes to start or connect again
_LIGHT = 4096  # bytes; a longer message takes the place of several
_LONGEST_REF = 128
MAX_BYTES = 8 * 1024 * 1024  # of one batch: each child of a message keeps all of it


@dataclass(slots=True)
class Sighting:
    """What one batch holds of one unknown device.

    A message's *weight* is 1, and one more for each 4 KiB. What a device has weighed in
    all, ever, is the position of its newest message; those further back than
    ``MAX_MESSAGES`` have lost their place. So one comparison bounds the number of its
    messages, and their size (about 4 MiB).
    """

    first_at: datetime
    newest: Stranger
    device_type: str | None = None
    weight: int = 0
    messages: list = field(default_factory=list)  # [(position in this batch, Stranger)]

    def add(self, stranger):
        self.newest = stranger
        self.device_type = stranger.device_type or self.device_type
        self.weight += 1 + len(stranger.payload) // _LIGHT
        self.messages.append((self.weight, stranger))

    @property
    def kept(self):
        """The messages that the same batch does not push out again."""
        oldest = self.weight - MAX_MESSAGES
        return [message for message in self.messages if message[0] > oldest]


def sightings(strangers):
    """``{(device_ref, profile id or None, gateway's device id or None): Sighting}``"""
    found = {}
    for stranger in strangers:
        key = stranger.device_ref, stranger.profile_id, stranger.gateway_id
        if key not in found:
            found[key] = Sighting(stranger.received_at, stranger)
        found[key].add(stranger)
    return found


def identity(stranger):
    """The same for a message and its redelivery; they differ in when they came."""
    return stranger.device_ref, stranger.topic, stranger.payload.decode()


def without_copies(strangers, kept):
    """Leave out what came before, and is kept.

    Each message stands for one copy: a constant value is said in the same words again
    and again, and none of these is a copy.

    :param kept: ``{identity: how many}`` of the redelivered ones, kept by now
    """
    kept, new = Counter(kept), []
    for stranger in strangers:
        key = identity(stranger)
        if not stranger.redelivered:
            kept[key] += 1
        elif kept[key]:
            kept[key] -= 1
            continue
        new.append(stranger)
    return new


def is_usable(device_ref):
    """Whether a text column can hold it, and a person can tell it from another."""
    if not device_ref.strip() or len(device_ref) > _LONGEST_REF or "\0" in device_ref:
        return False
    try:
        device_ref.encode()
    except UnicodeEncodeError:  # half a surrogate pair, which JSON can spell
        return False
    return True
