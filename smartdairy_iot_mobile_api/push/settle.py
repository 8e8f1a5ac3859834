"""From what became of each device to what becomes of the notification. Pure."""

from typing import NamedTuple


class Heard(NamedTuple):
    """Of one device. :param wait: seconds until the next attempt"""

    is_sent: bool
    is_final: bool = False
    error: str = ""
    reference: str = ""
    wait: int = 0


class Settled(NamedTuple):
    """
    :param state: ``sent``; ``later``: some device is still to be tried; ``lost``: none
        has it and none will
    """

    state: str
    error: str = ""
    reference: str = ""
    wait: int = 0


def settle(devices, is_last):
    """Each device is tried until it has the message: the tablet in a drawer that took
    it is no reason to leave out the phone in a pocket.

    :param devices: list of :class:`Heard`, not empty
    :param is_last: there will be no further attempt
    """
    waiting = [one for one in devices if not one.is_sent and not one.is_final]
    errors = " ".join(dict.fromkeys(one.error for one in devices if one.error))
    reference = next((one.reference for one in devices if one.is_sent), "")
    if waiting and not (is_last and reference):
        return Settled("later", errors, wait=max(one.wait for one in waiting))
    if any(one.is_sent for one in devices):
        return Settled("sent", errors, reference)
    return Settled("lost", errors)
