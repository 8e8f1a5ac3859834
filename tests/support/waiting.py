"""Polling with a deadline: nothing sleeps for a time that somebody guessed."""

import time


def wait_until(check, what, seconds=15.0):
    """Poll until ``check()`` is true; return what it returned."""
    deadline = time.monotonic() + seconds
    while not (found := check()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        time.sleep(0.02)
    return found
