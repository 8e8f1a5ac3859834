"""What a refresh token means that somebody shows. Pure.

Each is good for one use, and its successor comes with the answer. Whoever shows one a
second time has copied it, or it was copied from them: nobody can tell, so all of the
device's tokens end (RFC 9700, 4.14.2). But answers get lost on the way to a phone in a
barn: for a short while the same token may be shown again, if nobody has used what came
with the answer.
"""

from datetime import timedelta
from typing import NamedTuple

LEEWAY = timedelta(seconds=30)


class Shown(NamedTuple):
    """
    :param used_at: when it was used first, None: not yet
    :param is_live: the device is still signed in
    :param is_successor_used: what it was exchanged for has been used
    """

    expires_at: object
    used_at: object = None
    is_live: bool = True
    is_successor_used: bool = False


def judge(shown, now):
    """
    :param shown: None: there is no such token
    :return: ``rotate``, ``reused`` or ``dead``
    """
    if shown is None or not shown.is_live:
        return "dead"
    if shown.used_at:
        is_lost = now - shown.used_at <= LEEWAY and not shown.is_successor_used
        return "rotate" if is_lost else "reused"
    return "rotate" if shown.expires_at > now else "dead"
