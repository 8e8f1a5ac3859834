"""What every device message says: readings, time, battery, signal, firmware. Pure.

Readings are numbers under the keys of :data:`READINGS`. Their unit is the canonical
one, or the one of the device's profile, or what the message names::

    {"temperature": 38.8, "unit": "°F"}                    the main reading
    {"temperature": 38.8, "temperature_unit": "°F"}        that reading
    {"temperature": 38.8, "units": {"temperature": "°F"}}
"""

from ..message import Reason, RejectedError, Sample
from .number import READING_TYPES, to_int4, to_number, to_percent, to_reading
from .timestamp import to_time
from .unit import is_canonical

# device type → {payload key: reading type}, the main one first; of two keys for one
# type the first counts.
READINGS = {
    "temperature": {
        "temperature": "temperature",
        "value": "temperature",
        "humidity": "humidity",
    },
    "milk_meter": {
        "volume": "volume",
        "flow_rate": "flow_rate",
        "conductivity": "conductivity",
        "temperature": "temperature",
        "fat_percent": "fat_percent",
        "protein_percent": "protein_percent",
        "somatic_cell_count": "scc",
    },
    "ph_sensor": {"ph": "ph", "value": "ph", "temperature": "temperature"},
    "flow_sensor": {
        "flow_rate": "flow_rate",
        "value": "flow_rate",
        "volume": "volume",
        "running": "running",
        "temperature": "temperature",
    },
    "humidity": {
        "humidity": "humidity",
        "value": "humidity",
        "temperature": "temperature",
    },
    "pressure": {"pressure": "pressure", "value": "pressure", "running": "running"},
    "gateway": {
        "battery": "battery",
        "signal": "signal",
        "temperature": "temperature",
        "running": "running",
    },
}
LOCATION_TYPES = ("raw_milk", "pasteurized", "transport", "storage", "default")
_UNIT_KEYS = frozenset(
    {"unit", "units", "value_unit", "somatic_cell_count_unit"}
    | {f"{reading_type}_unit" for reading_type in READING_TYPES}
)
_FIRMWARE_LENGTH = 30


def to_sample(payload, device, received_at):
    """The :class:`Sample` of all that the payload says; ``values`` may be empty."""
    if device.units or not _UNIT_KEYS.isdisjoint(payload):
        values, original = _read_values_in_units(payload, device)
        battery_unit = _find_unit(payload, device, "battery", "battery")
        signal_unit = _find_unit(payload, device, "signal", "signal")
    else:
        values = read_values(payload, READINGS[device.device_type])
        original = battery_unit = signal_unit = None
    return Sample(
        device.device_id,
        device.device_type,
        to_time(payload.get("timestamp"), received_at, device.tz),
        received_at,
        values,
        to_percent(payload, "battery", battery_unit),
        to_percent(payload, "signal", signal_unit),
        _to_firmware(payload.get("firmware")),
        payload.get("timestamp") is not None,
        _to_location_id(payload.get("location_id")),
        _to_location_type(payload.get("location_type")),
        original=original,
    )


def read_values(payload, names):
    """``{reading type: value}`` for the keys of ``names`` that hold one.

    ``null`` is skipped as if the key were absent: it is not zero. Anything else must
    be a usable value.
    """
    values = {}
    for key, reading_type in names.items():
        raw = payload.get(key)
        if raw is not None and reading_type not in values:
            values[reading_type] = to_reading(raw, reading_type)
    return values


def _read_values_in_units(payload, device):
    """:func:`read_values`, and ``[number, unit]`` of those that were converted."""
    values, original = {}, {}
    for key, reading_type in READINGS[device.device_type].items():
        raw = payload.get(key)
        if raw is None or reading_type in values:
            continue
        unit = _find_unit(payload, device, key, reading_type)
        values[reading_type] = to_reading(raw, reading_type, unit)
        if unit is not None and not is_canonical(unit, reading_type):
            original[reading_type] = [to_number(raw, reading_type), unit.strip()]
    return values, original or None


def _find_unit(payload, device, key, reading_type):
    """As the message names it, else the device's profile; None for the canonical."""
    if _UNIT_KEYS.isdisjoint(payload):
        return device.units.get(reading_type) or None
    named = payload.get("units")
    if named is None:
        named = {}
    elif not isinstance(named, dict):
        raise RejectedError(
            Reason.WRONG_SHAPE,
            f'units is {repr(named)[:60]}, not an object as {{"temperature": "°F"}}',
        )
    found = [named.get(key), named.get(reading_type)]
    found += [payload.get(f"{key}_unit"), payload.get(f"{reading_type}_unit")]
    if reading_type == next(iter(READINGS[device.device_type].values())):
        found.append(payload.get("unit"))
    found.append(device.units.get(reading_type))
    return next((unit for unit in found if unit not in (None, "")), None)


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
    location_id = to_int4(raw)
    if location_id is not None and location_id >= 0:
        return location_id
    raise RejectedError(
        Reason.WRONG_SHAPE, f"location_id {str(raw)[:60]!r} is no location's number"
    )


def _to_firmware(raw):
    """Printable and short enough for its column, or nothing."""
    if isinstance(raw, str) and raw.isprintable() and raw.isascii():
        return raw[:_FIRMWARE_LENGTH] or None
    return None
