"""Ids for readings, whose tables have none. Pure.

An id says which device measured what, and in which quarter of a second, so a reading is
found again by its key. It has 53 bits, all that a number of JavaScript holds exactly:

    device id modulo 65,536 (16) | reading type (4) | quarter seconds since 2000 (33)

The last bits last until 2068. Two values of one device and type within the same quarter
of a second share an id, and so would devices whose ids differ by 65,536.
"""

from datetime import datetime, timedelta, timezone
from typing import NamedTuple

# The position is part of ids that people may have kept: only ever append.
TYPES = (
    "temperature",
    "humidity",
    "pressure",
    "volume",
    "flow_rate",
    "ph",
    "conductivity",
    "fat_percent",
    "protein_percent",
    "scc",
    "battery",
    "signal",
    "running",
)
EPOCH = datetime(2000, 1, 1, tzinfo=timezone.utc)
TICK = timedelta(milliseconds=250)
DEVICES = 1 << 16
TYPE_BITS = 4
TICK_BITS = 33


class Key(NamedTuple):
    """What an id says."""

    device: int  # id of the iot.device, modulo DEVICES
    reading_type: str
    start: datetime  # aware; the reading is in the TICK that begins here


def encode(device_id, reading_type, time):
    """:param time: aware, from 2000 to 2067"""
    ticks = (time - EPOCH) // TICK
    high = (device_id % DEVICES) << TYPE_BITS | TYPES.index(reading_type)
    return high << TICK_BITS | ticks


def decode(reading_id):
    """:return: :class:`Key`, or None if no reading can have this id"""
    high, ticks = divmod(reading_id, 1 << TICK_BITS)
    device, number = divmod(high, 1 << TYPE_BITS)
    if not 0 <= device < DEVICES or number >= len(TYPES):
        return None
    return Key(device, TYPES[number], EPOCH + ticks * TICK)
