"""Temperature sensors: ``temperature`` or ``value`` in °C, ``humidity`` in %. Pure.

Specification: Day 253, ``TemperatureHandler``.
"""

from ..message import Reason, RejectedError
from .number import to_reading
from .telemetry import to_sample


def decode(payload, device, received_at):
    """One sample; a missing temperature is refused, it is never 0 °C."""
    raw = payload.get("temperature")
    if raw is None:
        raw = payload.get("value")
    if raw is None:
        raise RejectedError(
            Reason.MISSING_VALUE, "neither temperature nor value holds a value"
        )
    values = {"temperature": to_reading(raw, "temperature")}
    if (humidity := payload.get("humidity")) is not None:
        values["humidity"] = to_reading(humidity, "humidity")
    return to_sample(payload, device, received_at, values)
