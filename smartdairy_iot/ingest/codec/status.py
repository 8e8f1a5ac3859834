"""The status topic and last will: on or off line. Pure."""

from ..message import Reason, RejectedError, StatusChange

_ONLINE = {"online": True, "offline": False, "true": True, "false": False}


def decode(payload, device, received_at):
    """Takes ``{"online": true}``, ``{"status": "online"}``, a word or a boolean."""
    raw = payload
    if isinstance(payload, dict):
        raw = payload.get("online", payload.get("status"))
    if isinstance(raw, str):
        raw = _ONLINE.get(raw.strip().lower(), raw)
    if isinstance(raw, bool):
        return StatusChange(device.device_id, raw, received_at)
    raise RejectedError(
        Reason.WRONG_SHAPE, 'a status is {"online": true} or {"online": false}'
    )
