"""When the state of the devices is written. Pure."""

_SECONDS = 1.0  # between two writes …
_PAUSES = 4  # … or so many times as long as that took …
_LATEST = 5.0  # … but never longer
_GIVE_WAY = 0.5  # as long as it may wait for the screens


class Cadence:
    """With tens of thousands of devices, most of the time is for rooms 1 to 6.

    :param live: :class:`~.live_news.LiveNews`, which goes first
    """

    def __init__(self, live):
        self.at = self._took = 0.0
        self._live = live

    def is_due(self, now):
        if now < self.at:
            return False
        return now >= self.at + _GIVE_WAY or not self._live.would_wait_for(self._took)

    def done(self, began, took):
        self._took = took
        self.at = began + max(_SECONDS, min(_PAUSES * took, _LATEST))

    def failed(self, began):
        """:return: when to try again"""
        self.at = began + _SECONDS
        return self.at
