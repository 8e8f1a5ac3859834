"""What the evaluation of the rules does to alerts."""

import logging
from datetime import timedelta, timezone

from odoo import Command, _, api, fields, models
from odoo.tools import SQL

from ..alerts.snapshot import to_snapshot
from ..rules.attention import Watch, level_of
from ..rules.evaluate import Opened
from ..rules.excursion import minutes_outside
from ..rules.rule import INSTANT, severity_rank

_logger = logging.getLogger(__name__)

_SHADOWED = timedelta(minutes=1)  # until the more severe one may be over


class IotAlert(models.Model):
    _inherit = "iot.alert"

    told_at = fields.Datetime(
        readonly=True, copy=False, help="When it asked for attention, the last time."
    )
    is_told = fields.Boolean(
        default=True,
        readonly=True,
        copy=False,
        help="Whether it was told that the condition holds now. What comes and goes is "
        "not told each time.",
    )

    _ended_pair = models.Index("(device_id, threshold_id, id) WHERE NOT is_open")

    @api.model
    def _apply(self, verdicts, holding, now, conditions=None):
        """:param verdicts: ``[(Case, Verdict)]``
        :param holding: ``{Case.subject: rank of severity}`` of alerts that hold
        :param conditions: ``{id of device: Condition}``, None: it is about readings
        """
        opened = [vs for vs in verdicts if isinstance(vs[1].outcome, Opened)]
        shadowed = _shadowed(opened, holding)
        self._remember(verdicts, shadowed, now)
        opened = [
            (case, verdict.outcome)
            for case, verdict in opened
            if case.pair not in shadowed
        ]
        if opened:
            self._open(opened, conditions or {})
        changed = [
            (case, verdict.outcome)
            for case, verdict in verdicts
            if verdict.outcome and not isinstance(verdict.outcome, Opened)
        ]
        if changed:
            self._go_on(changed)

    @api.model
    def _remember(self, verdicts, shadowed, now):
        """What is left to be looked at, where that is another than it was."""
        found = {True: {}, False: {}}
        for case, verdict in verdicts:
            watch = None
            if case.pair in shadowed:
                watch = Watch(verdict.outcome.started_at, now + _SHADOWED)
            elif verdict.look_from:
                level = level_of(case.rule, case.alarms)
                if case.watch:
                    level = max(level, case.watch.level)
                watch = Watch(verdict.look_from, verdict.look_at, level)
            if watch != case.watch:
                found[case.rule.kind in INSTANT][case.pair] = watch
        for of_readings, watches in found.items():
            self.env["iot.rule.watch"]._replace(watches, of_readings)

    # Opening ----------------------------------------------------------------------

    @api.model
    def _open(self, opened, conditions):
        """:param opened: list of (Case, Opened)"""
        # Its chatter need not say that it was created: the alert tells how it began.
        quiet = self.with_context(
            mail_create_nolog=True,
            mail_create_nosubscribe=True,
            tracking_disable=True,
        )
        alerts = quiet.create(
            [
                self._to_vals(case, outcome, conditions.get(case.device.id))
                for case, outcome in opened
            ]
        ).with_env(self.env)
        alerts._announce("raised")
        alerts.filtered(lambda alert: not alert.is_active)._announce("cleared")
        for alert in alerts:
            _logger.info(
                "Alert %s: %s: %r", alert.id, alert.device_id.device_id, alert.message
            )

    @api.model
    def _to_vals(self, case, outcome, condition=None):
        rule, side, value = case.rule, outcome.side, outcome.trigger_value
        return {
            "device_id": case.device.id,
            "threshold_id": rule.threshold_id,
            "kind": rule.kind,
            "rule_snapshot": self._to_snapshot(rule),
            "alert_type": self._type_of(rule, side, condition),
            "reading_type": condition.detail or False
            if condition
            else rule.reading_type,
            "severity": outcome.severity,
            "message": self._describe(case, side, value, condition),
            "trigger_value": value,
            "threshold_value": rule.bound(side),
            "peak_value": outcome.peak_value,
            "unit": self._unit_of(rule),
            "affected_device_ids": condition and [Command.set(condition.children)],
            "started_at": naive(outcome.started_at),
            "told_at": fields.Datetime.now(),
            **after_turns(0.0, None, outcome.turns),
        }

    @api.model
    def _to_snapshot(self, rule):
        """The rule as it is: a later edit changes nothing past."""
        name = self.env["iot.threshold"].browse(rule.threshold_id).name
        return to_snapshot(name, rule, self._unit_of(rule))

    # Going on ---------------------------------------------------------------------

    @api.model
    def _go_on(self, changed):
        """:param changed: list of (Case, Changed)"""
        alerts = self.browse(case.alert.id for case, _outcome in changed)
        risen, vals = self.browse(), {}
        for alert, (_case, outcome) in zip(alerts, changed, strict=True):
            vals[alert] = alert._after(outcome)
            if severity_rank(outcome.severity) > severity_rank(alert.severity):
                risen += alert
                alert.severity = outcome.severity
        held = alerts.filtered("is_active")
        alerts._write_each(vals)
        cleared = held.filtered(lambda alert: not alert.is_active)
        again = (alerts - held).filtered("is_active")
        cleared._log_each(dict.fromkeys(cleared.ids, _("The condition has cleared.")))
        again._log_each(dict.fromkeys(again.ids, _("The condition holds again.")))
        # What comes and goes is told no more often than the cooldown lets it be.
        now, rule_of = fields.Datetime.now(), {c.alert.id: c.rule for c, _o in changed}
        told = again.filtered(lambda a: a.told_at + rule_of[a.id].cooldown <= now)
        told |= risen
        told._write_each({a: {"told_at": now, "is_told": True} for a in told})
        (again - told)._write_each({a: {"is_told": False} for a in again - told})
        risen._ask_again()
        risen._announce("risen")
        cleared.filtered("is_told")._announce("cleared")
        (told - risen)._announce("raised")
        (alerts - told - cleared.filtered("is_told"))._send_bus()
        cleared._end_if_cleared()._announce("resolved")

    def _after(self, outcome):
        """``{field: value}`` of what is now known of it."""
        self.ensure_one()
        started_at = naive(outcome.started_at)
        minutes, since = self.outside_minutes, self.active_since
        if started_at < self.started_at:
            if since == self.started_at:
                since = started_at
            else:
                minutes += (self.started_at - started_at).total_seconds() / 60
        return {
            "peak_value": outcome.peak_value,
            "started_at": started_at,
            "is_active": self.is_active,
            "active_since": since or None,
            "cleared_at": self.cleared_at or None,
            "outside_minutes": minutes,
            **(after_turns(minutes, since, outcome.turns) if outcome.turns else {}),
        }

    @api.model
    def _ask_for_attention(self, now):
        """Of what still holds: not told yet, or for longer than its rule lets it be."""
        self.flush_model()
        # Raw SQL: one look at thousands of open alerts, in every run.
        self.env.cr.execute(SQL(_UNTOLD, now=naive(now)))
        found = {False: [], True: []}
        for alert_id, is_told in self.env.cr.fetchall():
            found[is_told].append(alert_id)
        alerts = self.browse(found[True] + found[False])
        self.browse(found[True])._ask_again()
        alerts._write_each(
            {a: {"told_at": fields.Datetime.now(), "is_told": True} for a in alerts}
        )
        self.browse(found[True])._announce("realarm")
        self.browse(found[False])._announce("raised")

    # Ending -----------------------------------------------------------------------

    def _end_because(self, reason):
        """Out of force: nothing would ever clear it."""
        if not self:
            return
        self._track_set_log_message(reason)
        now = self.filtered("is_active")._by_its_clock(fields.Datetime.now())
        self._write_each(
            {a: {"is_active": False, "cleared_at": at} for a, at in now.items()}
        )
        self._end("resolved")
        self._announce("resolved")

    def _end(self, state, **vals):
        """Nothing of an alert that has ended is to be looked at."""
        super()._end(state, **vals)
        pairs = [(a.device_id.id, a.threshold_id.id) for a in self if a.threshold_id]
        self.env["iot.rule.watch"]._replace(dict.fromkeys(pairs))


def _shadowed(opened, holding):
    """Pairs that open nothing: of rules that are equal the most severe wins.

    Equal are rules of the same kind and reading type in force at one device.
    """
    ranks = [
        (case, severity_rank(verdict.outcome.severity)) for case, verdict in opened
    ]
    best = dict(holding)
    for case, rank in ranks:
        best[case.subject] = max(rank, best.get(case.subject, -1))
    return {case.pair for case, rank in ranks if rank < best[case.subject]}


def after_turns(minutes, since, turns):
    """:param turns: ``((is active, since when), …)`` in order of time"""
    turns = [*([(True, since)] if since else []), *((a, naive(t)) for a, t in turns)]
    is_active, turned_at = turns[-1]
    return {
        "is_active": is_active,
        "active_since": turned_at if is_active else None,
        "cleared_at": None if is_active else turned_at,
        "outside_minutes": minutes + minutes_outside(turns),
    }


def naive(time):
    """Odoo keeps UTC without a zone; the fraction tells one reading from the next."""
    return time.astimezone(timezone.utc).replace(tzinfo=None)


_UNTOLD = """
SELECT alert.id, alert.is_told IS NOT FALSE
  FROM iot_alert AS alert JOIN iot_threshold AS rule ON rule.id = alert.threshold_id
 WHERE alert.is_open AND alert.is_active
   AND alert.told_at + interval '1 minute' * CASE
       WHEN alert.is_told IS FALSE THEN rule.cooldown_minutes
       WHEN rule.realarm > 0 THEN rule.realarm END <= %(now)s
"""
