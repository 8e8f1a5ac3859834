"""One message to the broker. Pure."""

from typing import NamedTuple


class Publication(NamedTuple):
    """:param payload: bytes; empty and retained: forget what was retained there
    :param expires_in: seconds after which the broker drops what it could not deliver;
        0: never
    """

    topic: str
    payload: bytes
    retain: bool = False
    expires_in: int = 0
