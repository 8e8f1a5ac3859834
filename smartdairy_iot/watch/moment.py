"""An answer that is good for a moment, for a question that anybody may ask. Pure."""

import threading
import time

_SECONDS = 1.0  # so long it is good …
_PAUSES = 9  # … or so many times as long as asking took


class Moment:
    """Asks seldom, however many want to know: whoever asks about a server that does
    not answer would otherwise keep each of ours waiting for it.

    :param clock: seconds, monotonic
    """

    def __init__(self, clock=time.monotonic):
        self._clock = clock
        self._known = {}  # about → (answer, good until)
        self._asking = {}  # about → lock

    def tell(self, about, ask):
        """
        :param about: what the answer is about, such as a database
        :param ask: is called without arguments, by one at a time; meanwhile the others
            are told what is known, and wait only if nothing is
        """
        lock = self._asking.setdefault(about, threading.Lock())
        if not lock.acquire(blocking=about not in self._known):
            return self._known[about][0]
        try:
            answer, until = self._known.get(about, (None, float("-inf")))
            began = self._clock()
            if began >= until:
                answer = ask()
                now = self._clock()
                pause = max(_SECONDS, _PAUSES * (now - began))
                self._known[about] = answer, now + pause
            return answer
        finally:
            lock.release()
