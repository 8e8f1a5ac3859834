from datetime import timedelta

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

from ..notify.plan import next_reminder
from ..rules.rule import severity_rank
from .iot_threshold import SEVERITY_SELECTION


class IotEscalation(models.Model):
    """Who else is told when nobody acknowledges an alert, and after how long."""

    _name = "iot.escalation"
    _description = "IoT Escalation"
    _inherit = ["farm.owned"]
    _order = "name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    farm_ids = fields.Many2many(
        "farm.farm", string="Farms", help="None chosen: all farms of the company."
    )
    severity = fields.Selection(
        SEVERITY_SELECTION, "From Severity", required=True, default="high"
    )
    step_ids = fields.One2many("iot.escalation.step", "escalation_id", string="Steps")
    reminder_minutes = fields.Integer(
        "Remind Every (minutes)",
        help="Whoever was told is reminded, also after it was acknowledged, until the "
        "condition has cleared. 0: never.",
    )
    summary = fields.Char(compute="_compute_summary")
    company_id = fields.Many2one(
        "res.company", default=lambda self: self.env.company, index=True
    )

    _reminder_not_hasty = models.Constraint(
        "CHECK(reminder_minutes = 0 OR reminder_minutes >= 5)",
        "Remind every 5 minutes at most; 0 is never.",
    )

    @api.depends("step_ids.after_minutes")
    def _compute_summary(self):
        for one in self:
            minutes = ", ".join(f"{step.after_minutes}" for step in one.step_ids)
            one.summary = _("after %(minutes)s min", minutes=minutes) if minutes else ""

    @api.constrains("name", "step_ids", "reminder_minutes")
    def _check_steps(self):
        for one in self:
            if not one.step_ids and not one.reminder_minutes:
                raise ValidationError(
                    _(
                        "%(name)s tells nobody: add a step, or remind every so many "
                        "minutes.",
                        name=one.name,
                    )
                )

    def _concerns(self, alert):
        return (
            severity_rank(alert.severity) >= severity_rank(self.severity)
            and (not self.farm_ids or alert.farm_id in self.farm_ids)
            and (
                not self.company_id
                or not alert.company_id
                or self.company_id == alert.company_id
            )
        )

    def _first_followup(self, alert, now):
        first = self.step_ids[:1]
        return {
            "alert_id": alert.id,
            "escalation_id": self.id,
            "since": now,
            "steps_done": 0,
            "next_step_at": bool(first)
            and now + timedelta(minutes=first.after_minutes),
            "next_reminder_at": bool(self.reminder_minutes)
            and now + self._reminder_interval(),
        }

    def _reminder_interval(self):
        return timedelta(minutes=self.reminder_minutes)

    def _reminder_after(self, last_at, now):
        """False when there is none, or no longer."""
        if not self.reminder_minutes or not self.active:
            return False
        return next_reminder(last_at, self._reminder_interval(), now)
