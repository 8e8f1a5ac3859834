from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.tests import TransactionCase, tagged

from odoo.addons.base.models.ir_cron import IrCron

from .listening import listening


@tagged("post_install", "-at_install")
class TestCron(TransactionCase):
    """What is to happen at some time happens then, not with the next poll."""

    def setUp(self):
        super().setUp()
        self.env["ir.cron.trigger"].search([]).unlink()
        self.job = self.env.ref("smartdairy_iot.ir_cron_send_odoo")

    def is_woken(self):
        """Whether the scheduler would be told, once this is committed."""
        self.env.cr.postcommit.clear()
        with patch.object(type(self.job), "_notifydb") as notify:
            self.env["ir.cron"]._wake_for_what_is_due()
            self.env.cr.postcommit.run()
        return notify.called

    def test_the_scheduler_is_woken_when_a_trigger_for_later_is_due(self):
        now = fields.Datetime.now()
        self.job._trigger(at=now + timedelta(seconds=15))
        with freeze_time(now + timedelta(seconds=14)):
            self.assertFalse(self.is_woken())
        with freeze_time(now + timedelta(seconds=16)):
            self.assertTrue(self.is_woken())

    def run_colliding(self, job, times):
        """:return: how often it was begun; it collides at first, so often"""
        begun = []

        def callback(*_args):
            begun.append(True)
            if len(begun) <= times:
                raise SerializationFailure("could not serialize access")

        with patch.object(IrCron, "_callback", callback):
            job._callback(job.name, job.ir_actions_server_id.id)
        return len(begun)

    def test_a_job_that_collides_with_another_transaction_is_done_again_at_once(self):
        self.assertEqual(self.run_colliding(self.job, 0), 1)
        self.assertEqual(self.run_colliding(self.job, 2), 3)

    def test_a_job_that_always_collides_is_left_for_later_without_an_error(self):
        with self.assertLogs("odoo.addons.smartdairy_iot.models.ir_cron", "WARNING"):
            self.assertEqual(self.run_colliding(self.job, 99), 5)

    def test_jobs_of_others_are_left_to_odoo(self):
        other = self.env.ref("base.autovacuum_job")
        with self.assertRaises(SerializationFailure):
            self.run_colliding(other, 1)

    def test_what_a_job_leaves_for_long_does_not_wake_it_every_second(self):
        now = fields.Datetime.now()
        self.job._trigger(at=now + timedelta(seconds=1))
        with freeze_time(now + timedelta(minutes=1)):
            self.assertFalse(self.is_woken())

    def test_one_notice_wakes_the_scheduler_for_all_jobs_of_a_transaction(self):
        self.assertEqual(self.count_notices(), 1)
        self.assertEqual(self.count_notices(), 1, "the next transaction's own")

    def count_notices(self):
        """What the scheduler hears when several jobs are triggered and committed."""
        self.env.cr.postcommit.clear()
        with listening("cron_trigger") as heard:
            for channel in ("odoo", "email", "mqtt"):
                self.env.ref(f"smartdairy_iot.ir_cron_send_{channel}")._trigger()
            self.env.cr.postcommit.run()
            payloads = [notice.payload for notice in heard()]
        return payloads.count(self.env.cr.dbname)
