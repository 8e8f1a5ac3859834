"""Room 8: rule evaluation, by ``ir.cron``, woken by the listener."""

import logging
from datetime import datetime, timedelta, timezone

from odoo import _, api, fields, models

from ..ingest.codec.number import unit_of
from ..rules.evaluate import Changed, Known, Latest, Opened, evaluate
from .iot_threshold import READING_TYPES

_logger = logging.getLogger(__name__)

# A batch commits later than it was received; the state machine absorbs the overlap.
_OVERLAP = timedelta(seconds=30)


class IotAlert(models.Model):
    _inherit = "iot.alert"

    @api.model
    def _cron_evaluate_rules(self):
        """Open, change and clear alerts for all that was received since the last run.

        Devices without alarm and without open alert are never looked at.
        """
        now = datetime.now(timezone.utc)
        watermark = self.env["iot.rule.watermark"]._lock()
        since = watermark.received_at.replace(tzinfo=timezone.utc) - _OVERLAP
        breaches = {
            (breach.device_id, breach.reading_type, breach.side): breach
            for breach in self.env["iot.store"]._breaches(since)
        }
        candidates = self._candidates({device_id for device_id, *_key in breaches})
        listener_map = self.env["iot.device"]._get_listener_map()
        known = self._known_alerts(candidates)
        for device in candidates:
            mapped = listener_map.get(device.device_id)
            if mapped and mapped.is_active:
                device_rules = mapped.limits_at(device.live_ids.location_type)
                self._evaluate_device(device, device_rules, breaches, known, now)
        watermark.received_at = now.replace(tzinfo=None)

    @api.model
    def _candidates(self, device_ids):
        return self.env["iot.device"].search(
            [
                "|",
                "|",
                ("device_id", "in", list(device_ids)),
                ("live_ids.alarm_type", "!=", False),
                ("alert_ids.is_open", "=", True),
            ]
        )

    @api.model
    def _known_alerts(self, devices):
        """``{(device, threshold id): newest alert}``"""
        alerts = self.search([("device_id", "in", devices.ids)], order="id")
        return {(alert.device_id, alert.threshold_id.id): alert for alert in alerts}

    @api.model
    def _evaluate_device(self, device, limits, breaches, known, now):
        live = device.live_ids
        values = live.last_values or {}
        for reading_type, applicable in limits.items():
            latest = None
            if reading_type in values and live.value_time:
                at = live.value_time.replace(tzinfo=timezone.utc)
                latest = Latest(at, values[reading_type])
            for limit in applicable:
                alert = known.get((device, limit.threshold_id), self.browse())
                outcome = evaluate(
                    limit,
                    alert._to_known(),
                    _breach_of(limit, device.device_id, breaches),
                    latest,
                    now,
                )
                if isinstance(outcome, Opened):
                    self._open(device, limit, outcome)
                elif isinstance(outcome, Changed):
                    alert._change(limit, outcome)

    def _to_known(self):
        if not self:
            return None
        ended_at = self.resolved_at and self.resolved_at.replace(tzinfo=timezone.utc)
        return Known(
            self.is_open,
            self.is_active,
            self.side,
            self.severity,
            self.last_breach_at.replace(tzinfo=timezone.utc),
            self.peak_value,
            ended_at or None,
        )

    @api.model
    def _open(self, device, limit, opened):
        bound = limit.bound(opened.side)
        alert = self.create(
            {
                "device_id": device.id,
                "threshold_id": limit.threshold_id,
                "alert_type": f"{opened.side}_{limit.reading_type}",
                "reading_type": limit.reading_type,
                "severity": opened.severity,
                "side": opened.side,
                "message": self._describe(limit, opened.side, opened.trigger_value),
                "trigger_value": opened.trigger_value,
                "threshold_value": bound,
                "peak_value": opened.peak_value,
                "unit": unit_of(limit.reading_type),
                "started_at": _naive(opened.started_at),
                "last_breach_at": _naive(opened.last_breach_at),
                "is_active": opened.is_active,
                "cleared_at": False if opened.is_active else fields.Datetime.now(),
            }
        )
        alert._send_bus()
        _logger.info("Alert %s: %s: %s", alert.id, device.device_id, alert.message)

    def _change(self, limit, changed):
        self.ensure_one()
        vals = {
            "severity": changed.severity,
            "peak_value": changed.peak_value,
            "last_breach_at": _naive(changed.last_breach_at),
        }
        if changed.is_active != self.is_active:
            vals["is_active"] = changed.is_active
            vals["cleared_at"] = not changed.is_active and fields.Datetime.now()
        self.write(vals)
        self._end_if_cleared()
        self._send_bus()

    @api.model
    def _describe(self, limit, side, value):
        """Specification, Day 253: “Temperature exceeded maximum threshold: …”"""
        words = {
            "what": dict(READING_TYPES)[limit.reading_type],
            "value": f"{value:g}",
            "unit": unit_of(limit.reading_type),
            "bound": f"{limit.bound(side):g}",
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


def _breach_of(limit, device_id, breaches):
    """The breach that violates this very limit, if any."""
    for side in ("high", "low"):
        breach = breaches.get((device_id, limit.reading_type, side))
        if breach and limit.side(breach.worst_value) == side:
            return breach
    return None


def _naive(time):
    """Odoo keeps UTC without a zone; the fraction tells one reading from the next."""
    return time.astimezone(timezone.utc).replace(tzinfo=None)
