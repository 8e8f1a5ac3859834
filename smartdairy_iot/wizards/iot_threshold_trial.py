from collections import Counter
from datetime import datetime, timedelta, timezone
from time import monotonic

from markupsafe import Markup

from odoo import _, api, fields, models
from odoo.tools import format_date, split_every

from ..models.iot_store_rules import Ask
from ..models.iot_threshold import SEVERITY_SELECTION
from ..rules.kind import around
from ..rules.trial import join, spans, would_fire
from ..zone import to_zone

DAYS = 30
_AT_ONCE = 10  # devices; between two parts it is seen whether time is up
_SECONDS = 15.0  # then it says how far it came
_MOST_LINES = 500
_INTERVALS = 2  # as the evaluation: silent for so many, the last reading holds


class IotThresholdTrial(models.TransientModel):
    """What a rule would have told, from the same state machine that evaluates it."""

    _name = "iot.threshold.trial"
    _description = "Threshold Tried on History"

    threshold_id = fields.Many2one("iot.threshold", ondelete="cascade")
    rule_values = fields.Json()
    sentence = fields.Char()
    device_ids = fields.Json(help="Those that are still to be looked at.")
    device_count = fields.Integer()
    since = fields.Datetime()
    until = fields.Datetime()
    count = fields.Integer()
    is_done = fields.Boolean(compute="_compute_summary")
    summary = fields.Char(compute="_compute_summary")
    progress = fields.Char(compute="_compute_summary")
    place = fields.Char(compute="_compute_summary")
    chart = fields.Html(compute="_compute_chart", sanitize=False)
    line_ids = fields.One2many("iot.threshold.trial.line", "trial_id")

    @api.depends("count", "device_ids", "device_count")
    def _compute_summary(self):
        for trial in self:
            left = len(trial.device_ids or [])
            words = {
                "count": trial.count,
                "days": DAYS,
                "done": trial.device_count - left,
                "all": trial.device_count,
                "shown": _MOST_LINES,
            }
            trial.is_done = not left
            trial.progress = trial.place = False
            if not trial.device_count:
                trial.summary = _("The rule would be in force at no device.")
                continue
            trial.place = (
                _("In force at one device.")
                if trial.device_count == 1
                else _("In force at %(all)s devices.", **words)
            )
            said = {
                0: _("Would never have fired in the last %(days)s days", **words),
                1: _("Would have fired once in the last %(days)s days", **words),
            }
            trial.summary = said.get(
                trial.count,
                _(
                    "Would have fired %(count)s times in the last %(days)s days",
                    **words,
                ),
            )
            if left:
                trial.progress = _(
                    "Looked at %(done)s of %(all)s devices, then time was up. Go on "
                    "for the others.",
                    **words,
                )
            elif trial.count > _MOST_LINES:
                trial.progress = _("The first %(shown)s are listed.", **words)

    @api.depends("line_ids")
    def _compute_chart(self):
        """A bar for each day."""
        for trial in self:
            if not trial.since:
                trial.chart = False
                continue
            by_day = Counter(line.started_at.date() for line in trial.line_ids)
            first = trial.since.date()
            days = [first + timedelta(days=n) for n in range(DAYS + 1)]
            most = max(by_day.values(), default=1)
            bars = Markup().join(
                Markup(
                    '<div class="flex-fill {}" style="height: {}%" title="{}"></div>'
                ).format(
                    "bg-danger" if by_day[day] else "bg-200",
                    max(4, round(100 * by_day[day] / most)),
                    f"{format_date(self.env, day)}: {by_day[day]}",
                )
                for day in days
            )
            trial.chart = Markup(
                '<div class="d-flex align-items-end gap-1" style="height: 3rem">'
                "{}</div>"
            ).format(bars)

    def action_go_on(self):
        self._go_on()
        return self._to_action()

    def _to_action(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": _("Tried on History"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [[False, "form"]],
            "target": "new",
        }

    def _go_on(self):
        """As many devices as there is time for, at least one part of them."""
        self.ensure_one()
        deadline = monotonic() + _SECONDS
        rule = self._begin()
        left = self.device_ids or []
        lines = []
        for part in split_every(_AT_ONCE, left):
            lines += self._try(self.env["iot.device"].browse(part), rule)
            left = left[len(part) :]
            if monotonic() > deadline:
                break
        self.device_ids = left
        self.count += len(lines)
        room = max(0, _MOST_LINES - len(self.line_ids))
        self.env["iot.threshold.trial.line"].create(lines[:room])

    def _begin(self):
        """:return: :class:`~..rules.rule.Rule`"""
        threshold, values = self.threshold_id, self.rule_values or {}
        with threshold._as_if_saved(values) as rule:
            pure, said, unit = rule._to_rule(), rule.sentence, rule.unit
            devices = rule._devices_in_force().ids if not self.since else None
        if devices is not None:
            now = fields.Datetime.now()
            self.write(
                {
                    "device_ids": devices,
                    "device_count": len(devices),
                    "sentence": said,
                    "since": now - timedelta(days=DAYS),
                    "until": now,
                }
            )
        return pure, unit

    def _try(self, devices, rule):
        pure, unit = rule
        start, end = (
            time.replace(tzinfo=timezone.utc) for time in (self.since, self.until)
        )
        rules = self._rules_of(devices, pure, start, end)
        if not rules:
            return []
        store = self.env["iot.store"]
        asks = []
        outside = store._quarters_outside(rules, start, end)
        for device in devices:
            found = outside.get(device.device_id, [])
            tz = to_zone(device.farm_id.tz or "UTC")
            for n, span in enumerate(spans(found, pure.off_delay)):
                key, own = (device.id, n), rules[device.device_id]
                name, kind = device.device_id, device.device_type
                asks.append(Ask(key, name, kind, own, *span, tz=tz))
        parts = {}
        runs = store._runs(asks)
        for ask in asks:
            parts.setdefault(ask.key[0], []).append(runs[ask.key])
        lines = []
        for device in devices:
            silence = timedelta(seconds=_INTERVALS * device.interval_seconds)
            own = rules.get(device.device_id)
            for firing in would_fire(own, join(parts.get(device.id, [])), end, silence):
                lines.append(self._to_line(device, firing, unit))
        return lines

    def _rules_of(self, devices, rule, start, end):
        """``{device_id: Rule}``; without readings a device has no normal."""
        names = devices.mapped("device_id")
        if rule.kind != "deviation":
            return dict.fromkeys(names, rule)
        normals = self.env["iot.store"]._normals(
            names, rule.reading_type, end - rule.window, end
        )
        return {
            name: around(rule, normal.average, normal.deviation)
            for name, normal in normals.items()
            if normal.deviation
        }

    def _to_line(self, device, firing, unit):
        return {
            "trial_id": self.id,
            "device_id": device.id,
            "severity": firing.severity,
            "started_at": _naive(firing.start),
            "minutes": firing.minutes,
            "peak_value": firing.peak_value,
            "unit": unit if unit != "σ" else "",
            "is_active": firing.until is None,
        }


class IotThresholdTrialLine(models.TransientModel):
    _name = "iot.threshold.trial.line"
    _description = "Alert There Would Have Been"
    _order = "started_at desc, id"

    trial_id = fields.Many2one("iot.threshold.trial", required=True, ondelete="cascade")
    device_id = fields.Many2one("iot.device", required=True, ondelete="cascade")
    started_at = fields.Datetime()
    minutes = fields.Float(digits=(16, 1))
    severity = fields.Selection(SEVERITY_SELECTION)
    peak_value = fields.Float(string="Peak", digits=(16, 2))
    unit = fields.Char()
    is_active = fields.Boolean(string="Holds Now")


def _naive(time: datetime):
    return time.astimezone(timezone.utc).replace(tzinfo=None, microsecond=0)
