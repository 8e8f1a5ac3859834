"""What becomes of something that Odoo tells a device: a state machine. Pure.

==============  ====================================================================
``queued``      the broker does not have it yet
``sent``        the broker has it. Whether the device has, only its answer tells.
``applied``     the device has answered that it did it
``refused``     the device has answered that it will not, with its reason
``expired``     nobody answered in time
``superseded``  something newer was told before it was answered
``failed``      the broker refuses it, again and again
==============  ====================================================================
"""

from datetime import timedelta

from ..notify.outcome import BACKOFF

STATES = (
    "queued",
    "sent",
    "applied",
    "refused",
    "expired",
    "superseded",
    "failed",
)
OPEN = ("queued", "sent")
_SLOWEST = 60  # seconds between two attempts to reach a broker that is away
_ANSWERS = {"applied", "refused"}


def after_answer(kind, state, status):
    """The state after an answer; None if the answer changes nothing.

    A configuration stays at the broker: a device may take it at last although nobody
    waited any more, or, with another firmware, do what it refused before. A command is
    answered once, and one that has expired is never done.

    :param kind: ``config`` or ``command``
    :param status: ``applied``, ``refused``; of a command also ``expired``

    >>> after_answer("config", "expired", "applied")
    'applied'
    >>> after_answer("command", "expired", "applied")
    """
    if state == status or state == "superseded":
        return None
    if state in OPEN or state == "failed":
        return status
    if kind == "config" and status in _ANSWERS:
        return status
    return None


def retry_at(outcome, attempts, now):
    """When to try again what the broker did not take; None: give it up.

    A broker that is away is waited for without end; one that refuses (its access list)
    for about an hour.

    :param outcome: :class:`~..notify.outcome.Outcome`
    :param attempts: how often it was tried, this attempt included
    """
    if outcome.is_channel_down:
        return now + timedelta(seconds=min(5 * 2 ** min(attempts - 1, 6), _SLOWEST))
    if outcome.is_final or attempts > len(BACKOFF):
        return None
    return now + BACKOFF[attempts - 1]
