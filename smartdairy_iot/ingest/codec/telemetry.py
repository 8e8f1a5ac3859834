"""What every device message may carry: time, battery, signal, firmware. Pure."""

from ..message import Reason, RejectedError, Sample
from .number import to_percent, to_reading
from .timestamp import to_time

LOCATION_TYPES = ("raw_milk", "pasteurized", "transport", "storage", "default")
_INT4_MAX = 2**31 - 1
_FIRMWARE_LENGTH = 30


def to_sample(payload, device, received_at, values):
    """The :class:`Sample` of ``values``, with all that accompanies them."""
    return Sample(
        device.device_id,
        device.device_type,
        to_time(payload.get("timestamp"), received_at, device.tz),
        received_at,
        values,
        to_percent(payload, "battery"),
        to_percent(payload, "signal"),
        _to_firmware(payload.get("firmware")),
        payload.get("timestamp") is not None,
        _to_location_id(payload.get("location_id")),
        _to_location_type(payload.get("location_type")),
    )


def read_values(payload, names):
    """``{reading type: value}`` for the keys of ``names`` present in the payload.

    ``names`` maps payload keys to reading types; of two keys for one type the first
    counts. A key that is present must hold a usable value; a payload without any of
    them holds no reading at all.
    """
    values = {}
    for key, reading_type in names.items():
        if payload.get(key) is not None and reading_type not in values:
            values[reading_type] = to_reading(payload[key], reading_type)
    if values:
        return values
    raise RejectedError(
        Reason.MISSING_VALUE, "none of " + ", ".join(names) + " holds a value"
    )


def _to_location_type(raw):
    if raw is None or raw in LOCATION_TYPES:
        return raw
    raise RejectedError(
        Reason.WRONG_SHAPE,
        f"location_type {str(raw)[:60]!r} is none of " + ", ".join(LOCATION_TYPES),
    )


def _to_location_id(raw):
    if raw is None:
        return None
    if isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw <= _INT4_MAX:
        return raw
    raise RejectedError(
        Reason.WRONG_SHAPE, f"location_id {str(raw)[:60]!r} is no location's number"
    )


def _to_firmware(raw):
    """Printable and short enough for its column, or nothing."""
    if isinstance(raw, str) and raw.isprintable() and raw.isascii():
        return raw[:_FIRMWARE_LENGTH] or None
    return None
