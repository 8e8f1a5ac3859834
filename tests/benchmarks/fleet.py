"""The benchmark's devices and their numbers: who is BENCH-00001.

A reading is one whole number, its *key*: the device's number above, the millisecond
below. Sets of a million of them are compared in a second.
"""

from typing import NamedTuple

CHILDREN = 50  # of each gateway, all in one message
_MOMENT_BITS = 44
_MOMENT_MASK = (1 << _MOMENT_BITS) - 1


class Kind(NamedTuple):
    """Devices of one type; their numbers begin at ``first``."""

    device_type: str
    first: int

    def numbers(self, how_many):
        """The first so many of them."""
        return range(self.first, self.first + how_many)


TEMPERATURE = Kind("temperature", 0)
MILK_METER = Kind("milk_meter", 60_000)
OTHERS = (
    Kind("ph_sensor", 62_000),
    Kind("flow_sensor", 63_000),
    Kind("humidity", 64_000),
    Kind("pressure", 65_000),
)
GATEWAY = Kind("gateway", 70_000)
CHILD = Kind("temperature", 71_000)


def device_id(number):
    """BENCH-00001 is the first."""
    return f"BENCH-{number + 1:05d}"


# the same in SQL, with `device_id` and `time` as columns
KEY_SQL = f"""(((substr(device_id, 7)::bigint - 1) << {_MOMENT_BITS})
               | round(extract(epoch FROM time) * 1000)::bigint)"""


def key(number, moment):
    """:param moment: milliseconds since the epoch"""
    return number << _MOMENT_BITS | moment


def of_key(reading):
    """``(device number, milliseconds)``"""
    return reading >> _MOMENT_BITS, reading & _MOMENT_MASK


def children(gateway):
    """The numbers of the devices behind a gateway."""
    first = CHILD.first + (gateway - GATEWAY.first) * CHILDREN
    return range(first, first + CHILDREN)


def readings_of(messages):
    """The keys of all readings in these messages, themselves given by their keys."""
    for message in messages:
        number, moment = of_key(message)
        if GATEWAY.first <= number < CHILD.first:
            yield from (key(child, moment) for child in children(number))
        else:
            yield message


def mixed(devices):
    """``[(kind, numbers)]``: 60 % temperature, 30 % milk meters, 10 % of the others."""
    tenth = max(1, devices // 10)
    parts = [(TEMPERATURE, 6 * tenth), (MILK_METER, 3 * tenth)]
    each = [max(1, (tenth + left) // len(OTHERS)) for left in range(len(OTHERS))]
    parts += zip(OTHERS, each, strict=True)
    return [(kind, kind.numbers(how_many)) for kind, how_many in parts]
