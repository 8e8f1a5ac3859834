"""Room 8: rule evaluation, by ``ir.cron``, woken by the listener.

=======  ==================================================  =======================
step     what                                                where
=======  ==================================================  =======================
gather   alarms received, open alerts, delays that run       here, ``iot.store``
attend   of which devices readings must be looked at         ``rules.attention``
read     when those were outside, found by SQL               ``iot.store._runs``
judge    what that means for the alert                       ``rules.evaluate``
apply    open, change, clear, remember, announce             ``iot_alert_outcome``
past     what a backfill tells                               ``iot_alert_historic``
=======  ==================================================  =======================

Rules about the devices themselves: ``iot_alert_conditions``.
"""

import logging
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from itertools import chain

import psycopg2

from odoo import _, api, models
from odoo.tools import SQL

from ..errors import another_time
from ..rules.case import AlertRow, Case, Live, standing
from ..rules.evaluate import Ended
from .iot_store_rules import Ask

_logger = logging.getLogger(__name__)

# A batch commits later than it was received; the state machine absorbs the overlap.
_OVERLAP = timedelta(seconds=30)
_RECENT = timedelta(days=7)  # chunks are compressed from then on
_PAST_EVERY = timedelta(hours=1)
_NOT_THE_RULES_FAULT = (psycopg2.OperationalError,)  # as is a serialization failure
_NEVER_HEARD = Live()


class IotAlert(models.Model):
    _inherit = "iot.alert"

    @api.model
    @another_time
    def _cron_evaluate_rules(self):
        """Open, change, clear and end alerts for all that came since the last run.

        Devices without alarm, open alert and running delay are never looked at.
        """
        now = datetime.now(timezone.utc)
        watermark = self.env["iot.rule.watermark"]._lock("readings")
        # Raw SQL: a crash may take back the last runs, each as a whole and with the
        # watermark: they are done again. What a channel or a person commits later
        # comes after them. So there is nothing to wait for at the disk.
        self.env.cr.execute("SET LOCAL synchronous_commit TO off")
        since = watermark.received_at.replace(tzinfo=timezone.utc) - _OVERLAP
        cases = self._cases(self._alarms(since, now))
        holding = standing(cases)
        cases = self._with_past([case for case in cases if case.may_matter(now)])
        failed = self._each_rule(lambda part: self._judge(part, holding, now), cases)
        looked_at = since + _OVERLAP
        late = [case for case in cases if case.is_to_look_back(looked_at, now)]
        failed |= self._each_rule(lambda part: self._look_back(part, now), late)
        ids = {case.rule.threshold_id for case in cases}
        self.env["iot.threshold"]._succeeded(ids - failed)
        self._aside(lambda: self._ask_for_attention(now))
        watermark.received_at = now.replace(tzinfo=None)

    @api.model
    def _wake_rules_if_due(self):
        """Delays end whether or not a reading comes; the listener looks every second.

        A trigger for later would be found by the next poll of the scheduler only.
        """
        due = self.env["iot.rule.watch"]._due()
        if True in due:
            self._wake_rules()
        if False in due:
            self._wake_conditions()

    # What is there ----------------------------------------------------------------

    @api.model
    def _alarms(self, since, now):
        """Of the recent past in every run, of all before it once an hour.

        Old chunks may be compressed, and have no index on when a reading was received.
        """
        store, recent = self.env["iot.store"], now - _RECENT
        alarms = store._alarms_since(since, start=recent)
        # Not locked: that of the readings is, by whoever evaluates.
        past = self.env["iot.rule.watermark"]._named("past")
        looked_at = past.received_at.replace(tzinfo=timezone.utc)
        if looked_at <= now - _PAST_EVERY:
            alarms += store._alarms_since(looked_at - _OVERLAP, end=recent)
            past.received_at = now.replace(tzinfo=None)
        return alarms

    @api.model
    def _cases(self, alarms):
        """Every device and rule of which there is something to consider.

        Open alerts whose device or rule is out of force end here.
        """
        by_device = defaultdict(list)
        for alarm in alarms:
            by_device[alarm.device_id].append(alarm)
        watches = self.env["iot.rule.watch"]._all(of_readings=True)
        open_rows = self._open_rows()
        rows = {row.pair: row for row in open_rows}
        fleet = self.env["iot.device"]._get_listener_map()
        ids = {device_id for device_id, _threshold in watches}
        ids |= {row.device_id for row in open_rows}
        ids |= {fleet[name].id for name in by_device if name in fleet}
        live = self._live(ids)
        cases, in_force = [], set()
        for device, known in self._active(fleet, ids, live):
            in_force |= _watched_pairs(device, known)
            for rule in _rules_of_readings(device, known):
                pair = device.id, rule.threshold_id
                in_force.add(pair)
                said = [
                    alarm
                    for alarm in by_device.get(device.device_id, ())
                    if alarm.reading_type == rule.reading_type
                ]
                if said or pair in watches or pair in rows:
                    known_of = rows.get(pair), watches.get(pair), said
                    cases.append(Case(device, rule, known, *known_of))
        self._leave(open_rows, watches, in_force, fleet)
        return cases

    @api.model
    def _active(self, fleet, ids, live):
        """``(Device, Live)`` of those that are active."""
        for device in fleet.values():
            if device.id in ids and device.is_active:
                yield device, live.get(device.id, _NEVER_HEARD)

    @api.model
    def _open_rows(self):
        """:class:`~..rules.case.AlertRow` of all that are open."""
        self.flush_model()
        # Raw SQL: thousands of them after a power cut, in every run.
        self.env.cr.execute(
            "SELECT id, device_id, threshold_id, is_active, severity, peak_value,"
            " started_at AT TIME ZONE 'UTC', cleared_at AT TIME ZONE 'UTC',"
            " told_at AT TIME ZONE 'UTC'"
            # Those of a tank are judged by its standard.
            " FROM iot_alert WHERE is_open AND tank_id IS NULL"
        )
        return [AlertRow(*row) for row in self.env.cr.fetchall()]

    @api.model
    def _live(self, ids):
        """``{id of device: Live}``"""
        self.env["iot.device.state"].flush_model()
        self.env["iot.device"].flush_model(["interval_seconds"])
        # Raw SQL: two tables of thousands of devices, without a record for each.
        self.env.cr.execute(
            SQL(
                "SELECT device.id, live.last_values,"
                " live.value_time AT TIME ZONE 'UTC', live.fault, live.location_type,"
                " device.interval_seconds,"
                " coalesce(live.clock_offset, 0)"
                " FROM iot_device AS device"
                " JOIN iot_device_state AS live ON live.device_id = device.id"
                " WHERE device.id = ANY(%s)",
                list(ids),
            )
        )
        return {row[0]: Live(*row[1:]) for row in self.env.cr.fetchall()}

    @api.model
    def _leave(self, rows, watches, in_force, fleet):
        """Nothing would ever clear an alert whose device or rule is out of force."""
        active = {device.id for device in fleet.values() if device.is_active}
        left = [row for row in rows if row.pair not in in_force]
        for is_active, reason in (
            (False, _("The device is no longer active.")),
            (True, _("The rule no longer applies.")),
        ):
            ids = [row.id for row in left if (row.device_id in active) == is_active]
            if ids:
                self._aside(
                    lambda ids=ids, said=reason: self.browse(ids)._end_because(said)
                )
        self.env["iot.rule.watch"]._replace(
            {pair: None for pair in watches if pair not in in_force}
        )

    @api.model
    def _with_past(self, cases):
        """The cases, with the newest alert that has ended of each."""
        if not cases:
            return cases
        pairs = [case.pair for case in cases]
        # Raw SQL: of each pair one row by an index, not its history.
        self.env.cr.execute(
            SQL(
                _ENDED,
                [device for device, _rule in pairs],
                [rule for _d, rule in pairs],
            )
        )
        past = {row[:2]: (Ended(*row[2:4]), row[4]) for row in self.env.cr.fetchall()}
        return [case.with_ended(*past.get(case.pair, (None, None))) for case in cases]

    # What becomes of it -----------------------------------------------------------

    @api.model
    def _each_rule(self, judge, cases):
        """All at once; when that fails, rule by rule, to find the one that does.

        A rule that fails again and again is switched off and says why; no other stops.

        :return: set of ids of the rules that failed
        """
        if not cases or self._attempt(judge, cases) is None:
            return set()
        by_rule = defaultdict(list)
        for case in cases:
            by_rule[case.rule.threshold_id].append(case)
        failed = {
            threshold_id: error
            for threshold_id, of_rule in by_rule.items()
            if (error := self._attempt(judge, of_rule))
        }
        if len(failed) == len(by_rule) > 1:
            raise next(iter(failed.values()))  # that is no rule's fault
        for threshold_id, error in failed.items():
            self.env["iot.threshold"].browse(threshold_id)._failed(error)
        return set(failed)

    @api.model
    def _aside(self, step):
        """What fails beside the rules is told in the log, and stops none of them."""
        if error := self._attempt(lambda _cases: step(), ()):
            _logger.error("A step beside the rules failed: %s", error, exc_info=error)

    @api.model
    def _attempt(self, judge, cases):
        """:return: the error, if it may be a rule's fault"""
        try:
            with self.env.cr.savepoint():
                judge(cases)
        except _NOT_THE_RULES_FAULT:
            raise
        except Exception as error:  # noqa: BLE001 - told in the rule's form
            return error
        return None

    @api.model
    def _judge(self, cases, holding, now):
        """What has come, has begun or has ended."""
        asked = [(case, start) for case in cases if (start := case.look_from(now))]
        runs = self._read(asked)
        verdicts = [(case, case.judge(runs[case.pair], now)) for case, _start in asked]
        self._apply(verdicts, holding, now)

    @api.model
    def _read(self, asked):
        """:param asked: ``[(Case, from when on)]``
        :return: see :meth:`IotStore._runs`
        """
        return self.env["iot.store"]._runs(
            [
                Ask(
                    *(case.pair, case.device.device_id, case.device.device_type),
                    *(case.rule, start),
                    tz=case.device.tz,
                )
                for case, start in asked
            ]
        )


def _rules_of_readings(device, live):
    return chain.from_iterable(device.limits_at(live.location_type).values())


def _watched_pairs(device, live):
    return {
        (device.id, rule.threshold_id)
        for rules in device.watches_at(live.location_type).values()
        for rule in rules
    }


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
