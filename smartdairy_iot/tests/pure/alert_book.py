"""What the store and ``iot.alert`` do around ``evaluate()``, without a database."""

from datetime import timedelta
from typing import NamedTuple

from smartdairy_iot.rules.attention import (
    Alarms,
    Watch,
    historic_from,
    level_of,
    look_from,
)
from smartdairy_iot.rules.evaluate import Ended, Known, Opened, evaluate, historic
from smartdairy_iot.rules.excursion import Run, minutes_outside
from smartdairy_iot.tests.pure.builders import at, make_rule

SILENCE = timedelta(minutes=2)
HISTORIC_AFTER = timedelta(minutes=15)


class Reading(NamedTuple):
    seconds: float
    value: float

    @property
    def time(self):
        return at(self.seconds)


class Alert:
    """A row of ``iot.alert``."""

    def __init__(self, opened, is_historic=False):
        self.side = opened.side
        self.severity = opened.severity
        self.started_at = getattr(opened, "started_at", None) or opened.start
        self.trigger_value = opened.trigger_value
        self.peak_value = opened.peak_value
        self.is_active = False
        self.is_historic = is_historic
        self.is_acknowledged = False
        self.is_told = True
        self.told_at = None
        self.cleared_at = self.ended_at = None
        self.turns = []

    def begin(self, started_at):
        if started_at < self.started_at:
            self.started_at, self.turns[0] = started_at, (True, started_at)

    def turn(self, turns):
        for is_active, since in turns:
            self.is_active = is_active
            self.cleared_at = None if is_active else since
            self.turns.append((is_active, since))

    def minutes(self, now):
        return minutes_outside(self.turns, now)


class AlertBook:
    """One device and rule: what was read, and the alerts that came of it."""

    def __init__(self, rule=None):
        self.rule = rule or make_rule()
        self.alerts = []
        self.watch = None
        self.stored = {}  # every value, by its time
        self.latest = None
        self.told = []  # (event, when), as people are told
        self.looks = 0  # how often readings were read
        self._window = []  # received since the last runs: they overlap

    @property
    def open(self):
        """The open alert."""
        return next((alert for alert in self.alerts if not alert.ended_at), None)

    @property
    def ended(self):
        live = [a for a in self.alerts if a.ended_at and not a.is_historic]
        return live[-1] if live else None

    def receive(self, *readings):
        """As the listener does: store what is new, and keep the newest."""
        for reading in readings:
            if reading.time in self.stored:
                continue  # absorbed by the unique key
            self.stored[reading.time] = reading.value
            self._window.append(reading)
            if self.latest is None or reading.time >= self.latest.time:
                self.latest = reading

    def forget_window(self):
        """The overlap of the runs has passed."""
        self._window = []

    def acknowledge(self, now):
        self.open.is_acknowledged = True
        self._end_if_seen(now)

    def resolve(self, now):
        self.open.ended_at = now
        self.watch = None

    def run(self, now):
        """One evaluation. :return: what people are told of: ``["raised", …]``"""
        rule, alert, alarms = self.rule, self.open, self._alarms()
        before = len(self.told)
        start = look_from(
            *(rule, self._known(), self._told_until(), self.watch),
            *(alarms, self._back_at(), now),
        )
        if start is not None:
            self._look(start, alarms, now)
        self._ask_for_attention(now)
        past = now - HISTORIC_AFTER
        started_at = alert and alert.started_at
        start = historic_from(rule, started_at, alarms, past)
        if start is not None:
            self._look_back(start, now, past)
        return [event for event, _when in self.told[before:]]

    def _look(self, start, alarms, now):
        self.looks += 1
        ended = self.ended
        verdict = evaluate(
            self.rule,
            self._known(),
            Ended(ended.severity, ended.ended_at) if ended else None,
            self._runs(start),
            now,
            SILENCE,
            now - HISTORIC_AFTER,
        )
        self.watch = verdict.look_from and Watch(
            verdict.look_from, verdict.look_at, level_of(self.rule, alarms)
        )
        alert, outcome = self.open, verdict.outcome
        if isinstance(outcome, Opened):
            self.alerts.append(alert := Alert(outcome))
            self.told.append(("raised", now))
        elif outcome:
            if outcome.severity != alert.severity:
                self.told.append(("risen", now))
            alert.severity, alert.peak_value = outcome.severity, outcome.peak_value
            alert.begin(outcome.started_at)
        if outcome:
            self._tell_turns(alert, outcome, now)
            self._end_if_seen(now)

    def _tell_turns(self, alert, outcome, now):
        is_new = isinstance(outcome, Opened)
        was_active = alert.is_active or is_new
        alert.turn(outcome.turns)
        if is_new:
            alert.told_at = now
        if was_active and not alert.is_active and alert.is_told:
            self.told.append(("cleared", now))
        elif alert.is_active and not was_active:
            alert.is_told = False

    def _ask_for_attention(self, now):
        alert = self.open
        if alert and alert.is_active and not alert.is_told:
            if alert.told_at + self.rule.cooldown <= now:
                alert.is_told, alert.told_at = True, now
                self.told.append(("raised", now))

    def _look_back(self, start, now, past):
        for found in historic(self.rule, self._runs(start), now, SILENCE):
            until = found.until or now
            beside = [
                alert
                for alert in self.alerts
                if alert.started_at <= until
                and found.start <= (alert.cleared_at or alert.ended_at or now)
            ]
            if beside:
                beside[0].begin(found.start)
            elif until < past:
                alert = Alert(found, is_historic=True)
                alert.turn([(True, found.start), (False, until)])
                alert.ended_at = until
                self.alerts.append(alert)

    def _end_if_seen(self, now):
        if self.open.is_acknowledged and not self.open.is_active:
            self.open.ended_at = now

    def _known(self):
        alert = self.open
        return alert and Known(
            alert.is_active, alert.severity, alert.peak_value, alert.started_at
        )

    def _back_at(self):
        is_back = self.latest and not self.rule.side(self.latest.value)
        return self.latest.time if is_back else None

    def _told_until(self):
        alert = self.open
        if alert is None or alert.is_active:
            alert = self.ended
        return alert and (alert.cleared_at or alert.ended_at)

    def _alarms(self):
        alarms = []
        for side in ("high", "low"):
            found = [r for r in self._window if self.rule.side(r.value) == side]
            if found:
                times = [reading.time for reading in found]
                worst = max((r.value for r in found), key=self.rule.distance)
                alarms.append(
                    Alarms("TEMP-1", "temperature", side, min(times), max(times), worst)
                )
        return alarms

    def _runs(self, start):
        return runs_of(self.rule, self.stored, start)


def runs_of(rule, stored, start):
    """What ``iot.store._runs()`` does in SQL: the reference that it is tested by."""
    readings = sorted((t, v) for t, v in stored.items() if t >= start)
    runs = {}
    for index, level in enumerate(rule.levels):
        for side, sign in (("high", 1), ("low", -1)):
            if (bound := level.bound(side)) is not None:
                runs[index, side] = _runs(readings, bound, sign, rule.deadband)
    return runs


def _runs(readings, bound, sign, deadband):
    runs = []
    for time, value in readings:
        if sign * value > sign * bound:
            is_outside = True
        elif sign * value <= sign * bound - deadband:
            is_outside = False
        else:
            continue
        if runs and runs[-1].is_outside == is_outside:
            last = runs[-1]
            worst = max(last.worst, value, key=lambda v: sign * v)
            runs[-1] = last._replace(end=time, worst=worst, count=last.count + 1)
        else:
            runs.append(Run(is_outside, time, time, value, value, 1))
    return runs


def minutes(number):
    return 60 * number
