"""Milk meters: begin, readings and end of a milking. Pure.

Specification: Day 253, ``MilkMeterHandler``.
"""

from ..message import Reason, RejectedError
from .number import to_int4
from .telemetry import READINGS, to_sample

MESSAGE_TYPES = ("session_start", "reading", "session_end")
_LENGTH = 50  # of the column session_id


def decode(payload, device, received_at):
    """One sample; begin and end of a milking need not measure anything."""
    message_type = payload.get("type")
    if message_type is None:
        message_type = "reading"
    elif message_type not in MESSAGE_TYPES:
        raise RejectedError(
            Reason.WRONG_SHAPE,
            f"type {str(message_type)[:60]!r} is none of " + ", ".join(MESSAGE_TYPES),
        )
    sample = to_sample(payload, device, received_at)
    if message_type == "reading" and not sample.values:
        raise RejectedError(
            Reason.MISSING_VALUE,
            "none of " + ", ".join(READINGS["milk_meter"]) + " holds a value",
        )
    if "scc" in sample.values:
        sample.values["scc"] = round(sample.values["scc"])  # cells are counted
    sample.metadata = _metadata(message_type, payload)
    return sample


def _metadata(message_type, payload):
    """What the milk belongs to: it is never refused because of it."""
    metadata = {
        "type": message_type,
        "session_id": _to_text(payload.get("session_id")),
        "animal_id": None,
    }
    raw = payload.get("animal_id")
    if raw is not None:
        animal_id = to_int4(raw)
        if animal_id is not None:
            metadata["animal_id"] = animal_id
        elif animal := _to_text(raw):  # an ear tag
            metadata["animal"] = animal
    return metadata


def _to_text(raw):
    """What a column can hold: no NUL, no lone surrogate; None for nothing."""
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    if isinstance(raw, bool) or not isinstance(raw, (str, int, float)):
        return None
    text = str(raw).strip()[:_LENGTH].replace("\0", "\N{REPLACEMENT CHARACTER}")
    return text.encode(errors="replace").decode() or None
