"""Room 8: the state machine of one alert, per (device, rule). Pure.

An alert opens when a device was outside for the on-delay, and clears when it is back
inside for the off-delay; both are told by *measurement* times, so evaluating the same
readings twice, later, or in another order of arrival, comes to the same.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from .excursion import calm, excursions
from .rule import most_severe, severity_rank

# Delays end with a reading, or with too long a silence; until then, look this often.
LOOK_AGAIN = timedelta(seconds=2)


class Known(NamedTuple):
    """The open alert of that device and rule."""

    is_active: bool  # the condition still holds
    severity: str
    peak_value: float
    started_at: datetime


class Ended(NamedTuple):
    """The newest alert of that device and rule that has ended."""

    severity: str
    at: datetime


class Opened(NamedTuple):
    side: str  # of the first breach, which names the alert
    severity: str
    started_at: datetime
    trigger_value: float
    peak_value: float
    turns: tuple  # see ``Changed.turns``; the first is its beginning


class Changed(NamedTuple):
    """The open alert goes on: a new peak, more severe, cleared, or outside again."""

    severity: str
    peak_value: float
    started_at: datetime  # earlier than it was known, when its beginning comes late
    turns: tuple  # ((is active, since when), …) in order of time


class Verdict(NamedTuple):
    """What happens to the alert, and what to look at next.

    ``look_from``: measurement time from which readings still matter, None if none do.
    ``look_at``: when to look again even if nothing is said to be outside.
    """

    outcome: Opened | Changed | None
    look_from: datetime | None = None
    look_at: datetime | None = None


def evaluate(rule, known, ended, runs, now, silence, historic_before):
    """What the readings since the last look mean.

    :param known: :class:`Known`, None without an open alert
    :param ended: :class:`Ended`, None if there never was one
    :param runs: ``{(index of level, side): [Run, …]}``; they begin with what
        :class:`Verdict` said, or with the first alarm
    :param now: aware UTC time: of the cooldown, and how long a device is silent
    :param silence: after so long without a reading, the last one is taken to hold
    :param historic_before: what was over by then is no news, see :func:`historic`
    """
    found, waiting = excursions(rule, runs, now, silence)
    before = calm(runs, now, silence) if known and known.is_active else None
    if before and not (found and found[0].start - before.until < rule.off_delay):
        found = [before, *found]
    story = _Story(rule, known)
    for excursion in found:
        if story.is_active or (story.is_open and excursion.severity):
            story.go_on(excursion)
        elif excursion.severity and not _is_past(rule, excursion, historic_before):
            free_at = _free_at(rule, ended, excursion.severity)
            if free_at is None or free_at <= now:
                story.open(excursion)
            elif not excursion.is_over(rule.off_delay):
                story.wait(excursion.start, free_at)
    for wait in waiting:
        if not story.is_active or _is_worse(wait.severity, story.severity):
            story.wait(wait.since, wait.due)
    return story.verdict(now)


def historic(rule, runs, now, silence):
    """What a backfill tells: the excursions that count, over or not."""
    found, _waiting = excursions(rule, runs, now, silence)
    return [excursion for excursion in found if excursion.severity]


class _Story:
    """One alert as it goes on."""

    def __init__(self, rule, known):
        self._rule = rule
        self._known = known
        self._opened = None
        self._waits = []
        self._turns = []
        self.is_open = known is not None
        self.is_active = bool(known and known.is_active)
        self.severity = known.severity if known else None
        self._peak = known.peak_value if known else None
        self._started_at = known.started_at if known else None

    def open(self, excursion):
        self._opened = excursion
        self.is_open = True
        self.severity, self._peak = excursion.severity, excursion.peak_value
        self._started_at = excursion.start
        self._turn(excursion)

    def go_on(self, excursion):
        """Only ever worse, whatever the order in which readings arrive."""
        if excursion.severity:
            self.severity = most_severe(self.severity, excursion.severity)
        if excursion.peak_value is not None:
            peaks = self._peak, excursion.peak_value
            self._peak = max(peaks, key=self._rule.distance)
        if excursion.until is None or excursion.until > self._started_at:
            self._started_at = min(self._started_at, excursion.start)
        self._turn(excursion)

    def _turn(self, excursion):
        if not self.is_active:
            self._turns.append((True, excursion.start))
            self.is_active = True
        if excursion.is_over(self._rule.off_delay):
            self._turns.append((False, excursion.until))
            self.is_active = False
        elif excursion.until is None:
            self.wait(excursion.end)
        else:
            self.wait(excursion.end, excursion.until + self._rule.off_delay)

    def wait(self, look_from, look_at=None):
        self._waits.append((look_from, look_at))

    def verdict(self, now):
        look_from = min((wait[0] for wait in self._waits), default=None)
        times = [wait[1] for wait in self._waits if wait[1]]
        look_at = min((max(t, now + LOOK_AGAIN) for t in times), default=None)
        return Verdict(self._outcome(), look_from, look_at)

    def _outcome(self):
        turns = tuple(self._turns)
        if first := self._opened:
            return Opened(
                *(first.side, self.severity, first.start, first.trigger_value),
                *(self._peak, turns),
            )
        if known := self._known:
            now = known.severity, known.peak_value, known.started_at
            then = self.severity, self._peak, self._started_at
            if turns or now != then:
                return Changed(*then, turns)
        return None


def _is_past(rule, excursion, historic_before):
    return excursion.is_over(rule.off_delay) and excursion.until < historic_before


def _free_at(rule, ended, severity):
    """When the cooldown is over; what is worse than the last one need not wait."""
    if ended is None or _is_worse(severity, ended.severity):
        return None
    return ended.at + rule.cooldown


def _is_worse(severity, other):
    return severity_rank(severity) > severity_rank(other)
