import logging
from datetime import timedelta

from psycopg2.errors import SerializationFailure

from odoo import api, fields, models
from odoo.tools import SQL

from ..pg_notify import notify

_logger = logging.getLogger(__name__)

_TRIES = 5
# The listener looks every second. A job that is triggered while it runs is passed over
# by the scheduler: this is also how long it may run and still be begun again at once.
_JUST_NOW = timedelta(seconds=30)
_WAKE = "smartdairy_iot.wake"


class IrCron(models.Model):
    _inherit = "ir.cron"

    def _callback(self, cron_name, server_action_id):
        """A job of ours that collides with another transaction is done again, whole.

        Rows that it is to lock or write may have changed after its snapshot: devices
        answer, channels send and people press buttons meanwhile. Odoo would leave it
        for the next interval, with an error. What it committed is not done twice.
        """
        for left in reversed(range(_TRIES)):
            try:
                return super()._callback(cron_name, server_action_id)
            except SerializationFailure:  # rolled back by Odoo
                if not self._is_ours():
                    raise
                if not left:
                    _logger.warning("“%s” collides: left for later", cron_name)
        return None

    def _is_ours(self):
        name = self.get_external_id()[self.id]
        return name.startswith("smartdairy_iot")

    @api.model
    def _wake_for_what_is_due(self):
        """A digest, another attempt, an escalation: a trigger for later has come due.

        Odoo wakes the scheduler for triggers of now; those for later are found by its
        next poll, up to a minute late. So are those that came while the job ran.
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
        """Once for all the jobs that a transaction has triggered."""
        told = self.env.cr.postcommit.data  # emptied when the hooks have run
        if told.get("smartdairy_iot.scheduler"):
            return
        told["smartdairy_iot.scheduler"] = True
        notify("cron_trigger", [self.env.cr.dbname])
