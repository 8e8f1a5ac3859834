import logging
from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import _, api, fields, models
from odoo.exceptions import ValidationError

_logger = logging.getLogger(__name__)
_AT_HOUR = 6  # of the farm's clock: the ledger has sealed the day


class IotComplianceSchedule(models.Model):
    """A compliance report made and mailed each week or month."""

    _name = "iot.compliance.schedule"
    _description = "Scheduled Compliance Report"
    _inherit = ["mail.thread"]
    _order = "farm_id, frequency, id"
    _rec_name = "farm_id"

    active = fields.Boolean(default=True)
    farm_id = fields.Many2one(
        "farm.farm", required=True, index=True, ondelete="cascade", tracking=True
    )
    company_id = fields.Many2one(related="farm_id.company_id", store=True)
    tank_ids = fields.Many2many(
        "farm.tank",
        string="Tanks",
        domain="[('farm_id', '=', farm_id)]",
        help="None chosen: all of the farm.",
    )
    standard_id = fields.Many2one(
        "iot.cooling.standard",
        ondelete="restrict",
        domain="[('company_id', 'in', [company_id, False])]",
        help="Empty: the one of each tank.",
    )
    frequency = fields.Selection(
        [("weekly", "Each week, Monday to Sunday"), ("monthly", "Each month")],
        required=True,
        default="monthly",
        tracking=True,
    )
    user_ids = fields.Many2many(
        "res.users",
        string="Recipients",
        required=True,
        tracking=True,
        domain="[('share', '=', False)]",
        help="Only who may see the farm gets the report.",
    )
    next_date = fields.Date(
        string="Next On",
        compute="_compute_next_date",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="The report of the week or month before that day is sent then.",
    )
    last_problem = fields.Char(readonly=True, copy=False)

    @api.depends("frequency")
    def _compute_next_date(self):
        today = fields.Date.context_today(self)
        for schedule in self:
            schedule.next_date = schedule._first_day(today) + schedule._step()

    def _first_day(self, date):
        """Of the week or month that it is in."""
        if self.frequency == "weekly":
            return date - timedelta(days=date.weekday())
        return date.replace(day=1)

    def _step(self):
        is_weekly = self.frequency == "weekly"
        return relativedelta(weeks=1) if is_weekly else relativedelta(months=1)

    @api.constrains("farm_id", "user_ids")
    def _check_recipients(self):
        for schedule in self:
            refused = schedule.user_ids - schedule._allowed()
            if not schedule.user_ids or refused:
                raise ValidationError(
                    _(
                        "%(name)s may not see %(farm)s, so the report cannot be sent "
                        "there.",
                        name=refused[:1].name,
                        farm=schedule.farm_id.name,
                    )
                    if refused
                    else _("Say who gets the report.")
                )

    @api.constrains("farm_id", "tank_ids")
    def _check_tanks(self):
        for schedule in self:
            if schedule.tank_ids.farm_id - schedule.farm_id:
                raise ValidationError(
                    _("A tank is not of %(farm)s.", farm=schedule.farm_id.name)
                )

    def _allowed(self):
        """Recipients who may see the farm today."""
        return self.user_ids.filtered(
            lambda user: (
                user.active
                and self.farm_id.with_user(user)
                .with_context(allowed_company_ids=user.company_ids.ids)
                .has_access("read")
            )
        )

    @api.model
    def _cron_send(self, now=None):
        """:param now: naive UTC; None for now"""
        now = now or fields.Datetime.now()
        for schedule in self.search([]):
            while schedule.next_date <= schedule._today(now):
                schedule._send_aside(schedule.next_date)
                schedule.next_date += schedule._step()
                if not self.env["ir.cron"]._commit_progress(1):
                    return

    def _today(self, now):
        """The farm's date; until six in the morning it is the day before."""
        local = self.with_context(tz=self.farm_id.tz)
        moment = fields.Datetime.context_timestamp(local, now)
        return (moment.replace(tzinfo=None) - timedelta(hours=_AT_HOUR)).date()

    def _send_aside(self, date):
        """What fails is told on its page and in the log, and stops no other."""
        try:
            with self.env.cr.savepoint():
                self._send(date)
                self.last_problem = False
        except Exception as error:
            _logger.exception("Compliance report of %r was not sent", self.farm_id.name)
            self.last_problem = str(error)
            self.message_post(
                body=_("The report was not sent: %(error)s", error=str(error))
            )

    def _send(self, date):
        end = self._first_day(date) - timedelta(days=1)
        reports = self.env["iot.compliance.report"]
        # sudo - iot.compliance.report: the schedule makes it, not a person.
        report = reports.sudo().create(
            {
                "farm_id": self.farm_id.id,
                "tank_ids": self.tank_ids.ids,
                "standard_id": self.standard_id.id,
                "date_from": self._first_day(end),
                "date_to": end,
                "schedule_id": self.id,
            }
        )
        report.action_generate()
        recipients = self._allowed()
        if not recipients:
            self.message_post(
                body=_("No recipient may see the farm: nothing was sent.")
            )
            return report
        template = self.env.ref("smartdairy_iot.mail_template_compliance")
        template.send_mail(
            report.id, email_values={"recipient_ids": recipients.partner_id.ids}
        )
        return report

    def action_send_now(self):
        """The last whole period, at once."""
        self.check_access("write")
        today = fields.Date.context_today(self)
        for schedule in self:
            schedule._send(today)

    def action_view_reports(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "smartdairy_iot.iot_compliance_report_action"
        )
        return action | {"domain": [("schedule_id", "=", self.id)], "context": {}}
