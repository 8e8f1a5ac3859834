"""What the store and ``iot.alert`` do around ``evaluate()``, without a database."""

from datetime import timedelta
from typing import NamedTuple

from smartdairy_iot.rules.evaluate import (
    Breach,
    Changed,
    Known,
    Latest,
    Opened,
    evaluate,
)
from smartdairy_iot.tests.pure.builders import at, make_limit


class Reading(NamedTuple):
    seconds: float
    value: float

    @property
    def time(self):
        return at(self.seconds)


class AlertBook:
    """One device and rule: what was read, the open alert and the one that ended."""

    def __init__(self, limit=None):
        self.limit = limit or make_limit()
        self.alert = None  # the open one
        self.ended = None  # the newest that has ended
        self.is_acknowledged = False
        self.stored = {}  # every reading, by its time
        self.latest = None
        self._window = []  # received since the run before the last: runs overlap

    @property
    def known(self):
        """The newest alert, open or not."""
        return self.alert or self.ended

    def receive(self, *readings):
        """As the listener does: store what is new, and keep the newest."""
        for reading in readings:
            if reading.time in self.stored:
                continue  # absorbed by the unique key
            self.stored[reading.time] = reading
            self._window.append(reading)
            if self.latest is None or reading.time >= self.latest.time:
                self.latest = Latest(reading.time, reading.value)

    def judge(self, now):
        """The outcome, not yet written: what a run that is cut off leaves."""
        return evaluate(
            self.limit, self.alert, self.ended, self._breaches(), self.latest, now
        )

    def run(self, now):
        outcome = self.judge(now)
        if isinstance(outcome, Opened):
            assert not self.alert, "a second open alert"
            assert self.limit.side(outcome.trigger_value) == outcome.side
            self.is_acknowledged = False
            self.alert = Known(
                outcome.is_active,
                outcome.last_side,
                outcome.severity,
                outcome.last_breach_at,
                outcome.peak_value,
            )
        elif isinstance(outcome, Changed):
            self.alert = self.alert._replace(**outcome._asdict())
        self._end_if_cleared(now)
        return outcome

    def forget_window(self):
        """Half a minute later: the next run sees only what comes from now on."""
        self._window = []

    def acknowledge(self, now):
        self.is_acknowledged = True
        self._end_if_cleared(now)

    def resolve(self, now):
        """By hand, whether the condition holds or not."""
        self.alert, self.ended = None, self.alert._replace(ended_at=now)

    def _end_if_cleared(self, now):
        if self.alert and self.is_acknowledged and not self.alert.is_active:
            self.resolve(now)

    def _breaches(self):
        """Summed up per side, as the store does."""
        for side in ("high", "low"):
            alarms = sorted(
                (r for r in self._window if self.limit.side(r.value) == side),
                key=lambda reading: reading.time,
            )
            if alarms:
                first, last = alarms[0], alarms[-1]
                yield Breach(
                    "TEMP-1",
                    self.limit.reading_type,
                    side,
                    first.time,
                    first.value,
                    last.time,
                    max((r.value for r in alarms), key=self.limit.distance),
                    last.value,
                )


def minutes(count):
    return timedelta(minutes=count).total_seconds()
