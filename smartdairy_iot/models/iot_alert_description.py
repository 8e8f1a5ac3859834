"""What an alert is called, and what it says."""

from odoo import api, models

from .. import spoken
from ..ingest.codec.number import unit_of
from ..rules.kind import KINDS
from .iot_alert_subscription import naive
from .iot_alert_wording import describe_time
from .iot_threshold import READING_TYPES

_MOST_NAMED = 5  # devices of a silent gateway
# Of the conditions, as the specification's mobile app calls them.
_TYPES = {
    "offline": "device_offline",
    "no_data": "no_data",
    "battery": "battery_low",
    "signal": "connection_lost",
    "certificate": "certificate_expiring",
    "clock_drift": "clock_drift",
}


class IotAlert(models.Model):
    _inherit = "iot.alert"

    @api.model
    def _type_of(self, rule, side, condition):
        """``high_temperature``, ``rising_temperature``, ``device_offline`` …"""
        if rule.kind in _TYPES:
            return _TYPES[rule.kind]
        if condition:
            return f"{rule.kind}_{condition.detail}" if condition.detail else rule.kind
        if rule.kind == "rate":
            side = {"high": "rising", "low": "falling"}[side]
        return f"{side}_{rule.reading_type}"

    @api.model
    def _unit_of(self, rule):
        kind = KINDS[rule.kind]
        return unit_of(rule.reading_type) if kind.is_of_reading else kind.unit

    @api.model
    def _describe(self, case, side, value, condition=None):
        """One line, such as the specification's “Temperature exceeded maximum …”."""
        rule = case.rule
        if condition:
            return self._describe_condition(case, value, condition)
        bound = rule.bound(side)
        words = {
            "what": dict(READING_TYPES)[rule.reading_type],
            "value": spoken.number(self.env, value),
            "moved": spoken.number(self.env, abs(value)),
            "unit": self._unit_of(rule),
            "bound": spoken.number(
                self.env, abs(bound) if rule.kind == "rate" else bound
            ),
            "minutes": f"{rule.window.total_seconds() / 60:g}",
        }
        if rule.kind == "rate":
            if side == "high":
                return self.env._(
                    "%(what)s rose by %(moved)s %(unit)s within %(minutes)s min"
                    " (max: %(bound)s %(unit)s)",
                    **words,
                )
            return self.env._(
                "%(what)s fell by %(moved)s %(unit)s within %(minutes)s min"
                " (max: %(bound)s %(unit)s)",
                **words,
            )
        if rule.kind == "deviation":
            return self.env._(
                "%(what)s is unusual for this device: %(value)s %(unit)s"
                " (limit: %(bound)s %(unit)s)",
                **words,
            )
        if side == "high":
            return self.env._(
                "%(what)s exceeded maximum threshold: %(value)s %(unit)s"
                " (max: %(bound)s %(unit)s)",
                **words,
            )
        return self.env._(
            "%(what)s below minimum threshold: %(value)s %(unit)s"
            " (min: %(bound)s %(unit)s)",
            **words,
        )

    @api.model
    def _describe_condition(self, case, value, condition):
        words = {
            "since": condition.since
            and describe_time(self.env, naive(condition.since), str(case.device.tz)),
            "value": f"{value:.3g}",
            "what": dict(READING_TYPES).get(condition.detail, condition.detail),
        }
        message = {
            "offline": lambda: self.env._(
                "Offline: no sign of life since %(since)s", **words
            ),
            "no_data": lambda: self.env._("No readings since %(since)s", **words),
            "battery": lambda: self.env._("Battery at %(value)s %%", **words),
            "signal": lambda: self.env._("Signal at %(value)s %%", **words),
            "certificate": lambda: self._describe_certificate(value, words),
            "clock_drift": lambda: self._describe_drift(case.live.clock_offset, words),
            "stuck": lambda: self.env._("%(what)s: the value is stuck", **words),
            "implausible": lambda: self.env._(
                "%(what)s: the value cannot be true", **words
            ),
        }[case.rule.kind]()
        if condition.children:
            return self._add_children(message, condition.children)
        return message

    @api.model
    def _describe_certificate(self, days, words):
        if days < 0:
            return self.env._("The certificate has expired")
        if days < 1:
            return self.env._("The certificate expires within a day")
        return self.env._("The certificate expires in %(value)s days", **words)

    @api.model
    def _describe_drift(self, offset, words):
        if offset < 0:
            return self.env._("The clock is %(value)s min behind", **words)
        return self.env._("The clock is %(value)s min ahead", **words)

    @api.model
    def _add_children(self, message, children):
        """Of a gateway: one alert that lists its devices, not fifty."""
        devices = self.env["iot.device"].browse(children)
        names = devices[:_MOST_NAMED].mapped("name")
        if len(devices) > _MOST_NAMED:
            names.append("…")
        return self.env._(
            "%(message)s, and with it %(count)s devices: %(names)s",
            message=message,
            count=len(devices),
            names=", ".join(names),
        )
