from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

_JUST_NOW = timedelta(seconds=5)  # the listener looks every second
_WAKE = "smartdairy_iot.wake"


class IrCron(models.Model):
    _inherit = "ir.cron"

    @api.model
    def _wake_for_what_is_due(self):
        """A digest, another attempt, an escalation: a trigger for later has come due.

        Odoo wakes the scheduler for triggers of now; those for later are found by its
        next poll, up to a minute late.
        """
        now = fields.Datetime.now()
        # Raw SQL: every second, by its index, without a record.
        self.env.cr.execute(
            SQL(
                "SELECT EXISTS (SELECT FROM ir_cron_trigger"
                " WHERE call_at BETWEEN %s AND %s)",
                now - _JUST_NOW,
                now,
            )
        )
        if self.env.cr.fetchone()[0]:
            self.env.cr.postcommit.add(self._notifydb)

    @api.model
    def _wake_once(self, *xml_ids):
        """Trigger these jobs at the end of the transaction: each once, however often
        it is asked for, all in one statement. A rollback takes it back.
        """
        hooks = self.env.cr.precommit
        if _WAKE not in hooks.data:
            hooks.data[_WAKE] = set()
            hooks.add(self._trigger_woken)
        hooks.data[_WAKE].update(xml_ids)

    @api.model
    def _trigger_woken(self):
        to_id = self.env["ir.model.data"]._xmlid_to_res_id
        woken = self.env.cr.precommit.data.pop(_WAKE)
        # sudo - ir.cron: a trigger is no change of the job.
        jobs = self.sudo().browse(filter(None, map(to_id, sorted(woken))))
        now = fields.Datetime.now()
        # sudo - ir.cron.trigger: likewise.
        self.env["ir.cron.trigger"].sudo().create(
            [{"cron_id": job.id, "call_at": now} for job in jobs if job.active]
        )
        self.env.cr.postcommit.add(self._notifydb)

    @api.model
    def _notifydb(self):
        """Once for all the jobs that a transaction has triggered.

        It is called after the commit, and Odoo opens a connection of its own for each
        call: some 10 ms.
        """
        told = self.env.cr.postcommit.data  # emptied when the hooks have run
        if not told.get("smartdairy_iot.scheduler"):
            told["smartdairy_iot.scheduler"] = True
            super()._notifydb()
