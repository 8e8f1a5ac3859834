"""What the screens of each watched farm are to be told, and when. Pure.

A farm that was quiet is told at once, one that speaks all the time once a second. Apart
from :class:`~.news.News`: writing the state of a thousand devices takes longer than a
screen should wait for.
"""

import logging
from datetime import datetime, timezone
from math import inf

from .news import News

_logger = logging.getLogger(__name__)

_SECONDS = 1.0  # between two messages of one farm …
_PAUSES = 4  # … or so many times as long as telling took
_ON_ITS_WAY = 0.2  # seconds from telling to the screen, and room for others


class LiveNews:
    """Keeps nothing of farms that nobody watches.

    :param send: is called with ``{device_id: DeviceNews}`` and an aware datetime
    """

    def __init__(self, send, clock, now=lambda: datetime.now(timezone.utc)):
        self._send = send
        self._clock = clock
        self._now = now
        self._farms = {}  # id → News
        self._told_at = -inf
        self._due_at = {}  # farm's id → when it may be told again

    def watch(self, farm_ids, devices, fleet):
        """From now on these.

        :param farm_ids: who is told
        :param devices: ``{device_id: DeviceNews}``, which farms that are new here have
            not been told
        """
        came = farm_ids - self._farms.keys()
        self._farms = {f: self._farms.get(f, News()) for f in farm_ids}
        self._due_at = {f: at for f, at in self._due_at.items() if f in farm_ids}
        for device_id, news in devices.items() if came else ():
            if (farm_id := _farm_of(device_id, fleet)) in came:
                self._farms[farm_id].give_back({device_id: news}, False)

    def add(self, batch, fleet):
        """What was committed."""
        if not self._farms:
            return
        farms = self._farms
        for sample in batch.samples:
            if (news := farms.get(_farm_of(sample.device_id, fleet))) is not None:
                news.add_sample(sample)
        for device_id, received_at in batch.heard:
            if (news := farms.get(_farm_of(device_id, fleet))) is not None:
                news.add_heard(device_id, received_at)
        for status in batch.statuses:
            if (news := farms.get(_farm_of(status.device_id, fleet))) is not None:
                news.add_status(status)

    def wait(self):
        """Seconds until a farm is to be told, None when there is nothing to tell."""
        due = [self._due_at.get(f, -inf) for f, news in self._farms.items() if news]
        return max(0.0, min(due) - self._clock()) if due else None

    def is_due(self, ahead=0.0):
        """:param ahead: seconds that are needed before"""
        wait = self.wait()
        return wait is not None and wait <= ahead

    def would_wait_for(self, seconds):
        """Whether work of so many seconds, begun now, were in the way of a screen."""
        return self.is_due(seconds) or self._clock() < self._told_at + _ON_ITS_WAY

    def tell(self, everything=False):
        """Tell the farms that are due, all in one transaction."""
        now = inf if everything else self._clock()
        due = [
            news
            for farm_id, news in self._farms.items()
            if news and self._due_at.get(farm_id, -inf) <= now
        ]
        if not due:
            return
        parts = [news.take()[0] for news in due]
        at = self._now()
        # Not before, or the next could be less than a second after.
        began = self._clock()
        try:
            said = {name: news for part in parts for name, news in part.items()}
            self._send(said, at)
        except Exception as error:  # noqa: BLE001 - the data is safe, tell it next time
            _logger.info("Could not show the newest readings, will retry: %s", error)
            for news, part in zip(due, parts, strict=True):
                news.give_back(part, wakes_rules=False)
        self._told_at = self._clock()
        pause = max(_SECONDS, _PAUSES * (self._told_at - began))
        for farm_id, news in self._farms.items():
            if news in due:
                self._due_at[farm_id] = began + pause


def _farm_of(device_id, fleet):
    device = fleet.get(device_id)
    return device and device.farm_id
