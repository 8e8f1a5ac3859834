"""What the listener knows of a registered device. Pure."""

from typing import NamedTuple
from zoneinfo import ZoneInfo


class Device(NamedTuple):
    """The cached, read-only view of one ``iot.device`` row."""

    id: int
    device_id: str
    device_type: str
    farm_id: int | None
    gateway_id: str | None  # device_id of the parent gateway
    is_active: bool
    location_type: str
    tz: ZoneInfo
    limits: dict  # location type → {reading type → (Limit, …)}

    def limits_at(self, location_type):
        """The limits in force there, most specific scope only."""
        return self.limits.get(location_type or self.location_type, {})
