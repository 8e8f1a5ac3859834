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


class Reason(str, Enum):
    """Why a message was refused. The values are the selection in Odoo."""

    TOO_LARGE = "too_large"
    WRONG_TOPIC = "wrong_topic"
    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    WRONG_SHAPE = "wrong_shape"
    MISSING_VALUE = "missing_value"
    NOT_A_NUMBER = "not_a_number"
    OUT_OF_RANGE = "out_of_range"
    BAD_TIMESTAMP = "bad_timestamp"
    FUTURE_TIMESTAMP = "future_timestamp"
    UNKNOWN_DEVICE = "unknown_device"
    INACTIVE_DEVICE = "inactive_device"
    WRONG_DEVICE_TYPE = "wrong_device_type"
    NOT_A_CHILD = "not_a_child"
    STORE_REFUSED = "store_refused"
    INTERNAL_ERROR = "internal_error"


class RejectedError(Exception):
    """Raised by a codec; the line turns it into a :class:`Rejection`."""

    def __init__(self, reason, detail, device_id=None):
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.device_id = device_id


class Rejection(NamedTuple):
    """A message, or one record of it, that was refused, with its reason."""

    reason: Reason
    detail: str
    topic: str
    payload: bytes
    received_at: datetime
    device_id: str | None = None


@dataclass(slots=True)
class Sample:
    """What one device measured at one instant, in canonical units.

    ``values`` maps a reading type to its value; ``alarms`` maps the reading types
    that violate a limit to their :class:`~..rules.limits.Alarm` (set in room 3).
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
    alarms: dict = field(default_factory=dict)

    @property
    def alarm_type(self):
        """``high_temperature``, ``low_ph`` …; the first violated type, or None."""
        for reading_type, alarm in self.alarms.items():
            return f"{alarm.side}_{reading_type}"
        return None


class StatusChange(NamedTuple):
    """A device said (or its last will said for it) that it is on or off line."""

    device_id: str
    is_online: bool
    received_at: datetime
    is_retained: bool = False  # the broker repeats it: no new sign of life


@dataclass(slots=True)
class Decoded:
    """The outcome of one message: any mix of the three."""

    samples: list = field(default_factory=list)
    statuses: list = field(default_factory=list)
    rejections: list = field(default_factory=list)
