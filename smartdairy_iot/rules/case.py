"""Room 8: one device and one rule that is in force there, and what is known. Pure."""

from datetime import datetime, timedelta
from typing import NamedTuple

from ..ingest.device import Device
from .attention import Watch, after, historic_from, look_from
from .evaluate import Ended, Known, evaluate
from .kind import KINDS
from .rule import INSTANT, Rule, severity_rank

# What was over by so long ago when it came is a backfill, and no news.
HISTORIC_AFTER = timedelta(minutes=15)
# A device that has said nothing for so many of its intervals is taken at its word.
_INTERVALS = 2
_LATE = 10  # seconds
_IN_DEADBAND = timedelta(seconds=10)  # back inside, but not yet by the deadband


class AlertRow(NamedTuple):
    """An open alert."""

    id: int
    device_id: int
    threshold_id: int | None
    is_active: bool
    severity: str
    peak_value: float
    started_at: datetime
    cleared_at: datetime | None
    told_at: datetime | None

    @property
    def pair(self):
        return self.device_id, self.threshold_id

    def to_known(self):
        return Known(self.is_active, self.severity, self.peak_value, self.started_at)


class Live(NamedTuple):
    """What is known of a device now."""

    values: dict | None = None
    time: datetime | None = None
    fault: str | None = None
    location_type: str | None = None
    interval: int = 60  # seconds between its readings
    clock_offset: float = 0.0  # seconds that its clock is ahead of ours

    def value(self, reading_type):
        """The newest one, None if there is none or it is the probe's fault."""
        is_fault = self.fault and self.fault.endswith(f"_{reading_type}")
        return None if is_fault else (self.values or {}).get(reading_type)


class Case(NamedTuple):
    """:ivar alarms: of its reading type, received since the last run
    :ivar told_until: up to when the newest alert that has cleared or ended told
    """

    device: Device
    rule: Rule
    live: Live
    alert: AlertRow | None
    watch: Watch | None
    alarms: list
    told_until: datetime | None = None
    ended: Ended | None = None

    @property
    def pair(self):
        return self.device.id, self.rule.threshold_id

    @property
    def subject(self):
        """Of two rules about the same only the more severe opens an alert."""
        return self.device.id, self.rule.kind, self.rule.reading_type

    @property
    def back_at(self):
        """When its newest value is inside, or the rule rests then, that time."""
        value = self.live.value(self.rule.reading_type)
        if value is None or self.rule.kind not in INSTANT:
            return None
        rests = not self.rule.is_in_force(self.live.time, self.device.tz)
        return self.heard_at if rests or not self.rule.side(value) else None

    @property
    def heard_at(self):
        """When the newest values were measured, by the device's clock.

        Of one that is ahead only the receipt is kept, see ``ingest.news``.
        """
        ahead = max(self.offset, timedelta())
        return self.live.time and self.live.time + ahead

    @property
    def offset(self):
        """Readings bear the device's time: all that is compared with them must, too.

        What is known of the device itself bears ours.
        """
        is_of_reading = KINDS[self.rule.kind].is_of_reading
        return timedelta(seconds=self.live.clock_offset if is_of_reading else 0)

    @property
    def silence(self):
        return timedelta(seconds=_INTERVALS * self.live.interval)

    def may_matter(self, now):
        """A quick look, before its past is asked for."""
        is_due = self.watch and self.watch.look_at and self.watch.look_at <= now
        is_back = self.alert and self.alert.is_active and self.back_at
        return bool(self.alarms or is_due or is_back)

    def with_ended(self, ended, cleared_at):
        """:param ended: :class:`~.evaluate.Ended` of the newest that has, or None"""
        if ended:
            ended = ended._replace(at=ended.at + self.offset)
        told_until = ended and (cleared_at or ended.at)
        if self.alert and not self.alert.is_active:
            told_until = self.alert.cleared_at
        return self._replace(ended=ended, told_until=told_until)

    def look_from(self, now):
        """See :func:`~.attention.look_from`."""
        known = self.alert and self.alert.to_known()
        return look_from(
            *(self.rule, known, self.told_until, self.watch, self.alarms),
            *(self.back_at, now),
        )

    def moves_from(self, since):
        """From when on it must be looked at how fast the value moved, or None.

        :param since: of the last look, by our clock
        """
        since += self.offset
        if self.watch:
            return after(self.told_until, self.watch.look_from)
        is_heard = self.heard_at and self.heard_at >= since
        return after(self.told_until, since) if is_heard else None

    def is_to_look_back(self, looked_at, now):
        """What a backfill tells is read when it comes, and then, while the overlap
        shows it again, every ten seconds only: it may be the history of days.

        :param looked_at: when it was looked at before
        """
        is_new = any(alarm.received_at >= looked_at for alarm in self.alarms)
        return is_new or now.timestamp() // _LATE != looked_at.timestamp() // _LATE

    def historic_from(self, now):
        """See :func:`~.attention.historic_from`."""
        started_at = self.alert and self.alert.started_at
        before = now + self.offset - HISTORIC_AFTER
        return historic_from(self.rule, started_at, self.alarms, before)

    def judge(self, runs, now):
        """See :func:`~.evaluate.evaluate`."""
        now_there = now + self.offset
        verdict = evaluate(
            self.rule,
            self.alert and self.alert.to_known(),
            self.ended,
            runs,
            now_there,
            self.silence,
            now_there - HISTORIC_AFTER,
        )
        look_at = verdict.look_at and verdict.look_at - self.offset
        if verdict.look_from and not look_at and self.back_at:
            look_at = now + _IN_DEADBAND
        return verdict._replace(look_at=look_at)


def standing(cases):
    """``{Case.subject: rank}`` of the most severe alert that holds."""
    found = {}
    for case in cases:
        if case.alert and case.alert.is_active:
            rank = severity_rank(case.alert.severity)
            found[case.subject] = max(rank, found.get(case.subject, -1))
    return found
