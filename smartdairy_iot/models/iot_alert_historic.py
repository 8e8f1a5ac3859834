"""What the rules find in readings that come long after they were measured."""

import logging

from odoo import api, models

from ..rules.case import HISTORIC_AFTER
from ..rules.evaluate import Opened, historic
from .iot_alert_outcome import naive

_logger = logging.getLogger(__name__)


class IotAlert(models.Model):
    """A backfill is recorded, with its own flag, and notifies nobody."""

    _inherit = "iot.alert"

    @api.model
    def _look_back(self, cases, now):
        asked = [(case, start) for case in cases if (start := case.historic_from(now))]
        if not asked:
            return
        runs = self._read(asked)
        for case, _start in asked:
            found = historic(
                case.rule, runs[case.pair], now + case.offset, case.silence
            )
            for excursion in found:
                self._record(case, excursion, now + case.offset)

    @api.model
    def _record(self, case, excursion, now):
        """What a backfill tells, as an alert of its own unless one tells it already."""
        until = naive(excursion.until or now)
        since = naive(excursion.start)
        beside = self.search(
            [
                ("device_id", "=", case.device.id),
                ("threshold_id", "=", case.rule.threshold_id),
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
            beside._extend(case.rule, excursion, since, until)
        elif excursion.until and excursion.until < now - HISTORIC_AFTER:
            self.with_context(mail_create_nolog=True).create(
                self._to_historic_vals(case, excursion)
            )
            _logger.info("A backfill of %s tells of an alert", case.device.device_id)

    @api.model
    def _to_historic_vals(self, case, excursion):
        turns = ((True, excursion.start), (False, excursion.until))
        outcome = Opened(
            *(excursion.side, excursion.severity, excursion.start),
            *(excursion.trigger_value, excursion.peak_value, turns),
        )
        return {
            **self._to_vals(case, outcome),
            "is_historic": True,
            "state": "resolved",
            "resolved_at": naive(excursion.until),
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
