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
    """One device and rule: what was read, and the newest alert."""

    def __init__(self, limit=None):
        self.limit = limit or make_limit()
        self.known = None
        self.is_acknowledged = False
        self._stored = set()
        self._latest = None
        self._window = []  # received since the run before the last: runs overlap

    def receive(self, *readings):
        """As the listener does: store what is new, and keep the newest."""
        for reading in readings:
            if reading.time in self._stored:
                continue  # absorbed by the unique key
            self._stored.add(reading.time)
            self._window.append(reading)
            if self._latest is None or reading.time >= self._latest.time:
                self._latest = Latest(reading.time, reading.value)

    def judge(self, now):
        """The outcome, not yet written: what a run that is cut off leaves."""
        return evaluate(self.limit, self.known, self._breach(), self._latest, now)

    def run(self, now):
        outcome = self.judge(now)
        if isinstance(outcome, Opened):
            assert not (self.known and self.known.is_open), "a second open alert"
            assert self.limit.side(outcome.trigger_value) == outcome.side
            self.is_acknowledged = False
            self.known = Known(
                True,
                outcome.is_active,
                outcome.side,
                outcome.severity,
                outcome.last_breach_at,
                outcome.peak_value,
            )
        elif isinstance(outcome, Changed):
            self.known = self.known._replace(**outcome._asdict())
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
        self.known = self.known._replace(is_open=False, ended_at=now)

    def _end_if_cleared(self, now):
        known = self.known
        if known and known.is_open and self.is_acknowledged and not known.is_active:
            self.resolve(now)

    def _breach(self):
        """Summed up per side, as the store does; too high is looked at first."""
        for side in ("high", "low"):
            alarms = sorted(
                (r for r in self._window if self.limit.side(r.value) == side),
                key=lambda reading: reading.time,
            )
            if alarms:
                first, last = alarms[0], alarms[-1]
                worst = max((r.value for r in alarms), key=self.limit.distance)
                return Breach(
                    "TEMP-1",
                    self.limit.reading_type,
                    side,
                    first.time,
                    first.value,
                    last.time,
                    worst,
                )
        return None


def minutes(count):
    return timedelta(minutes=count).total_seconds()
