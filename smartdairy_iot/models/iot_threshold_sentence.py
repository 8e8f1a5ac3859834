from odoo import _, api, fields, models

from .. import spoken
from ..health.silence import INTERVAL
from ..ingest.codec.number import unit_of
from ..rules.kind import CONDITIONS, KINDS, OF_READING

_ONE = {"days": "day", "intervals": "interval"}


class IotThreshold(models.Model):
    """What a rule says, in plain words."""

    _inherit = "iot.threshold"

    sentence = fields.Char(string="In Words", compute="_compute_sentence")
    scope_label = fields.Char(string="Applies To", compute="_compute_scope_label")
    unit = fields.Char(compute="_compute_unit")

    @api.depends("kind", "reading_type")
    def _compute_unit(self):
        for rule in self:
            unit = KINDS[rule.kind].unit if rule.kind else ""
            if not unit and rule.kind in OF_READING and rule.reading_type:
                unit = unit_of(rule.reading_type)
            rule.unit = unit

    @api.depends(
        *("kind", "reading_type", "use_min", "use_max", "min_value", "max_value"),
        *("deadband", "window_minutes", "normal_days", "severity", "on_delay"),
        *("off_delay", "repeat_count", "level_ids.severity", "level_ids.use_min"),
        *("level_ids.use_max", "level_ids.min_value", "level_ids.max_value"),
        *("level_ids.on_delay", "device_id.interval_seconds"),
        *("profile_id.interval_seconds",),
    )
    @api.depends_context("lang")
    def _compute_sentence(self):
        for rule in self:
            rule.sentence = rule._describe_rule()

    @api.depends(
        *("device_id", "profile_id", "location_type", "device_type", "farm_id"),
        "company_id",
    )
    @api.depends_context("lang")
    def _compute_scope_label(self):
        places = dict(self._fields["location_type"]._description_selection(self.env))
        types = dict(self._fields["device_type"]._description_selection(self.env))
        for rule in self:
            named = (
                rule.device_id.name,
                rule.profile_id.name,
                places.get(rule.location_type),
                rule.device_type != "all" and types.get(rule.device_type),
                rule.farm_id.name,
                rule.company_id.name,
            )
            rule.scope_label = " · ".join(filter(None, named)) or _("Every device")

    def _describe_rule(self):
        if not self.kind or (self.kind in OF_READING and not self.reading_type):
            return False
        first, *further = self._to_levels()
        said = _("Alert when %(condition)s", condition=self._describe_first(first))
        if first.on_delay:
            said = _("%(said)s for %(time)s", said=said, time=_duration(first.on_delay))
        if self.repeat_count > 1:
            said = _(
                "%(said)s, %(count)s readings in a row",
                said=said,
                count=self.repeat_count,
            )
        said += self._describe_end(first)
        labels = dict(self._fields["severity"]._description_selection(self.env))
        for level in further:
            words = {
                "severity": (labels.get(level.severity) or "").lower(),
                "limits": self._describe_limits(level),
                "time": self._describe_delay(level, first),
            }
            if self.kind in CONDITIONS:
                words["time"] = _duration(level.on_delay)
                said += _("; %(severity)s after %(time)s", **words)
            else:
                said += _("; %(severity)s %(limits)s%(time)s", **words)
        return said

    def _describe_first(self, level):
        limits = self._describe_limits(level)
        labels = dict(self._fields["reading_type"]._description_selection(self.env))
        words = (labels.get(self.reading_type) or "").split()
        words = {
            "reading": " ".join(w.lower() if w.istitle() else w for w in words),
            "limits": limits,
            "time": f"{self.window_minutes:g} min",
            "days": self.normal_days,
        }
        return {
            "limit": _("%(reading)s is %(limits)s", **words),
            "rate": _("%(reading)s %(limits)s within %(time)s", **words),
            "deviation": _(
                "%(reading)s is %(limits)s its normal of the last %(days)s days",
                **words,
            ),
            "no_data": _("nothing has been measured for %(limits)s", **words),
            "offline": _("the device is offline"),
            "battery": _("the battery is %(limits)s", **words),
            "signal": _("the signal is %(limits)s", **words),
            "certificate": _("the certificate is valid for %(limits)s", **words),
            "clock_drift": _("the device's clock is off by %(limits)s", **words),
            "stuck": _("a value has been the very same for too long"),
            "implausible": _("a value cannot be true"),
        }[self.kind]

    def _describe_limits(self, level):
        """``above 4 °C or below 2 °C``; nothing for a condition."""
        if self.kind in CONDITIONS:
            return ""
        high, low = (
            None if bound is None else self._number(abs(bound) if is_both else bound)
            for is_both in (KINDS[self.kind].is_both_ways,)
            for bound in (level.high, level.low)
        )
        above, below = self._sides(high, low)
        said = [
            text for text, bound in ((above, high), (below, low)) if bound is not None
        ]
        return _(" or ").join(said)

    def _sides(self, high, low):
        return {
            "rate": (
                _("rises by more than %(limit)s", limit=high),
                _("falls by more than %(limit)s", limit=low),
            ),
            "deviation": (
                _("more than %(limit)s above", limit=high),
                _("more than %(limit)s below", limit=low),
            ),
            "certificate": ("", _("less than %(limit)s", limit=low)),
            "clock_drift": (_("more than %(limit)s", limit=high), ""),
            "no_data": (_("more than %(limit)s", limit=high), ""),
        }.get(
            self.kind,
            (_("above %(limit)s", limit=high), _("below %(limit)s", limit=low)),
        )

    def _describe_end(self, first):
        time = self.off_delay and _(" for %(time)s", time=_minutes(self.off_delay))
        if self.kind not in ("limit", "battery", "signal"):
            return _(", until that is over%(time)s", time=time) if time else ""
        low = first.low is not None and self._number(first.low + self.deadband)
        high = first.high is not None and self._number(first.high - self.deadband)
        words = {"low": low, "high": high, "time": time or ""}
        if low and high:
            return _(", until it is %(low)s to %(high)s%(time)s", **words)
        if high:
            return _(", until it is at most %(high)s%(time)s", **words)
        if low:
            return _(", until it is at least %(low)s%(time)s", **words)
        return ""

    def _describe_delay(self, level, first):
        if level.on_delay:
            return _(" for %(time)s", time=_duration(level.on_delay))
        return _(" at once") if first.on_delay else ""

    def _number(self, value):
        number = spoken.number(self.env, value)
        unit = _ONE.get(self.unit, self.unit) if value == 1 else self.unit
        said = f"{number} {unit}".strip()
        return f"{said} {self._in_time(value)}" if self.kind == "no_data" else said

    def _in_time(self, intervals):
        """``(16 h at one a minute)``: devices differ in how often they send."""
        seconds = self.device_id.interval_seconds or self.profile_id.interval_seconds
        time = _minutes(intervals * (seconds or INTERVAL) / 60)
        if seconds:
            return _("(%(time)s)", time=time)
        return _("(%(time)s at one a minute)", time=time)


def _duration(delay):
    return _minutes(delay.total_seconds() / 60)


def _minutes(minutes):
    """``30 s``, ``10 min``, ``2 h``"""
    if minutes < 1:
        return f"{minutes * 60:g} s"
    if minutes >= 120 and minutes % 60 == 0:
        return f"{minutes / 60:g} h"
    return f"{minutes:g} min"
