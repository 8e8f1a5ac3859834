"""What travels along the line. Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import NamedTuple


class Message(NamedTuple):
    """One MQTT PUBLISH as it arrived, before anything looked into it."""

    topic: str
    payload: bytes
    received_at: datetime  # UTC, timezone-aware
    retain: bool = False
    redelivered: bool = False  # the broker has sent it before (DUP)


EXCERPT = 2048  # bytes kept of a refused message


class Reason(str, Enum):
    """Why a message was refused. The values are the selection in Odoo."""

    TOO_LARGE = "too_large"
    WRONG_TOPIC = "wrong_topic"
    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    WRONG_SHAPE = "wrong_shape"
    MISSING_VALUE = "missing_value"
    NOT_A_NUMBER = "not_a_number"
    UNKNOWN_UNIT = "unknown_unit"
    OUT_OF_RANGE = "out_of_range"
    BAD_TIMESTAMP = "bad_timestamp"
    FUTURE_TIMESTAMP = "future_timestamp"
    UNKNOWN_DEVICE = "unknown_device"
    INACTIVE_DEVICE = "inactive_device"
    WRONG_DEVICE_TYPE = "wrong_device_type"
    NOT_A_CHILD = "not_a_child"
    STALE_ANSWER = "stale_answer"
    STORE_REFUSED = "store_refused"
    INTERNAL_ERROR = "internal_error"


class RejectedError(Exception):
    """Raised by a codec; the line turns it into a :class:`Rejection`."""

    def __init__(self, reason, detail, device_id=None, clock_offset=None):
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.device_id = device_id
        self.clock_offset = clock_offset


class Rejection(NamedTuple):
    """A message, or one record of it, that was refused, with its reason."""

    reason: Reason
    detail: str
    topic: str
    payload: bytes  # the first ``EXCERPT`` bytes
    received_at: datetime
    device_id: str | None = None
    size: int = 0  # bytes of the whole
    clock_offset: float | None = None  # seconds, if that is why; see ``clock``


@dataclass(slots=True)
class Sample:
    """What one device measured at one instant, in canonical units.

    ``values`` maps a reading type to its value; ``original`` keeps, for those that
    came in another unit, ``[number, unit]`` as they were sent. Room 3 sets the rest:
    ``raw`` keeps what those were that a calibration changed, ``faults`` maps what
    cannot be true to its :class:`Fault`, and ``alarms`` what violates a limit to its
    :class:`~..rules.classify.Alarm`.
    """

    device_id: str
    device_type: str
    time: datetime  # UTC, millisecond precision
    received_at: datetime
    values: dict
    battery: int | None = None
    signal: int | None = None
    firmware: str | None = None
    has_own_time: bool = True  # False: ``time`` is when it arrived
    location_id: int | None = None
    location_type: str | None = None
    metadata: dict | None = None
    original: dict | None = None
    raw: dict | None = None
    faults: dict = field(default_factory=dict)
    alarms: dict = field(default_factory=dict)

    def refused_by_store(self, error):
        """:return: the :class:`Rejection` of a row that the store does not take"""
        return Rejection(
            Reason.STORE_REFUSED,
            str(error).splitlines()[0],
            "",
            repr(self.values).encode(),
            self.received_at,
            self.device_id,
        )

    @property
    def alarm_types(self):
        """``high_temperature``, ``low_ph`` …"""
        return [f"{alarm.side}_{name}" for name, alarm in self.alarms.items()]

    @property
    def alarm_type(self):
        """The first of :attr:`alarm_types`, or None."""
        return self.alarm_types[0] if self.alarms else None

    @property
    def fault(self):
        """``stuck_temperature``, ``jump_ph`` …; the first, or None."""
        for reading_type, fault in self.faults.items():
            return f"{fault.value}_{reading_type}"
        return None

    @property
    def believed(self):
        """The values that are not the probe's fault; a stuck one shows what it is."""
        if not self.faults:
            return self.values
        return {
            name: value
            for name, value in self.values.items()
            if self.faults.get(name) in (None, Fault.STUCK)
        }


class Fault(str, Enum):
    """Why a value is not believed: the probe's fault, and no alarm of the milk."""

    PROBE_ERROR = "probe_error"  # the value by which this probe says that it failed
    STUCK = "stuck"  # the very same value for hours
    JUMP = "jump"  # further from the last one than is physically possible


class Stranger(NamedTuple):
    """A well-formed message of a device that is not registered, kept for its day.

    ``payload`` is all of the message, or of a gateway's message just the record.
    """

    device_ref: str  # its device id, or its key at a profile's topic
    topic: str
    payload: bytes
    received_at: datetime
    device_type: str | None = None  # as far as the topic tells it
    gateway_id: str | None = None  # device id of the gateway that sent it
    profile_id: int | None = None  # of the route that it came by
    redelivered: bool = False  # the broker has sent it before


class StatusChange(NamedTuple):
    """A device said (or its last will said for it) that it is on or off line."""

    device_id: str
    is_online: bool
    received_at: datetime
    is_retained: bool = False  # the broker repeats it: no new sign of life


@dataclass(slots=True)
class Decoded:
    """The outcome of one message: any mix of these.

    ``heard`` is ``[(device_id, received_at)]`` of who spoke for others, or with a clock
    that is too wrong for its readings: a sign of life. ``answers`` are
    :class:`~..control.answer.Answer` to what Odoo told a device.
    """

    samples: list = field(default_factory=list)
    statuses: list = field(default_factory=list)
    rejections: list = field(default_factory=list)
    strangers: list = field(default_factory=list)
    heard: list = field(default_factory=list)
    answers: list = field(default_factory=list)
