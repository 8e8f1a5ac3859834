"""What a device says to what it was told. Pure. See docs/control.md."""

from datetime import datetime
from typing import NamedTuple

from ..ingest.message import Reason, RejectedError

_LONGEST_REASON = 200
_REFERENCES = {"config": "hash", "command": "id"}
_STATUSES = {
    "config": ("applied", "refused"),
    "command": ("applied", "refused", "expired"),
}
_FIRMWARE_STATUSES = ("downloading", "failed", "refused")


class Answer(NamedTuple):
    """
    :param kind: ``config`` or ``command``
    :param reference: the hash of the configuration, or the id of the command
    :param status: ``applied``, ``refused``; of a command also ``expired``
    :param firmware: ``{"version", "status", "reason"}`` of a download under way
    :param topic, payload: as it came, for the log of what is refused
    """

    kind: str
    device_id: str
    reference: str
    status: str
    reason: str
    received_at: datetime
    topic: str
    payload: bytes
    firmware: dict | None = None


def parse(kind, payload, device_id, message):
    """
    :param payload: the JSON value of the message
    :param message: :class:`~..ingest.message.Message`
    :raise RejectedError:
    """
    if not isinstance(payload, dict):
        raise RejectedError(Reason.WRONG_SHAPE, "an answer is a JSON object", device_id)
    if payload.get("device_id", device_id) != device_id:
        raise RejectedError(
            Reason.STALE_ANSWER,
            f"it names another device: {str(payload['device_id'])[:60]!r}",
            device_id,
        )
    name = _REFERENCES[kind]
    reference, status = payload.get(name), payload.get("status")
    if not isinstance(reference, str) or not 0 < len(reference) <= 64:
        raise RejectedError(
            Reason.MISSING_VALUE,
            f"{name!r} must be the one that is answered, a text",
            device_id,
        )
    if status not in _STATUSES[kind]:
        raise RejectedError(
            Reason.WRONG_SHAPE,
            f"status is {str(status)[:60]!r}; use " + ", ".join(_STATUSES[kind]),
            device_id,
        )
    return Answer(
        kind,
        device_id,
        _to_text(reference),
        status,
        _to_text(payload.get("reason")),
        message.received_at,
        message.topic,
        message.payload,
        _to_firmware(payload.get("firmware"), device_id),
    )


def _to_firmware(value, device_id):
    if value is None:
        return None
    version = value.get("version") if isinstance(value, dict) else None
    if not isinstance(version, str) or value.get("status") not in _FIRMWARE_STATUSES:
        raise RejectedError(
            Reason.WRONG_SHAPE,
            "firmware is {version, status, reason}; status: "
            + ", ".join(_FIRMWARE_STATUSES),
            device_id,
        )
    return {
        "version": _to_text(version),
        "status": value["status"],
        "reason": _to_text(value.get("reason")),
    }


def _to_text(value):
    """What a text column can hold: no NUL, no lone surrogate, not endless."""
    if value is None:
        return ""
    text = str(value)[:_LONGEST_REASON].replace("\0", "\N{SYMBOL FOR NULL}")
    return text.encode(errors="replace").decode()
