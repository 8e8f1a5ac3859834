"""What is still to come of an open alert: steps of its escalation, reminders."""

from odoo import api, fields, models
from odoo.tools import SQL

from ..notify.plan import follow_chain

_AT_ONCE = 1000


class IotAlertFollowup(models.Model):
    """One open alert under one escalation, apart from the alert's row: that one is
    written by the rules and by people."""

    _name = "iot.alert.followup"
    _description = "IoT Alert: What Is Due Next"
    _log_access = False
    _rec_name = "alert_id"

    alert_id = fields.Many2one("iot.alert", required=True, ondelete="cascade")
    escalation_id = fields.Many2one(
        "iot.escalation", required=True, index=True, ondelete="cascade"
    )
    since = fields.Datetime(required=True)
    steps_done = fields.Integer()
    next_step_at = fields.Datetime(index="btree_not_null")
    next_reminder_at = fields.Datetime(index="btree_not_null")

    _one_each = models.UniqueIndex("(alert_id, escalation_id)")

    @api.model
    def _job(self):
        # sudo - ir.cron: a trigger is no change of the job.
        return self.env.ref("smartdairy_iot.ir_cron_follow_up").sudo()

    @api.model
    def _follow(self, alerts, event):
        """:param event: as of ``iot.alert._announce``"""
        if event in ("raised", "risen"):
            self._begin(alerts)
            return
        known = self.search([("alert_id", "in", alerts.ids)])
        if event in ("resolved", "dismissed"):
            known.unlink()
        elif event == "acknowledged":
            known.next_step_at = False
        elif event == "cleared":
            known.write({"next_step_at": False, "next_reminder_at": False})
        elif event == "realarm":
            stopped = known.filtered(lambda one: not one.next_reminder_at)
            stopped._restart_reminders()

    # Beginning ----------------------------------------------------------------------

    @api.model
    def _begin(self, alerts):
        """Start each chain that applies; one that goes on already is not restarted."""
        now = fields.Datetime.now()
        known = self.search([("alert_id", "in", alerts.ids)])
        by_alert = known.grouped("alert_id")
        vals_list = []
        for escalation in self.env["iot.escalation"].search([]):
            concerned = alerts.filtered(escalation._concerns)
            for alert in concerned:
                if escalation not in by_alert.get(alert, known.browse()).escalation_id:
                    vals_list.append(escalation._first_followup(alert, now))
        for one in known.filtered(lambda one: not one.next_step_at):
            one.write(one.escalation_id._first_followup(one.alert_id, now))
        begun = self.create(vals_list) | known
        begun._wake()

    def _restart_reminders(self):
        now = fields.Datetime.now()
        for one in self.filtered("escalation_id.reminder_minutes"):
            one.next_reminder_at = now + one.escalation_id._reminder_interval()
        self._wake()

    def _wake(self):
        moments = {*self.mapped("next_step_at"), *self.mapped("next_reminder_at")}
        if moments := sorted(filter(None, moments))[:1]:
            self._job()._trigger(at=max(moments[0], fields.Datetime.now()))

    # What is due --------------------------------------------------------------------

    @api.model
    def _cron_follow_up(self):
        """Every minute, and when something is due."""
        while due := self._lock_due():
            due._take_steps()
            due._remind()
            left = len(due) if len(due) == _AT_ONCE else 0
            if not self.env["ir.cron"]._commit_progress(len(due), remaining=left):
                break
            if not left:
                break
        self.env["iot.notification"]._release_suppressed()
        self.env["iot.notification"]._wake_due()
        self._wake_next()

    @api.model
    def _lock_due(self):
        self.flush_model()
        # Raw SQL: the ORM cannot skip what somebody acknowledges at this moment.
        self.env.cr.execute(
            SQL(
                """
                SELECT id FROM iot_alert_followup
                 WHERE next_step_at <= %(now)s OR next_reminder_at <= %(now)s
                 ORDER BY id LIMIT %(limit)s
                   FOR UPDATE SKIP LOCKED
                """,
                now=fields.Datetime.now(),
                limit=_AT_ONCE,
            )
        )
        return self.browse(row_id for (row_id,) in self.env.cr.fetchall())

    def _take_steps(self):
        now = fields.Datetime.now()
        by_step = {}
        for one in self.filtered(lambda o: o.next_step_at and o.next_step_at <= now):
            steps = one.escalation_id.step_ids
            minutes = steps.mapped("after_minutes")
            chain = follow_chain(minutes, one.since, one.steps_done, now)
            if one._asks_for_somebody():
                for index in chain.due:
                    by_step.setdefault(steps[index], self.browse())
                    by_step[steps[index]] |= one
            one.write({"steps_done": chain.due.stop, "next_step_at": chain.next_at})
        for step, followups in by_step.items():
            step._tell(followups.alert_id)

    def _asks_for_somebody(self):
        alert = self.alert_id
        return alert.state == "new" and alert.is_active and self.escalation_id.active

    def _remind(self):
        now = fields.Datetime.now()
        due = self.filtered(lambda o: o.next_reminder_at and o.next_reminder_at <= now)
        alerts = self.env["iot.alert"]
        for one in due:
            if one.alert_id.is_active and one.alert_id.is_open:
                alerts |= one.alert_id
                one.next_reminder_at = one.escalation_id._reminder_after(
                    one.next_reminder_at, now
                )
            else:
                one.next_reminder_at = False
        if alerts:
            queue = self.env["iot.notification"]
            queue._put("reminder", queue._without_waiting(queue._told(alerts)))

    @api.model
    def _wake_next(self):
        step = self.search(
            [("next_step_at", "!=", False)], order="next_step_at", limit=1
        )
        reminder = self.search(
            [("next_reminder_at", "!=", False)], order="next_reminder_at", limit=1
        )
        (step | reminder)._wake()
