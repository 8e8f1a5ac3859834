"""One message to the broker. Pure."""

from typing import NamedTuple


class Publication(NamedTuple):
    """:param payload: bytes; empty and retained: forget what was retained there"""

    topic: str
    payload: bytes
    retain: bool = False
