"""Whether a replica may be read instead of its primary. Pure.

Its distance is measured in the primary's log and by the primary's clock: by how much
the clocks of the two servers differ does not matter.
"""

import math
import threading
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

LOOK_EVERY = 1  # seconds, while it answers
AWAY_FOR = 30  # seconds until one that did not is asked again
_CATCHES_UP_IN = 0.1  # seconds: what was written in this moment, after a quiet hour


class Primary(NamedTuple):
    """What the primary says; ``position`` is in bytes of its log."""

    position: int
    now: datetime  # aware


class Standby(NamedTuple):
    """What the replica says."""

    position: int | None  # None: it is no standby
    last_commit: datetime | None  # aware; the newest one that it shows


def seconds_behind(primary, standby):
    """What the replica shows is at most so old; infinite when that is not known.

    :param primary: None while it is away: then nothing new is stored either
    """
    if primary is None and standby.position is not None:
        return 0.0
    if standby.position is None:
        return math.inf
    if standby.position >= primary.position:
        return 0.0
    if standby.last_commit is None:
        return math.inf
    return max(0.0, (primary.now - standby.last_commit).total_seconds())


class Replica:
    """Looked at now and then; any thread may ask.

    :param primary, standby: functions that ask them for :class:`Primary` and
        :class:`Standby`
    :param most: seconds that it may be behind
    :param errors: exceptions of a server that is away
    :param clock, sleep: as ``time.monotonic`` and ``time.sleep``
    :param tell: called with ``(is_good, reason)`` whenever that changes
    """

    def __init__(self, primary, standby, most, errors, clock, sleep, tell):
        self._primary, self._standby = primary, standby
        self._most, self._errors = most, errors
        self._clock, self._sleep, self._tell = clock, sleep, tell
        self._looking = threading.Lock()
        self._look_at = self._good_until = -math.inf
        self._was_good = True

    def is_good(self):
        """Whether what it shows now is new enough."""
        # While one thread looks, the others go by what it saw the last time.
        if self._clock() >= self._look_at and self._looking.acquire(blocking=False):
            try:
                self.look()
            finally:
                self._looking.release()
        return self._clock() < self._good_until

    def look(self):
        """:return: seconds that it is behind; None when it is away"""
        asked_at = self._clock()
        with self._away_is_told():
            behind = self._behind()
            is_good = behind <= self._most
            self._look_at = asked_at + LOOK_EVERY
            self._good_until = asked_at + self._most - behind if is_good else -math.inf
            self._say(is_good, _reason(behind))
            return behind

    def failed(self, error):
        """It did not do what it was asked: the primary is read for a while."""
        self._look_at, self._good_until = self._clock() + AWAY_FOR, -math.inf
        self._say(False, str(error).strip().partition("\n")[0])

    def settle(self):
        """Return when nobody is shown by it what was before this moment any more.

        That is when it has what the primary has now, or is so far behind that all
        processes read the primary.
        """
        until = self._clock() + self._most
        with self._away_is_told():
            position = self._primary().position
            while self._clock() < until:
                shown = self._standby().position
                if shown is None or shown >= position:
                    return
                self._sleep(0.01)

    def _behind(self):
        try:
            primary = self._primary()
        except self._errors:
            if not self._was_good:
                raise
            primary = None
        behind = seconds_behind(primary, self._standby())
        if self._most < behind < math.inf:
            self._sleep(_CATCHES_UP_IN)
            behind = seconds_behind(primary, self._standby())
        return behind

    @contextmanager
    def _away_is_told(self):
        try:
            yield
        except self._errors as error:
            self.failed(error)

    def _say(self, is_good, reason):
        if is_good != self._was_good:
            self._was_good = is_good
            self._tell(is_good, reason)


def _reason(behind):
    if behind == math.inf:
        return "it is no standby, or has not yet received anything"
    return f"it is {behind:.1f} s behind"
