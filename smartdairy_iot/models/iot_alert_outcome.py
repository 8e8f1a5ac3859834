"""What the evaluation of the rules does to alerts."""

import logging
from datetime import timedelta, timezone

from odoo import _, api, fields, models

from ..alerts.snapshot import to_snapshot
from ..ingest.codec.number import unit_of
from ..rules.attention import Watch, level_of
from ..rules.evaluate import Opened
from ..rules.excursion import minutes_outside
from ..rules.rule import severity_rank
from .iot_threshold import READING_TYPES

_logger = logging.getLogger(__name__)

_SHADOWED = timedelta(minutes=1)  # until the more severe one may be over


class IotAlert(models.Model):
    _inherit = "iot.alert"

    told_at = fields.Datetime(
        readonly=True, copy=False, help="When it asked for attention, the last time."
    )

    _ended_pair = models.Index("(device_id, threshold_id, id) WHERE NOT is_open")

    @api.model
    def _apply(self, verdicts, standing, now):
        """:param verdicts: ``{pair: (Case, Verdict)}``
        :param standing: ``{Case.subject: rank of severity}`` of alerts that hold
        """
        shadowed = self._shadowed(verdicts, standing)
        self._remember(verdicts, shadowed, now)
        opened = [
            (case, verdict.outcome)
            for pair, (case, verdict) in verdicts.items()
            if isinstance(verdict.outcome, Opened) and pair not in shadowed
        ]
        changed = [
            (case, verdict.outcome)
            for case, verdict in verdicts.values()
            if verdict.outcome and not isinstance(verdict.outcome, Opened)
        ]
        if opened:
            self._open(opened)
        if changed:
            self._go_on(changed)

    @api.model
    def _shadowed(self, verdicts, standing):
        """Pairs that open nothing: of rules that are equal the most severe wins.

        Equal are rules of the same kind and reading type in force at one device.
        """
        best = dict(standing)
        opened = {
            pair: (case.subject, severity_rank(verdict.outcome.severity))
            for pair, (case, verdict) in verdicts.items()
            if isinstance(verdict.outcome, Opened)
        }
        for subject, rank in opened.values():
            best[subject] = max(rank, best.get(subject, -1))
        return {
            pair for pair, (subject, rank) in opened.items() if rank < best[subject]
        }

    @api.model
    def _remember(self, verdicts, shadowed, now):
        """What is left to be looked at, where that is another than it was."""
        watches = {}
        for pair, (case, verdict) in verdicts.items():
            watch = None
            if pair in shadowed:
                watch = Watch(verdict.outcome.started_at, now + _SHADOWED)
            elif verdict.look_from:
                level = level_of(case.rule, case.alarms)
                if case.watch:
                    level = max(level, case.watch.level)
                watch = Watch(verdict.look_from, verdict.look_at, level)
            if watch != case.watch:
                watches[pair] = watch
        self.env["iot.rule.watch"]._replace(watches)

    # Opening ----------------------------------------------------------------------

    @api.model
    def _open(self, opened):
        """:param opened: list of (Case, Opened)"""
        # Its chatter need not say that it was created: the alert tells how it began.
        quiet = self.with_context(mail_create_nolog=True, mail_create_nosubscribe=True)
        alerts = quiet.create(
            [self._to_vals(case.device, case.rule, outcome) for case, outcome in opened]
        ).with_env(self.env)
        alerts._announce("raised")
        alerts.filtered(lambda alert: not alert.is_active)._announce("cleared")
        for alert in alerts:
            _logger.info(
                "Alert %s: %s: %s", alert.id, alert.device_id.device_id, alert.message
            )

    @api.model
    def _to_vals(self, device, rule, outcome):
        return {
            "device_id": device.id,
            "threshold_id": rule.threshold_id,
            "kind": rule.kind,
            "rule_snapshot": self._to_snapshot(rule),
            "alert_type": f"{outcome.side}_{rule.reading_type}",
            "reading_type": rule.reading_type,
            "severity": outcome.severity,
            "message": self._describe(rule, outcome.side, outcome.trigger_value),
            "trigger_value": outcome.trigger_value,
            "threshold_value": rule.bound(outcome.side),
            "peak_value": outcome.peak_value,
            "unit": unit_of(rule.reading_type),
            "started_at": _naive(outcome.started_at),
            "told_at": fields.Datetime.now(),
            **_after_turns(0.0, None, outcome.turns),
        }

    @api.model
    def _to_snapshot(self, rule):
        """The rule as it is: a later edit changes nothing past."""
        name = self.env["iot.threshold"].browse(rule.threshold_id).name
        return to_snapshot(name, rule, unit_of(rule.reading_type))

    @api.model
    def _describe(self, rule, side, value):
        """Specification, Day 253: “Temperature exceeded maximum threshold: …”"""
        words = {
            "what": dict(READING_TYPES)[rule.reading_type],
            "value": f"{value:g}",
            "unit": unit_of(rule.reading_type),
            "bound": f"{rule.bound(side):g}",
        }
        if side == "high":
            return _(
                "%(what)s exceeded maximum threshold: %(value)s %(unit)s"
                " (max: %(bound)s %(unit)s)",
                **words,
            )
        return _(
            "%(what)s below minimum threshold: %(value)s %(unit)s"
            " (min: %(bound)s %(unit)s)",
            **words,
        )

    # Going on ---------------------------------------------------------------------

    @api.model
    def _go_on(self, changed):
        """:param changed: list of (Case, Changed)"""
        told = {"risen": set(), "cleared": set(), "realarm": set()}
        for case, outcome in changed:
            alert = self.browse(case.alert.id)
            was_active = alert.is_active
            if severity_rank(outcome.severity) > severity_rank(alert.severity):
                told["risen"].add(alert.id)
                alert.severity = outcome.severity
            alert._update(outcome)
            if was_active and not alert.is_active:
                told["cleared"].add(alert.id)
            elif alert.is_active and not was_active:
                told["realarm"].add(alert.id)
        self.browse(told["realarm"] | told["cleared"])._note_turn()
        self.browse(told["risen"])._ask_again()
        for event, ids in told.items():
            self.browse(ids)._announce(event)
        seen = {case.alert.id for case, _outcome in changed}.difference(*told.values())
        self.browse(seen)._send_bus()
        self.browse(told["cleared"])._end_if_cleared()._announce("resolved")

    def _update(self, outcome):
        """The peak, since when it holds and for how long, without a note for each."""
        self.ensure_one()
        started_at = _naive(outcome.started_at)
        minutes, since = self.outside_minutes, self.active_since
        if started_at < self.started_at:
            if since == self.started_at:
                since = started_at
            else:
                minutes += (self.started_at - started_at).total_seconds() / 60
        vals = {"peak_value": outcome.peak_value, "started_at": started_at}
        if outcome.turns or since != self.active_since:
            vals |= _after_turns(minutes, since, outcome.turns)
        elif minutes != self.outside_minutes:
            vals["outside_minutes"] = minutes
        self.with_context(tracking_disable=True).write(vals)

    def _note_turn(self):
        notes = {
            True: _("The condition holds again."),
            False: _("The condition has cleared."),
        }
        # One batch: tracking would write the notes one by one, which takes a second
        # when a farm comes back to life.
        self._message_log_batch({alert.id: notes[alert.is_active] for alert in self})

    @api.model
    def _realarm(self, now):
        """What holds for longer than the rule lets it be asks for attention again."""
        rules = self.env["iot.threshold"]._realarms()
        if not rules:
            return
        due = [
            row.id
            for row in self._open_rows()
            if row.is_active
            and (pause := rules.get(row.threshold_id))
            and row.told_at
            and row.told_at + pause <= now
        ]
        alerts = self.browse(due)
        alerts._ask_again()
        alerts.told_at = fields.Datetime.now()
        alerts._announce("realarm")

    # Ending -----------------------------------------------------------------------

    def _end_because(self, reason):
        """Out of force: nothing would ever clear it."""
        if not self:
            return
        self._track_set_log_message(reason)
        active = self.filtered("is_active").with_context(tracking_disable=True)
        active.write({"is_active": False, "cleared_at": fields.Datetime.now()})
        self._end("resolved")
        self._announce("resolved")

    def _end(self, state, **vals):
        """Nothing of an alert that has ended is to be looked at."""
        super()._end(state, **vals)
        pairs = [(a.device_id.id, a.threshold_id.id) for a in self if a.threshold_id]
        self.env["iot.rule.watch"]._replace(dict.fromkeys(pairs))

    # The past ---------------------------------------------------------------------

    @api.model
    def _record(self, device, rule, excursion, before, now):
        """What a backfill tells, as an alert of its own unless one tells it already."""
        until = _naive(excursion.until or now)
        since = _naive(excursion.start)
        beside = self.search(
            [
                ("device_id", "=", device.id),
                ("threshold_id", "=", rule.threshold_id),
                ("started_at", "<=", until),
                "|",
                ("cleared_at", ">=", since),
                "|",
                ("resolved_at", ">=", since),
                ("is_open", "=", True),
            ],
            order="started_at",
            limit=1,
        )
        if beside:
            beside._extend(rule, excursion, since, until)
        elif excursion.until and excursion.until < before:
            self.with_context(mail_create_nolog=True).create(
                self._to_historic_vals(device, rule, excursion)
            )
            _logger.info("A backfill of %s tells of an alert", device.device_id)

    @api.model
    def _to_historic_vals(self, device, rule, excursion):
        turns = ((True, excursion.start), (False, excursion.until))
        outcome = Opened(
            *(excursion.side, excursion.severity, excursion.start),
            *(excursion.trigger_value, excursion.peak_value, turns),
        )
        return {
            **self._to_vals(device, rule, outcome),
            "is_historic": True,
            "state": "resolved",
            "resolved_at": _naive(excursion.until),
            "told_at": False,
        }

    def _extend(self, rule, excursion, since, until):
        """It began earlier than was known, or went further."""
        self.ensure_one()
        vals = {}
        peak = max(self.peak_value, excursion.peak_value, key=rule.distance)
        if peak != self.peak_value:
            vals["peak_value"] = peak
        minutes = self.outside_minutes
        if since < self.started_at:
            vals["started_at"] = since
            minutes += (self.started_at - since).total_seconds() / 60
        if self.is_historic and until > self.cleared_at:
            vals |= {"cleared_at": until, "resolved_at": until}
            minutes += (until - self.cleared_at).total_seconds() / 60
        if minutes != self.outside_minutes:
            vals["outside_minutes"] = minutes
        if vals:
            self.with_context(tracking_disable=True).write(vals)


def _after_turns(minutes, since, turns):
    """:param turns: ``((is active, since when), …)`` in order of time"""
    turns = [*([(True, since)] if since else []), *((a, _naive(t)) for a, t in turns)]
    is_active, turned_at = turns[-1]
    return {
        "is_active": is_active,
        "active_since": is_active and turned_at,
        "cleared_at": not is_active and turned_at,
        "outside_minutes": minutes + minutes_outside(turns),
    }


def _naive(time):
    """Odoo keeps UTC without a zone; the fraction tells one reading from the next."""
    return time.astimezone(timezone.utc).replace(tzinfo=None)
