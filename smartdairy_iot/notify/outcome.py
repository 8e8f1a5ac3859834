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
    :param retry_after: seconds that the other side asks us to wait; 0: our backoff
    """

    is_sent: bool
    error: str = ""
    is_final: bool = False
    is_channel_down: bool = False
    reference: str = ""
    retry_after: int = 0


def next_try(outcome, attempts, now):
    """When to try again, None: never.

    A channel that is down is waited for: about a day instead of the usual hour.

    :param attempts: how often it was tried, this attempt included
    """
    limit = _WAITS_FOR_CHANNEL if outcome.is_channel_down else len(BACKOFF)
    if outcome.is_sent or outcome.is_final or attempts > limit:
        return None
    wait = BACKOFF[min(attempts, len(BACKOFF)) - 1]
    return now + max(wait, timedelta(seconds=outcome.retry_after))
