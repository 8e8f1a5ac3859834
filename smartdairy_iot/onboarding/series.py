"""``TEMP-{n:03}`` from 1 to 60 → TEMP-001 … TEMP-060."""

import re
from itertools import zip_longest

from .cell import DEVICE_ID

MOST = 1000
_NUMBER = re.compile(r"\{n(?::0?([1-9]))?\}")
_DIGITS = re.compile(r"(\d+)")


class PatternError(ValueError):
    """:ivar kind: braces, number or device_id"""

    def __init__(self, kind, **values):
        super().__init__(kind)
        self.kind, self.values = kind, values


def fill(pattern, number):
    """:param pattern: with ``{n}``, or ``{n:03}`` for at least three digits"""
    return _NUMBER.sub(lambda found: str(number).zfill(int(found[1] or 1)), pattern)


def expand_ids(pattern, first, last):
    """Device IDs; other texts of a device may do without a number, an ID may not.

    :raise PatternError: it has no number, stray braces, or makes no device IDs
    """
    pattern = pattern.strip()
    if not _NUMBER.search(pattern):
        raise PatternError("number")
    check_braces(pattern)
    ids = [fill(pattern, number) for number in range(first, last + 1)]
    for device_id in (ids[0], ids[-1]):
        if not DEVICE_ID.fullmatch(device_id):
            raise PatternError("device_id", text=device_id)
    return ids


def check_braces(pattern):
    rest = _NUMBER.sub("", pattern)
    if "{" in rest or "}" in rest:
        raise PatternError("braces", text=pattern)


def natural(name):
    """Sorts Stall 2 before Stall 10."""
    words = _DIGITS.split(name.casefold())
    numbers = [int(digits) for digits in words[1::2]]
    return [pair for pair in zip_longest(words[::2], numbers, fillvalue=-1)]
