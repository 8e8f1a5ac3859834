"""Room 8: rule evaluation, by ``ir.cron``, woken by the listener."""

import logging
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from functools import partial
from itertools import chain
from typing import NamedTuple

import psycopg2

from odoo import _, api, models
from odoo.tools import SQL

from ..errors import another_time
from ..ingest.device import Device
from ..rules.attention import Watch, historic_from, look_from
from ..rules.evaluate import Ended, Known, evaluate, historic
from ..rules.rule import Rule, severity_rank
from .iot_store_rules import Ask

_logger = logging.getLogger(__name__)

# A batch commits later than it was received; the state machine absorbs the overlap.
_OVERLAP = timedelta(seconds=30)
# What was over by so long ago when it came is a backfill, and no news.
HISTORIC_AFTER = timedelta(minutes=15)
# A device that has said nothing for so many of its intervals is taken at its word.
_INTERVALS = 2
_IN_DEADBAND = timedelta(seconds=10)  # back inside, but not yet by the deadband
_NOT_THE_RULES_FAULT = (psycopg2.OperationalError,)  # as is a serialization failure


class AlertRow(NamedTuple):
    """What the evaluation knows of an open alert."""

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

    values: dict | None
    time: datetime | None
    fault: str | None
    location_type: str | None
    interval: int  # seconds

    def value(self, reading_type):
        """The newest one, None if there is none or it is the probe's fault."""
        is_fault = self.fault and self.fault.endswith(f"_{reading_type}")
        return None if is_fault else (self.values or {}).get(reading_type)


_NEVER_HEARD = Live(None, None, None, None, 60)


class Case(NamedTuple):
    """One device and one rule that is in force there."""

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
        if value is None:
            return None
        rests = not self.rule.is_in_force(self.live.time, self.device.tz)
        return self.live.time if rests or not self.rule.side(value) else None


class IotAlert(models.Model):
    _inherit = "iot.alert"

    @api.model
    @another_time
    def _cron_evaluate_rules(self):
        """Open, change, clear and end alerts for all that came since the last run.

        Devices without alarm, open alert and running delay are never looked at.
        """
        now = datetime.now(timezone.utc)
        watermark = self.env["iot.rule.watermark"]._lock()
        since = watermark.received_at.replace(tzinfo=timezone.utc) - _OVERLAP
        known = self._cases(self.env["iot.store"]._alarms_since(since))
        cases = self._with_past([case for case in known if _may_matter(case, now)])
        self._each_rule(partial(self._judge, standing=_standing(known)), cases, now)
        self._each_rule(self._look_back, cases, now)
        self._realarm(now)
        watermark.received_at = now.replace(tzinfo=None)

    # What is there ----------------------------------------------------------------

    @api.model
    def _cases(self, alarms):
        """Every device and rule of which there is something to consider.

        Open alerts whose device or rule is out of force end here.
        """
        by_device = defaultdict(list)
        for alarm in alarms:
            by_device[alarm.device_id].append(alarm)
        watches = self.env["iot.rule.watch"]._all()
        open_rows = self._open_rows()
        rows = {row.pair: row for row in open_rows}
        fleet = self.env["iot.device"]._get_listener_map()
        devices = {device.id: device for device in fleet.values()}
        ids = {devices_id for devices_id, _threshold in watches}
        ids |= {row.device_id for row in open_rows}
        ids |= {fleet[name].id for name in by_device if name in fleet}
        live = self._live(ids)
        cases, in_force = [], set()
        for device_id in ids:
            device = devices.get(device_id)
            if device is None or not device.is_active:
                continue
            known = live.get(device_id, _NEVER_HEARD)
            for rule in chain.from_iterable(
                device.limits_at(known.location_type).values()
            ):
                pair = device_id, rule.threshold_id
                in_force.add(pair)
                said = [
                    alarm
                    for alarm in by_device.get(device.device_id, ())
                    if alarm.reading_type == rule.reading_type
                ]
                if said or pair in watches or pair in rows:
                    cases.append(
                        Case(
                            device, rule, known, rows.get(pair), watches.get(pair), said
                        )
                    )
        self._leave(open_rows, watches, in_force, devices)
        return cases

    @api.model
    def _open_rows(self):
        """:class:`AlertRow` of all that are open."""
        self.flush_model()
        # Raw SQL: thousands of them after a power cut, in every run.
        self.env.cr.execute(
            "SELECT id, device_id, threshold_id, is_active, severity, peak_value,"
            " started_at AT TIME ZONE 'UTC', cleared_at AT TIME ZONE 'UTC',"
            " told_at AT TIME ZONE 'UTC'"
            " FROM iot_alert WHERE is_open"
        )
        return [AlertRow(*row) for row in self.env.cr.fetchall()]

    @api.model
    def _live(self, ids):
        self.env["iot.device.state"].flush_model()
        self.env["iot.device"].flush_model(["profile_id"])
        # Raw SQL: three tables of thousands of devices, without a record for each.
        self.env.cr.execute(
            SQL(
                "SELECT device.id, live.last_values,"
                " live.value_time AT TIME ZONE 'UTC', live.fault, live.location_type,"
                " coalesce(profile.interval_seconds, 60)"
                " FROM iot_device AS device"
                " JOIN iot_device_state AS live ON live.device_id = device.id"
                " LEFT JOIN iot_device_profile AS profile"
                " ON profile.id = device.profile_id WHERE device.id = ANY(%s)",
                list(ids),
            )
        )
        return {row[0]: Live(*row[1:]) for row in self.env.cr.fetchall()}

    @api.model
    def _leave(self, rows, watches, in_force, devices):
        """Nothing would ever clear an alert whose device or rule is out of force."""
        left = [row for row in rows if row.pair not in in_force]
        gone = [
            row.id
            for row in left
            if (device := devices.get(row.device_id)) is None or not device.is_active
        ]
        self.browse(gone)._end_because(_("The device is no longer active."))
        self.browse({row.id for row in left} - set(gone))._end_because(
            _("The rule no longer applies.")
        )
        self.env["iot.rule.watch"]._replace(
            {pair: None for pair in watches if pair not in in_force}
        )

    @api.model
    def _with_past(self, cases):
        """The cases, with the newest alert that has ended of each."""
        if not cases:
            return cases
        self.env.cr.execute(
            SQL(
                _ENDED,
                *(list(ids) for ids in zip(*(c.pair for c in cases), strict=True)),
            )
        )
        ended = {row[:2]: row[2:] for row in self.env.cr.fetchall()}
        return [_with_ended(case, ended.get(case.pair)) for case in cases]

    # What becomes of it -----------------------------------------------------------

    @api.model
    def _each_rule(self, judge, cases, now):
        """All at once; when that fails, rule by rule, to find the one that does.

        A rule that cannot be evaluated is switched off and says why; no other stops.
        """
        try:
            with self.env.cr.savepoint():
                return judge(cases, now)
        except Exception as error:
            if isinstance(error, _NOT_THE_RULES_FAULT):
                raise
        by_rule = defaultdict(list)
        for case in cases:
            by_rule[case.rule.threshold_id].append(case)
        failed = {}
        for threshold_id, of_rule in by_rule.items():
            try:
                with self.env.cr.savepoint():
                    judge(of_rule, now)
            except Exception as error:
                if isinstance(error, _NOT_THE_RULES_FAULT):
                    raise
                failed[threshold_id] = error
        if len(failed) == len(by_rule) > 1:
            raise next(iter(failed.values()))  # that is no rule's fault
        for threshold_id, error in failed.items():
            self.env["iot.threshold"].browse(threshold_id)._switch_off(error)

    @api.model
    def _judge(self, cases, now, standing):
        """What has come, has begun or has ended."""
        asks = {}
        for case in cases:
            start = look_from(
                case.rule,
                case.alert and case.alert.to_known(),
                case.told_until,
                case.watch,
                case.alarms,
                case.back_at,
                now,
            )
            if start is not None:
                asks[case.pair] = case, start
        runs = self.env["iot.store"]._runs(
            [_to_ask(case, start) for case, start in asks.values()]
        )
        verdicts = {
            pair: (case, _verdict(case, runs[pair], now))
            for pair, (case, _start) in asks.items()
        }
        self._apply(verdicts, standing, now)

    @api.model
    def _look_back(self, cases, now):
        """What a backfill tells of the past: recorded, and nobody is woken."""
        before = now - HISTORIC_AFTER
        asks = {}
        for case in cases:
            started_at = case.alert and case.alert.started_at
            start = historic_from(case.rule, started_at, case.alarms, before)
            if start is not None:
                asks[case.pair] = case, start
        if not asks:
            return
        runs = self.env["iot.store"]._runs(
            [_to_ask(case, start) for case, start in asks.values()]
        )
        for pair, (case, _start) in asks.items():
            found = historic(case.rule, runs[pair], now, _silence(case))
            for excursion in found:
                self._record(case.device, case.rule, excursion, before, now)


def _may_matter(case, now):
    return bool(
        case.alarms
        or (case.watch and case.watch.look_at and case.watch.look_at <= now)
        or (case.alert and case.alert.is_active and case.back_at)
    )


def _standing(cases):
    """``{Case.subject: rank}`` of the most severe alert that holds."""
    standing = {}
    for case in cases:
        if case.alert and case.alert.is_active:
            rank = severity_rank(case.alert.severity)
            standing[case.subject] = max(rank, standing.get(case.subject, -1))
    return standing


def _with_ended(case, row):
    ended = told_until = None
    if row:
        severity, ended_at, cleared_at = row
        ended, told_until = Ended(severity, ended_at), cleared_at or ended_at
    if case.alert and not case.alert.is_active:
        told_until = case.alert.cleared_at
    return case._replace(ended=ended, told_until=told_until)


def _to_ask(case, start):
    device = case.device
    return Ask(
        *(case.pair, device.device_id, device.device_type, case.rule, start),
        tz=device.tz,
    )


def _silence(case):
    return timedelta(seconds=_INTERVALS * case.live.interval)


def _verdict(case, runs, now):
    verdict = evaluate(
        case.rule,
        case.alert and case.alert.to_known(),
        case.ended,
        runs,
        now,
        _silence(case),
        now - HISTORIC_AFTER,
    )
    if verdict.look_from and not verdict.look_at and case.back_at:
        return verdict._replace(look_at=now + _IN_DEADBAND)
    return verdict


# Of each pair the newest by the index on both, not its whole history.
_ENDED = """
SELECT pair.device_id, pair.threshold_id, ended.severity,
       ended.resolved_at AT TIME ZONE 'UTC', ended.cleared_at AT TIME ZONE 'UTC'
  FROM unnest(%s::int[], %s::int[]) AS pair (device_id, threshold_id),
       LATERAL (SELECT severity, resolved_at, cleared_at FROM iot_alert AS alert
                 WHERE alert.device_id = pair.device_id
                   AND alert.threshold_id = pair.threshold_id
                   AND NOT is_open AND is_historic IS NOT TRUE
                 ORDER BY id DESC LIMIT 1) AS ended
"""
