from datetime import datetime, timedelta
from unittest import TestCase

from freezegun import freeze_time
from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api, fields
from odoo.exceptions import AccessError
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

from ..notify.outcome import Outcome
from .notify import SENT, NotifyCase

DOWN = Outcome(False, "no server", is_channel_down=True)
REFUSED = Outcome(False, "no such address", is_final=True)
BUSY = Outcome(False, "try later")
NOON = "2026-01-05 12:00:00"
QUEUE = "odoo.addons.smartdairy_iot.models.iot_notification_queue"


@tagged("post_install", "-at_install")
class TestNotificationQueue(NotifyCase):
    """What becomes of a row."""

    def setUp(self):
        super().setUp()
        self.subscribe(self.anna)

    def raise_row(self, **vals):
        return self.rows(self.raise_alert(**vals), channel="email")

    @freeze_time(NOON)
    def test_what_was_sent_is_logged_with_its_reference(self):
        row = self.raise_row()
        self.answer("email", lambda _row: Outcome(True, reference="<1@example.com>"))
        self.send("email")
        self.assertEqual((row.state, row.reference), ("sent", "<1@example.com>"))
        self.assertEqual(row.sent_at, datetime(2026, 1, 5, 12))
        self.assertEqual(row.attempts, 1)

    @freeze_time(NOON)
    def test_what_failed_is_tried_again_later_and_later_and_given_up(self):
        row = self.raise_row()
        self.answer("email", lambda _row: BUSY)
        waits = []
        while row.state == "queued":
            with freeze_time(row.next_try_at or fields.Datetime.now()):
                now = fields.Datetime.now()
                self.send("email")
                self.send("email")  # too early for another attempt
                if row.next_try_at:
                    waits.append((row.next_try_at - now).total_seconds())
        self.assertEqual(waits, [10, 30, 120, 600, 1800])
        self.assertEqual((row.state, row.attempts), ("failed", 6))
        self.assertEqual(row.error, "try later")

    def test_an_address_that_is_refused_is_not_tried_again(self):
        row = self.raise_row()
        self.answer("email", lambda _row: REFUSED)
        self.send("email")
        self.assertEqual((row.state, row.attempts), ("failed", 1))

    @freeze_time(NOON)
    def test_while_a_channel_is_down_the_rest_waits_untried(self):
        rows = self.queue
        for alert in self.make_alerts(3):
            alert._announce("raised")
            rows |= self.rows(alert, channel="email")
        asked = []
        self.answer("email", lambda row: asked.append(row) or DOWN)
        self.send("email")
        self.assertEqual(len(asked), 1)
        self.assertEqual(rows.sorted("id").mapped("attempts"), [1, 0, 0])
        self.answer("email", lambda _row: SENT)
        with freeze_time("2026-01-05 12:00:10"):
            self.send("email")
        self.assertEqual(set(rows.mapped("state")), {"sent"})

    def test_a_dead_channel_delays_no_other(self):
        alert = self.raise_alert(severity="high")
        self.answer("email", lambda _row: DOWN)
        for channel in ("email", "push", "odoo"):
            self.send(channel)
        states = {r.channel: r.state for r in self.rows(alert, user_id=self.anna.id)}
        self.assertEqual(states, {"odoo": "sent", "email": "queued", "push": "sent"})

    @mute_logger(QUEUE)
    def test_an_error_in_a_channel_is_an_attempt_that_failed(self):
        row = self.raise_row()

        def fail(_row):
            self.env.cr.execute("SELECT 1 / 0")

        self.answer("email", fail)
        with mute_logger("odoo.sql_db"):
            self.send("email")
        self.assertEqual((row.state, row.attempts), ("queued", 1))
        self.assertIn("division by zero", row.error)

    def test_a_channel_that_says_nothing_of_a_row_has_not_sent_it(self):
        row = self.raise_row()
        self.patch(self.registry["iot.notification"], "_send_email", lambda _rows: {})
        self.send("email")
        self.assertEqual((row.state, row.attempts), ("queued", 1))

    def test_what_failed_can_be_sent_again_by_an_administrator(self):
        row = self.raise_row()
        self.answer("email", lambda _row: REFUSED)
        self.send("email")
        with self.assertRaises(AccessError):
            row.with_user(self.anna).action_send_again()
        boss = self.make_user("boss", "smartdairy_iot.group_iot_manager")
        self.answer("email", lambda _row: SENT)
        row.with_user(boss).action_send_again()
        self.send("email")
        self.assertEqual(row.state, "sent")

    def test_each_channel_has_a_job_that_is_woken(self):
        alert = self.raise_alert(severity="critical")
        self.env.cr.flush()  # as the commit does
        for row in self.rows(alert):
            job = self.env.ref(f"smartdairy_iot.ir_cron_send_{row.channel}")
            self.assertTrue(
                self.env["ir.cron.trigger"].search([("cron_id", "=", job.id)])
            )

    def test_a_channel_is_woken_once_in_a_transaction_whatever_happens_in_it(self):
        self.env["ir.cron.trigger"].search([]).unlink()
        self.clear(self.raise_alert())
        self.raise_alert()
        self.env.cr.flush()
        job = self.env.ref("smartdairy_iot.ir_cron_send_odoo")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", job.id)])
        self.assertEqual(len(triggers), 1)

    def test_the_log_is_kept_for_two_years_or_as_long_as_is_said(self):
        row = self.raise_row()
        row.created_at -= timedelta(days=729)
        self.queue._gc_old()
        self.assertTrue(row.exists())
        self.env["ir.config_parameter"].set_param("smartdairy_iot.notification_days", 0)
        row.created_at -= timedelta(days=999)
        self.queue._gc_old()
        self.assertTrue(row.exists())
        self.env["ir.config_parameter"].set_param("smartdairy_iot.notification_days", 9)
        self.queue._gc_old()
        self.assertFalse(row.exists())

    # Odoo -----------------------------------------------------------------------------

    def test_a_toast_says_what_and_where_and_sounds_when_critical(self):
        before = self.env["bus.bus"].search([]).ids
        alert = self.raise_alert(severity="critical")
        self.send("odoo")
        self.env.cr.precommit.run()
        messages = [
            row.message
            for row in self.env["bus.bus"].search([("id", "not in", before)])
            if "smartdairy_iot/notification" in row.message
        ]
        self.assertEqual(len(messages), 2, "one for Anna, one for Bert")
        payload = self.rows(alert, user_id=self.bert.id)._to_bus()
        self.assertTrue(payload["sound"])
        self.assertEqual(payload["alert"]["id"], alert.id)
        self.assertIn("TEST-1", payload["title"])
        self.assertIn("Test Farm", payload["body"])

    def test_the_end_of_a_critical_alert_makes_no_sound(self):
        alert = self.raise_alert(severity="critical")
        self.send("odoo")
        self.clear(alert)
        self.assertFalse(self.rows(alert, event="cleared")[:1]._to_bus()["sound"])

    def test_the_inbox_is_for_who_has_one_and_nobody_gets_an_e_mail(self):
        self.anna.notification_type = "email"
        self.bert.notification_type = "inbox"
        mails = self.env["mail.mail"].search_count([])
        alert = self.raise_alert(severity="high")
        self.send("odoo")
        notified = self.env["mail.notification"].search(
            [("mail_message_id.model", "=", "iot.alert")]
        )
        notified = notified.filtered(lambda n: n.mail_message_id.res_id == alert.id)
        self.assertEqual(notified.res_partner_id, self.bert.partner_id)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)

    def test_the_first_who_is_told_of_a_severe_alert_has_an_activity(self):
        mild, severe = self.raise_alert(), None
        self.send("odoo")
        self.assertFalse(mild.activity_ids)
        mild.action_resolve()
        severe = self.raise_alert(severity="critical")
        self.send("odoo")
        self.assertEqual(len(severe.activity_ids), 1)
        severe.action_resolve()
        self.assertFalse(severe.activity_ids)

    def test_a_digest_in_odoo_tells_all(self):
        alerts = self.make_alerts(12)
        alerts._announce("raised")
        self.bert.notification_type = "inbox"
        self.send("odoo")
        with freeze_time(fields.Datetime.now() + timedelta(minutes=2)):
            self.send("odoo")
        digest = self.queue.search(
            [("event", "=", "digest"), ("user_id", "=", self.bert.id)]
        )
        self.assertEqual(len(digest._told_alerts()), 7)
        message = self.env["mail.message"].search(
            [("partner_ids", "in", self.bert.partner_id.ids)], order="id desc", limit=1
        )
        for device in digest._told_alerts().device_id:
            self.assertIn(device.name, message.body)


@tagged("post_install", "-at_install")
class TestNotificationLocks(BaseCase):
    """Two transactions, which one test's transaction cannot be: they really commit."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.enterContext(mute_logger("odoo.sql_db", QUEUE))
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            rows = env["iot.notification"].create(
                [
                    {"event": "digest", "channel": "webhook", "user_id": SUPERUSER_ID}
                    for _i in range(2)
                ]
            )
            self.ids = rows.ids
        self.addCleanup(self.forget)

    def forget(self):
        with self.registry.cursor() as cr:
            cr.execute("DELETE FROM iot_notification WHERE id = ANY(%s)", [self.ids])

    def env(self, cr):
        return api.Environment(cr, SUPERUSER_ID, {})

    def test_what_one_is_sending_another_leaves_alone(self):
        with self.registry.cursor() as one, self.registry.cursor() as other:
            mine = self.env(one)["iot.notification"]._lock_due("webhook")
            self.assertLessEqual(set(self.ids), set(mine.ids))
            theirs = self.env(other)["iot.notification"]._lock_due("webhook")
            self.assertFalse(set(self.ids) & set(theirs.ids))

    def test_whoever_cancels_never_waits_for_a_channel_that_sends(self):
        with self.registry.cursor() as sender, self.registry.cursor() as other:
            self.env(sender)["iot.notification"]._lock_due("webhook")
            other.execute("SET LOCAL lock_timeout = '2s'")
            queue = self.env(other)["iot.notification"]
            self.assertFalse(queue._lock_waiting(queue.env["iot.alert"]))

    def test_a_crash_between_sending_and_commit_tells_once_more_and_loses_nothing(self):
        with self.registry.cursor() as cr:
            rows = self.env(cr)["iot.notification"]._lock_due("webhook")
            rows._settle_all(dict.fromkeys(rows, SENT))
            cr.rollback()  # killed
        with self.registry.cursor() as cr:
            rows = self.env(cr)["iot.notification"]._lock_due("webhook")
            self.assertLessEqual(set(self.ids), set(rows.ids))
            rows._settle_all(dict.fromkeys(rows, SENT))
        with self.registry.cursor() as cr:
            rows = self.env(cr)["iot.notification"]._lock_due("webhook")
            self.assertFalse(set(self.ids) & set(rows.ids), "not twice")

    def test_a_row_that_changed_after_the_snapshot_is_looked_at_anew(self):
        with self.registry.cursor() as one:
            one.execute("SELECT 1")  # the snapshot
            with self.registry.cursor() as other:
                self.env(other)["iot.notification"].browse(self.ids[:1])._void("over")
            # The job is done again. Odoo's own assertRaises asks for one environment.
            with TestCase.assertRaises(self, SerializationFailure):
                self.env(one)["iot.notification"]._claim("webhook")
            one.rollback()
            rows = self.env(one)["iot.notification"]._claim("webhook")
            self.assertNotIn(self.ids[0], rows.ids)
            self.assertIn(self.ids[1], rows.ids)
