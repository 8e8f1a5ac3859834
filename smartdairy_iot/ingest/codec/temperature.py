"""Temperature sensors: ``temperature`` or ``value``, and ``humidity``. Pure.

Specification: Day 253, ``TemperatureHandler``.
"""

from ..message import Reason, RejectedError
from .telemetry import to_sample


def decode(payload, device, received_at):
    """One sample; a missing temperature is refused, it is never 0 °C."""
    sample = to_sample(payload, device, received_at)
    if "temperature" in sample.values:
        return sample
    raise RejectedError(
        Reason.MISSING_VALUE, "neither temperature nor value holds a value"
    )
