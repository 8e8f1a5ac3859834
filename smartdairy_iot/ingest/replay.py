"""Quarantined messages once more through rooms 2 and 3. Pure."""

from typing import NamedTuple

from .buffer import Batch
from .message import EXCERPT, Reason, Rejection


class Newcomer(NamedTuple):
    """A device that was unknown when its messages came, and is known by now."""

    device_ref: str  # what its messages call it
    gateway_id: str | None  # device id of the gateway that sent them
    device_id: str


def find_device(fleet, device_ref, profile_id, gateway_id):
    """The :class:`~.device.Device` that goes by this name, or None; as decode does."""
    if gateway_id:
        return fleet.get(fleet.channels.get((gateway_id, device_ref), device_ref))
    if profile_id:
        return fleet.get(fleet.keys_at_source.get((profile_id, device_ref)))
    return fleet.get(device_ref)


def replay(messages, newcomer, interpreter):
    """Read them in order of receipt.

    :param messages: list of :class:`~.message.Message`
    :return: :class:`~.buffer.Batch`, without receipts
    """
    batch = Batch()
    for message in messages:
        decoded = interpreter.read(message)
        if newcomer.gateway_id:
            _leave_siblings_out(decoded, newcomer)
        for stranger in decoded.strangers:
            if _is_still_unknown(stranger, newcomer):
                batch.rejections.append(_to_rejection(stranger))
            else:
                batch.strangers.append(stranger)
        batch.samples += decoded.samples
        batch.statuses += decoded.statuses
        batch.rejections += decoded.rejections
    return batch


def _leave_siblings_out(decoded, newcomer):
    """A gateway's message may be whole: what it says of others was heard long ago."""
    ours, ref = newcomer.device_id, newcomer.device_ref
    decoded.samples = [s for s in decoded.samples if s.device_id == ours]
    decoded.rejections = [r for r in decoded.rejections if r.device_id in (ours, None)]
    decoded.strangers = [s for s in decoded.strangers if s.device_ref == ref]


def _is_still_unknown(stranger, newcomer):
    return (stranger.device_ref, stranger.gateway_id) == newcomer[:2]


def _to_rejection(stranger):
    return Rejection(
        Reason.UNKNOWN_DEVICE,
        f"its topic or mapping no longer leads to {stranger.device_ref}",
        stranger.topic,
        stranger.payload[:EXCERPT],
        stranger.received_at,
        stranger.device_ref,
        len(stranger.payload),
    )
