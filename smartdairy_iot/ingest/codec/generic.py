"""Devices whose message is a flat object of numbers: one reading per number. Pure."""

from ..message import Reason, RejectedError
from .telemetry import READINGS, to_sample


def measured_by(device_type):
    """The reading types that such a device may send, the main one first."""
    return tuple(dict.fromkeys(READINGS[device_type].values()))


def decode(payload, device, received_at):
    """One sample with a value for each known key; without any it is refused."""
    sample = to_sample(payload, device, received_at)
    if sample.values:
        return sample
    raise RejectedError(
        Reason.MISSING_VALUE,
        "none of " + ", ".join(READINGS[device.device_type]) + " holds a value",
    )
