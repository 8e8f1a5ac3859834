"""Numbers as devices really send them. Pure."""

from math import isfinite

from ..message import Reason, RejectedError
from .unit import to_canonical

# Canonical unit and physically possible range of each reading type: outside of it
# no such sensor can measure, so the payload is wrong (DESIGN.md, room 2).
READING_TYPES = {
    "temperature": ("°C", -200.0, 250.0),  # of a Pt100; a DS18B20 fails with -127
    "humidity": ("%", 0.0, 100.0),
    "pressure": ("bar", -1.0, 1000.0),
    "volume": ("L", 0.0, 1_000_000.0),
    "flow_rate": ("L/min", 0.0, 100_000.0),
    "ph": ("pH", 0.0, 14.0),
    "conductivity": ("mS/cm", 0.0, 1000.0),
    "fat_percent": ("%", 0.0, 100.0),
    "protein_percent": ("%", 0.0, 100.0),
    "scc": ("cells/mL", 0.0, 100_000_000.0),
    "battery": ("%", 0.0, 100.0),
    "signal": ("%", 0.0, 100.0),
    "running": ("%", 0.0, 100.0),  # of a motor: 0 stands still
}
_INT4 = range(-(2**31), 2**31)
_LONGEST_INT = 50  # characters


def unit_of(reading_type):
    return READING_TYPES[reading_type][0]


def to_number(raw, name):
    """A finite float from a JSON number or a numeric string.

    A boolean is no number, and NaN is never stored.
    """
    if type(raw) is float or type(raw) is int:
        number = _to_float(raw, name)
    elif isinstance(raw, str):
        number = _to_float(raw.strip(), name)
    else:
        raise RejectedError(
            Reason.NOT_A_NUMBER, f"{name} is {_shown(raw)}, not a number"
        )
    if not isfinite(number):
        raise RejectedError(Reason.NOT_A_NUMBER, f"{name} is {_shown(raw)}, not finite")
    return number


def to_reading(raw, reading_type, unit=None):
    """:func:`to_number` in the canonical unit, and one that a sensor can measure.

    :param unit: as it was sent; None for the canonical one
    """
    canonical, low, high = READING_TYPES[reading_type]
    if unit is None and type(raw) is float and low <= raw <= high:
        return raw  # as nearly all are
    number = to_number(raw, reading_type)
    value = number if unit is None else to_canonical(number, unit, reading_type)
    if low <= value <= high:
        return value
    sent = f"{number:g} {unit} = " if value != number else ""
    raise RejectedError(
        Reason.OUT_OF_RANGE,
        f"{reading_type} {sent}{value:g} {canonical} is outside "
        f"{low:g} … {high:g} {canonical}",
    )


def to_int4(raw):
    """A whole number that such a column holds, of a number or a numeric string."""
    if isinstance(raw, str) and raw.isascii() and raw.strip().isdecimal():
        raw = int(raw) if len(raw) <= _LONGEST_INT else None
    elif isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    return raw if type(raw) is int and raw in _INT4 else None


def to_percent(payload, name, unit=None):
    """Battery and signal: 0–100 as int, or None when absent or not usable.

    They accompany a reading; a nonsensical battery, or one in volts, must not cost the
    temperature.
    """
    raw = payload.get(name)
    if raw is None or (type(raw) is int and unit is None and 0 <= raw <= 100):
        return raw
    try:
        return round(to_reading(raw, name, unit))
    except RejectedError:
        return None


def _to_float(raw, name):
    try:
        if isinstance(raw, str) and "_" in raw:
            raise ValueError  # Python reads 1_000, no device means it
        return float(raw)
    except (ValueError, OverflowError):
        raise RejectedError(
            Reason.NOT_A_NUMBER, f"{name} is {_shown(raw)}, not a number"
        ) from None


def _shown(raw):
    return repr(raw)[:60]
