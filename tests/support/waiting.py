"""Polling with a deadline: nothing sleeps for a time that somebody guessed."""

import time

# For what a scheduled action does: it is woken at once, but the scheduler passes over
# one that is at work just then, and its next poll is a minute later.
PATIENCE = 90.0
_PAUSE = 0.02


def wait_until(check, what, seconds=PATIENCE, seen=None):
    """Poll until ``check()`` is true; return what it returned.

    Between two looks it rests for as long as one took: on a busy machine the looks are
    not what keeps the others from their work.

    :param seen: called when it is too late, for the message: what there is instead
    """
    deadline = time.monotonic() + seconds
    while True:
        began = time.monotonic()
        if found := check():
            return found
        now = time.monotonic()
        if now > deadline:
            instead = f"; last seen: {seen()!r}" if seen else ""
            raise AssertionError(f"not within {seconds:g} s: {what}{instead}")
        time.sleep(max(_PAUSE, now - began))
