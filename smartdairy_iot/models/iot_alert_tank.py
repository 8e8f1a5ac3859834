"""Alerts about tanks: one open one for each tank and kind of trouble."""

import logging
from datetime import datetime, timezone

from odoo import api, fields, models

from ..rules.case import HISTORIC_AFTER
from ..rules.rule import severity_rank
from .iot_alert_outcome import after_turns

_logger = logging.getLogger(__name__)


class IotAlert(models.Model):
    _inherit = "iot.alert"

    tank_id = fields.Many2one(
        "farm.tank", index="btree_not_null", readonly=True, ondelete="set null"
    )
    tank_kind = fields.Char(
        readonly=True, help="Of a tank: cooling, freezing, agitation or wash."
    )

    _one_open_of_tank = models.UniqueIndex(
        "(tank_id, tank_kind) WHERE tank_id IS NOT NULL"
        " AND state IN ('new', 'acknowledged')",
        "This tank already has an open alert of this kind.",
    )

    @api.model
    def _follow_tank(self, work, over, now):
        """Open, change and clear what a tank's judgement found.

        :param work: :class:`~.iot_tank_judgement.Work`
        :param over: Conditions that have ended since the last run
        """
        current = work.state.judged.conditions
        told = self.browse()
        for found in over:
            told |= self._tell_past(work, found, now)
        for found in current.values():
            told |= self._tell_current(work, found)
        left = self.search([("tank_id", "=", work.tank.id), ("is_open", "=", True)])
        left = left.filtered(lambda alert: alert.is_active) - told
        left._end_because(self.env._("What came later tells that it was none."))

    @api.model
    def _tell_current(self, work, found):
        alert = self._beside(work.tank, found)
        if not alert:
            return self._open_of_tank(work, found)
        if not alert.is_open:
            # Somebody has seen to it; it asks again only when it gets worse.
            if severity_rank(found.severity) <= severity_rank(alert.severity):
                return alert
            return self._open_of_tank(work, found)
        if not alert.is_active:
            alert._turn(True, found.since)
            alert._write_life({"message": self._describe_tank(work, found)})
            alert._announce("raised")
        self._go_on_of_tank(alert, work, found)
        return alert

    @api.model
    def _go_on_of_tank(self, alert, work, found):
        vals = {}
        if found.peak is not None and found.peak != alert.peak_value:
            vals["peak_value"] = found.peak
        if alert.alert_type != found.type:
            vals |= {
                "alert_type": found.type,
                "message": self._describe_tank(work, found),
            }
        rises = severity_rank(found.severity) > severity_rank(alert.severity)
        if rises:
            vals["severity"] = found.severity
        if vals:
            alert._write_life(vals)
        if rises:
            alert._ask_again()
            alert._announce("risen")

    @api.model
    def _tell_past(self, work, found, now):
        alert = self._beside(work.tank, found)
        until = datetime.fromtimestamp(found.until, timezone.utc)
        if not alert:
            if until < now - HISTORIC_AFTER:
                return self._record_of_tank(work, found)
            alert = self._open_of_tank(work, found)
        if alert.is_open and alert.is_active:
            alert._turn(False, found.until)
            alert._log_each({alert.id: self.env._("The condition has cleared.")})
            alert._announce("cleared")
            alert._end_if_cleared()._announce("resolved")
        return alert

    @api.model
    def _beside(self, tank, found):
        """The newest alert of that kind whose span meets that one."""
        since = _naive(found.since)
        until = _naive(found.until) if found.until else fields.Datetime.now()
        of_kind = [("tank_id", "=", tank.id), ("tank_kind", "=", found.kind)]
        return self.search(
            [
                *of_kind,
                ("started_at", "<=", until),
                "|",
                ("is_open", "=", True),
                *("|", ("cleared_at", ">", since), ("resolved_at", ">", since)),
            ],
            order="id desc",
            limit=1,
        )

    @api.model
    def _open_of_tank(self, work, found):
        quiet = self.with_context(mail_create_nolog=True, mail_create_nosubscribe=True)
        alert = quiet.create(self._to_tank_vals(work, found)).with_env(self.env)
        alert._announce("raised")
        _logger.info("Alert %s: %r", alert.id, alert.message)
        return alert

    @api.model
    def _record_of_tank(self, work, found):
        """Found long after it was over: a record, and nobody is told."""
        turns = ((True, _aware(found.since)), (False, _aware(found.until)))
        return self.with_context(mail_create_nolog=True).create(
            {
                **self._to_tank_vals(work, found),
                **after_turns(0.0, None, turns),
                "is_historic": True,
                "state": "resolved",
                "resolved_at": _naive(found.until),
                "told_at": False,
            }
        )

    @api.model
    def _to_tank_vals(self, work, found):
        tank = work.tank
        device = tank.probe_id
        if found.kind == "agitation":
            device = tank.agitator_device_id or device
        is_of_milk = found.kind in ("cooling", "freezing")
        return {
            "device_id": device.id,
            "tank_id": tank.id,
            "tank_kind": found.kind,
            "kind": "cooling",
            "alert_type": found.type,
            "reading_type": "temperature" if is_of_milk else False,
            "severity": found.severity,
            "message": self._describe_tank(work, found),
            "trigger_value": found.value or 0.0,
            "threshold_value": found.limit or 0.0,
            "peak_value": found.peak or 0.0,
            "unit": "°C" if found.limit is not None else False,
            "rule_snapshot": tank.standard_id._to_snapshot(tank.milking_system),
            "started_at": _naive(found.since),
            "told_at": fields.Datetime.now(),
        }

    def _turn(self, is_active, time):
        self.ensure_one()
        turns = ((is_active, _aware(time)),)
        vals = after_turns(self.outside_minutes, self.active_since, turns)
        self._write_each({self: vals})

    @api.model
    def _describe_tank(self, work, found):
        """One line: which tank, what is wrong, and by what."""
        tz = work.tank.farm_id.tz
        words = {
            "tank": work.tank.name,
            "value": "" if found.value is None else f"{found.value:.1f}",
            "limit": "" if found.limit is None else f"{found.limit:g}",
            "due": found.deadline
            and fields.Datetime.context_timestamp(
                self.with_context(tz=tz or "UTC"), _naive(found.deadline)
            ).strftime("%H:%M"),
            "standard": work.standard.name,
            "minutes": f"{work.standard.off_after / 60:.0f}",
            "still": f"{work.standard.still_after / 60:.0f}",
        }
        is_early = found.deadline and found.since < found.deadline
        if found.type == "cooling_late" and is_early:
            return self.env._(
                "%(tank)s cools too slowly: %(value)s °C, it cannot be at %(limit)s °C "
                "by %(due)s (%(standard)s)",
                **words,
            )
        return {
            "cooling_late": lambda: self.env._(
                "%(tank)s was not at %(limit)s °C by %(due)s: %(value)s °C "
                "(%(standard)s)",
                **words,
            ),
            "chiller_off": lambda: self.env._(
                "%(tank)s: is the chiller on? %(value)s °C after %(minutes)s min of "
                "milking",
                **words,
            ),
            "blend_high": lambda: self.env._(
                "%(tank)s: the mix with the new milk has %(value)s °C, more than "
                "%(limit)s °C (%(standard)s)",
                **words,
            ),
            "storage_warm": lambda: self.env._(
                "%(tank)s is too warm: %(value)s °C, more than %(limit)s °C "
                "(%(standard)s)",
                **words,
            ),
            "freezing": lambda: self.env._(
                "%(tank)s is too cold: %(value)s °C, less than %(limit)s °C "
                "(%(standard)s)",
                **words,
            ),
            "no_agitation": lambda: self.env._(
                "%(tank)s: the agitator has not run for %(still)s min", **words
            ),
            "wash_missed": lambda: self.env._(
                "%(tank)s was not washed after it was emptied", **words
            ),
            "wash_cold": lambda: self.env._(
                "%(tank)s was washed too cold: %(value)s °C, less than %(limit)s °C",
                **words,
            ),
        }[found.type]()


def _aware(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc)


def _naive(seconds):
    return _aware(seconds).replace(tzinfo=None)
