"""What became of one attempt to send, and when to try again. Pure."""

from datetime import timedelta
from typing import NamedTuple

# How long to wait after each failed attempt; after the last one it is given up.
BACKOFF = (
    timedelta(seconds=10),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
)
_WAITS_FOR_CHANNEL = 50


class Outcome(NamedTuple):
    """
    :param is_final: do not try again: the address is refused
    :param is_channel_down: nothing can be sent through this channel now; this and
        the rest is kept for later
    :param reference: what the other side calls the message
    """

    is_sent: bool
    error: str = ""
    is_final: bool = False
    is_channel_down: bool = False
    reference: str = ""


def next_try(outcome, attempts, now):
    """When to try again, None: never.

    A channel that is down is waited for: about a day instead of the usual hour.

    :param attempts: how often it was tried, this attempt included
    """
    limit = _WAITS_FOR_CHANNEL if outcome.is_channel_down else len(BACKOFF)
    if outcome.is_sent or outcome.is_final or attempts > limit:
        return None
    return now + BACKOFF[min(attempts, len(BACKOFF)) - 1]
