"""What a milk meter has said, as the builder of milkings wants it. Pure."""

from datetime import datetime, timedelta
from typing import NamedTuple

START, READING, END = "session_start", "reading", "session_end"
# Of what was said at one instant: a start opens before it is read, an end closes after.
_RANK = {START: 0, READING: 1, END: 2}


class Message(NamedTuple):
    """One message of a milk meter, in canonical units; what it does not say is None."""

    time: datetime  # aware
    kind: str
    session: str | None = None
    animal: int | None = None
    tag: str | None = None  # an ear tag, where the animal is no number
    volume: float | None = None  # litres, see ``Meter.volume``
    flow: float | None = None  # L/min
    conductivity: float | None = None  # mS/cm
    fat: float | None = None  # %
    protein: float | None = None  # %
    scc: int | None = None  # cells/mL
    delay: float = 0.0  # seconds from ``time`` until it was received


class Meter(NamedTuple):
    """How a kind of meter speaks.

    ``volume`` says what its litres are:

    ===========  ==================================================================
    ``delta``    since its last message; the end declares the whole milking
    ``milking``  of this milking so far
    ``counter``  ever; what it showed last, even before this milking, is where it began
    ===========  ==================================================================
    """

    volume: str = "delta"
    silence: timedelta = timedelta(minutes=10)  # after which a milking is over


def in_order(messages):
    """By time, each once: of two with the same time and kind one counts.

    The store's key is the same, so what is redelivered is one message.
    """
    kept = {}
    for message in sorted(messages, key=_key):
        kept.setdefault((message.time, message.kind), message)
    return list(kept.values())


def _key(message):
    # The rest only makes the choice between two that contradict each other the same.
    return message.time, _RANK[message.kind], repr(message[2:-1])
