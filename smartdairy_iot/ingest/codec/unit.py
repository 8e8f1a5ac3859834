"""Units as devices really name them. Pure.

A table and no unit library: the usual ones parse an expression for each reading, which
takes far longer than all the rest of it, and know neither these spellings nor cells/mL.
"""

import re
from functools import lru_cache
from typing import NamedTuple
from unicodedata import normalize

from ..message import Reason, RejectedError


class Unit(NamedTuple):
    """``canonical = (number - zero) * factor``; the first name is the one shown."""

    names: str
    factor: float = 1.0
    zero: float = 0.0


_US_GALLON = 3.785411784  # litres
_PERCENT = (Unit("%, percent, pct, %RH"), Unit("ratio, fraction", 100))
# Per reading type, the canonical one first. Case, spaces and the like tell nothing.
_UNITS = {
    "temperature": (
        Unit("°C, Celsius, centigrade"),
        Unit("°F, Fahrenheit", 5 / 9, 32),
        Unit("K, Kelvin", zero=273.15),
    ),
    "pressure": (
        Unit("bar, bars, barg"),
        Unit("mbar, millibar", 1 / 1000),
        Unit("hPa", 1 / 1000),
        Unit("kPa", 1 / 100),
        Unit("Pa, pascal", 1 / 100_000),
        Unit("MPa", 10),
        Unit("psi, psig", 0.06894757293168),
    ),
    "volume": (
        Unit("L, liter, liters, litre, litres"),
        Unit("mL, milliliter, milliliters, millilitre, millilitres", 1 / 1000),
        Unit("gal, gallon, gallons, US gal, US gallon, US gallons", _US_GALLON),
        Unit("imp gal, UK gal, imperial gallon, imperial gallons", 4.54609),
        Unit("m³, m^3, cbm", 1000),
    ),
    "flow_rate": (
        Unit("L/min, lpm"),
        Unit("L/h, L/hr, lph", 1 / 60),
        Unit("L/s, lps", 60),
        Unit("mL/min", 1 / 1000),
        Unit("gal/min, gpm, US gal/min, US gpm", _US_GALLON),
        Unit("m³/h, m^3/h, m³/hr, cbm/h", 1000 / 60),
    ),
    "ph": (Unit("pH"),),
    "conductivity": (
        Unit("mS/cm"),
        Unit("µS/cm, uS/cm", 1 / 1000),
        Unit("S/m", 10),
        Unit("dS/m"),
        Unit("mS/m", 1 / 100),
    ),
    "humidity": _PERCENT,
    "fat_percent": _PERCENT,
    "protein_percent": _PERCENT,
    "scc": (
        Unit("cells/mL, /mL, 1/mL"),
        Unit("10^3/mL, 10³/mL, x10^3/mL, x10³/mL, 1000/mL, x1000/mL, k/mL", 1000),
    ),
    "battery": _PERCENT,
    "signal": _PERCENT,
    "running": _PERCENT,
}
_NOISE = re.compile(r"[\s_.×°]|degrees?|deg|cells?")
# Typed for a degree sign: the masculine ordinal and the ring above.
_RINGS = str.maketrans("º˚", "°°")
_LENGTH = 40


def to_canonical(number, unit, reading_type):
    """``number`` in the unit that readings of this type are kept in.

    >>> to_canonical(50.0, "℉", "temperature")
    10.0
    """
    found = _find(unit, reading_type)
    if _keeps(found):
        return number
    # Nine decimals are finer than any probe and drop what the arithmetic adds.
    return round((number - found.zero) * found.factor, 9)


def is_canonical(unit, reading_type):
    """Whether a number in this unit is kept as it came."""
    return _keeps(_find(unit, reading_type))


def _keeps(unit):
    return unit.factor == 1 and not unit.zero


def _find(unit, reading_type):
    if isinstance(unit, str) and len(unit) <= _LENGTH:
        if found := _known(unit, reading_type):
            return found
    known = ", ".join(known.names.split(",")[0] for known in _UNITS[reading_type])
    raise RejectedError(
        Reason.UNKNOWN_UNIT, f"{reading_type} unit {repr(unit)[:60]} is none of {known}"
    )


@lru_cache(maxsize=1024)  # far more than the spellings of one fleet
def _known(name, reading_type):
    for unit in _UNITS[reading_type]:
        if _plain(name) in map(_plain, unit.names.split(",")):
            return unit
    return None


def _plain(name):
    """One spelling for many: ``degC``, ``° C`` and ``℃`` are all ``c``.

    Case tells nothing: no device means a millipascal or a megasiemens.
    """
    name = normalize("NFKC", name.translate(_RINGS)).casefold()
    return _NOISE.sub("", name)
