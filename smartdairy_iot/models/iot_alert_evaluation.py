"""Room 8: rule evaluation, by ``ir.cron``, woken by the listener."""

import logging
from datetime import datetime, timedelta, timezone
from itertools import chain

from odoo import _, api, fields, models

from ..errors import another_time
from ..ingest.codec.number import unit_of
from ..rules.evaluate import Changed, Known, Latest, Opened, evaluate
from .iot_threshold import READING_TYPES

_logger = logging.getLogger(__name__)

# A batch commits later than it was received; the state machine absorbs the overlap.
_OVERLAP = timedelta(seconds=30)


class IotAlert(models.Model):
    _inherit = "iot.alert"

    @api.model
    @another_time
    def _cron_evaluate_rules(self):
        """Open, change, clear and end alerts for all that came since the last run.

        Devices without alarm and without open alert are never looked at.
        """
        now = datetime.now(timezone.utc)
        watermark = self.env["iot.rule.watermark"]._lock()
        since = _aware(watermark.received_at) - _OVERLAP
        breaches = {
            (breach.device_id, breach.reading_type, breach.side): breach
            for breach in self.env["iot.store"]._breaches(since)
        }
        candidates = self._candidates({device_id for device_id, *_key in breaches})
        limits = self._limits_in_force(candidates)
        open_alerts = self.search(
            [("is_open", "=", True), ("device_id", "in", candidates.ids)]
        )
        open_alerts._end_out_of_force(limits)
        self._evaluate(
            limits,
            open_alerts._by_rule(),
            self._newest_ended(candidates)._by_rule(),
            breaches,
            now,
        )
        watermark.received_at = _naive(now)

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
    def _limits_in_force(self, devices):
        """``{device: [Limit, …]}`` where it is now, of the active devices."""
        fleet = self.env["iot.device"]._get_listener_map()
        limits = {}
        for device in devices:
            known = fleet.get(device.device_id)
            if known and known.is_active:
                by_type = known.limits_at(device.live_ids.location_type)
                limits[device] = list(chain.from_iterable(by_type.values()))
        return limits

    @api.model
    def _newest_ended(self, devices):
        """Of each device and rule the one that ended last, not its whole history."""
        newest = self._read_group(
            [
                ("device_id", "in", devices.ids),
                ("threshold_id", "!=", False),
                ("is_open", "=", False),
            ],
            ["device_id", "threshold_id"],
            ["id:max"],
        )
        return self.browse(alert_id for _device, _rule, alert_id in newest)

    def _by_rule(self):
        return {(alert.device_id, alert.threshold_id.id): alert for alert in self}

    def _end_out_of_force(self, limits):
        """Nothing would ever clear an alert whose device or rule is out of force."""
        rules = {
            device: {limit.threshold_id for limit in applicable}
            for device, applicable in limits.items()
        }
        of_inactive = self.filtered(lambda alert: alert.device_id not in rules)
        of_inactive._end_because(_("The device is no longer active."))
        (self - of_inactive).filtered(
            lambda alert: alert.threshold_id.id not in rules[alert.device_id]
        )._end_because(_("The rule no longer applies."))

    def _end_because(self, reason):
        self._track_set_log_message(reason)
        self.filtered("is_active").write(
            {"is_active": False, "cleared_at": fields.Datetime.now()}
        )
        self._end("resolved")
        self._send_bus()

    @api.model
    def _evaluate(self, limits, open_alerts, ended_alerts, breaches, now):
        """:param open_alerts, ended_alerts: ``{(device, rule id): alert}``"""
        nothing = self.browse()
        opened = []
        seen = {}
        for device, limit in _pairs(limits):
            rule = (device, limit.threshold_id)
            alert = open_alerts.get(rule, nothing)
            outcome = evaluate(
                limit,
                alert._to_known(),
                ended_alerts.get(rule, nothing)._to_known(),
                _breaches_of(limit, device.device_id, breaches),
                _latest_of(limit, device.live_ids),
                now,
            )
            if isinstance(outcome, Opened):
                opened.append(self._to_vals(device, limit, outcome))
            elif isinstance(outcome, Changed):
                seen[alert.id] = alert._change(outcome)
        self._open(opened)
        self.browse(id_ for id_, names in seen.items() if "is_active" in names)._turn()
        self.browse(id_ for id_, names in seen.items() if names)._send_bus()

    def _to_known(self):
        if not self:
            return None
        return Known(
            self.is_active,
            self.side,
            self.severity,
            _aware(self.last_breach_at),
            self.peak_value,
            _aware(self.resolved_at) if self.resolved_at else None,
        )

    @api.model
    def _to_vals(self, device, limit, opened):
        return {
            "device_id": device.id,
            "threshold_id": limit.threshold_id,
            "alert_type": f"{opened.side}_{limit.reading_type}",
            "reading_type": limit.reading_type,
            "severity": opened.severity,
            "side": opened.last_side,
            "message": self._describe(limit, opened.side, opened.trigger_value),
            "trigger_value": opened.trigger_value,
            "threshold_value": limit.bound(opened.side),
            "peak_value": opened.peak_value,
            "unit": unit_of(limit.reading_type),
            "started_at": _naive(opened.started_at),
            "last_breach_at": _naive(opened.last_breach_at),
            "is_active": opened.is_active,
            "cleared_at": not opened.is_active and fields.Datetime.now(),
        }

    @api.model
    def _open(self, vals_list):
        # Its chatter need not say that it was created: the alert tells how it began.
        alerts = self.with_context(mail_create_nolog=True).create(vals_list)
        alerts._send_bus()
        for alert in alerts:
            _logger.info(
                "Alert %s: %s: %s", alert.id, alert.device_id.device_id, alert.message
            )

    def _change(self, changed):
        """:return: what people see a difference in: names of fields"""
        self.ensure_one()
        vals = {
            "severity": changed.severity,
            "peak_value": changed.peak_value,
            "is_active": changed.is_active,
        }
        seen = {name for name, value in vals.items() if self[name] != value}
        vals["side"] = changed.side
        vals["last_breach_at"] = _naive(changed.last_breach_at)
        self.write(vals)
        return seen

    def _turn(self):
        """The condition has cleared, or holds again."""
        now = fields.Datetime.now()
        cleared = self.filtered(lambda alert: not alert.is_active)
        cleared._turn_clear(now)
        (self - cleared)._turn_active(now)

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


def _pairs(limits):
    return [(device, limit) for device, of_it in limits.items() for limit in of_it]


def _breaches_of(limit, device_id, breaches):
    """The breaches that violate this very limit."""
    for side in ("high", "low"):
        breach = breaches.get((device_id, limit.reading_type, side))
        if breach and limit.side(breach.worst_value) == side:
            if limit.side(breach.first_value) != side:  # it violates another one only
                breach = breach._replace(first_value=breach.worst_value)
            yield breach


def _latest_of(limit, live):
    """The newest value, None if there is none or it is the probe's fault."""
    value = (live.last_values or {}).get(limit.reading_type)
    is_fault = live.fault and live.fault.endswith(f"_{limit.reading_type}")
    if value is None or is_fault or not live.value_time:
        return None
    return Latest(_aware(live.value_time), value)


def _aware(time):
    return time.replace(tzinfo=timezone.utc)


def _naive(time):
    """Odoo keeps UTC without a zone; the fraction tells one reading from the next."""
    return time.astimezone(timezone.utc).replace(tzinfo=None)
