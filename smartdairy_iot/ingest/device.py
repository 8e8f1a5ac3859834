"""What the listener knows of the registered devices. Pure."""

from typing import NamedTuple
from zoneinfo import ZoneInfo


class Checks(NamedTuple):
    """What a value must not be, or it is the probe's fault (see ``plausibility``)."""

    error_values: frozenset = frozenset({85.0, -127.0})  # °C, of a DS18B20
    stuck_after: float = 24 * 3600.0  # seconds, 0 for never
    max_per_minute: float = 0.0  # of the main reading; 0: the type's own


class Device(NamedTuple):
    """The cached, read-only view of one ``iot.device`` row and its profile."""

    id: int
    device_id: str
    device_type: str
    farm_id: int | None
    gateway_id: str | None  # device_id of the parent gateway
    is_active: bool
    location_type: str
    tz: ZoneInfo
    limits: dict  # location type → {reading type → (Rule, …)}, of the instant kinds
    units: dict = {}  # noqa: RUF012 - reading type → unit, where a message names none
    mapping: object = None  # a vendor's payload → our own grammar, see ``mapping``
    checks: Checks = Checks()
    # location type → {(kind, reading type or None) → (Rule, …)}, of all other kinds
    watches: dict = {}  # noqa: RUF012
    # {reading type → (Version of ``calibration``, …)}, the oldest first
    calibrations: dict = {}  # noqa: RUF012
    is_of_tank: bool = False  # a tank under a cooling standard is judged by it

    def limits_at(self, location_type):
        """The limits in force there, most specific scope only."""
        return self.limits.get(location_type or self.location_type, {})

    def watches_at(self, location_type):
        """The other rules in force there, most specific scope only."""
        return self.watches.get(location_type or self.location_type, {})


class Route(NamedTuple):
    """Topics outside the grammar, of one profile."""

    profile_id: int
    template: object  # of ``template``
    mapping: object  # Mapping of ``mapping``
    device_type: str


class Fleet(dict):
    """``{device_id: Device}``, and the other names that devices go by.

    :param keys: ``{(profile id, key at the source, or else device_id): device_id}`` of
        the profiles with topics of their own
    :param channels: ``{(parent device_id, channel): device_id}``, several probes or
        children in one message
    :param routes: :class:`Route` of each profile with topics of its own
    """

    def __init__(self, devices=(), keys=None, channels=None, routes=()):
        super().__init__(devices)
        self.keys_at_source = keys or {}
        self.channels = channels or {}
        self.routes = tuple(routes)
