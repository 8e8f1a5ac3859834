from datetime import datetime, timedelta

import psycopg2
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .notify import NotifyCase

NOON = datetime(2026, 1, 5, 12)


@tagged("post_install", "-at_install")
class TestMaintenanceWindow(NotifyCase):
    """Recorded as ever, and nobody is told before it ends."""

    def make_window(self, **vals):
        return self.env["iot.maintenance.window"].create(
            {
                "reason": "Cleaning",
                "farm_id": self.farm.id,
                "date_from": NOON - timedelta(hours=1),
                "date_to": NOON + timedelta(hours=1),
                **vals,
            }
        )

    def test_a_program_that_names_neither_farm_nor_devices_is_refused(self):
        values = {"reason": "All", "date_from": NOON, "date_to": datetime(2026, 1, 6)}
        with self.assertRaisesRegex(ValidationError, "about nothing"):
            self.env["iot.maintenance.window"].create(values)

    def raise_at_noon(self, **vals):
        with freeze_time(NOON):
            return self.raise_alert(severity="critical", **vals)

    def at(self, hours):
        with freeze_time(NOON + timedelta(hours=hours)):
            self.followups._cron_follow_up()
            self.send("odoo")

    def states(self, alert):
        return set(self.rows(alert).mapped("state"))

    def test_nobody_is_told_and_the_log_says_who_would_have_been(self):
        self.make_window()
        alert = self.raise_at_noon()
        self.at(0.5)
        self.assertTrue(alert.is_open)
        self.assertEqual(self.states(alert), {"suppressed"})
        self.assertEqual(self.rows(alert).user_id, self.anna | self.bert)

    def test_what_still_holds_when_it_ends_is_told_then_and_once(self):
        self.make_window()
        alert = self.raise_at_noon()
        alert._announce("realarm")
        self.at(1)
        self.at(2)
        sent = self.rows(alert, state="sent")
        self.assertEqual(len(sent), 2, "Anna and Bert")

    def test_what_has_cleared_meanwhile_is_not_told(self):
        self.make_window()
        alert = self.raise_at_noon()
        with freeze_time(NOON):
            self.clear(alert)
        self.at(2)
        self.assertEqual(self.states(alert), {"suppressed"})

    def test_what_somebody_has_seen_to_is_not_told(self):
        self.make_window()
        alert = self.raise_at_noon()
        alert.action_acknowledge()
        self.at(2)
        self.assertEqual(set(self.rows(alert, state="sent")), set())

    def test_who_was_told_before_hears_of_the_end_after(self):
        alert = self.raise_at_noon()
        with freeze_time(NOON):
            self.send("odoo")
            self.make_window()
            self.clear(alert)
        self.at(2)
        sent = self.rows(alert, state="sent", user_id=self.anna.id)
        self.assertEqual(sent.mapped("event"), ["raised", "cleared"])

    def test_a_longer_window_suppresses_longer_and_one_ended_early_no_longer(self):
        window = self.make_window()
        alert = self.raise_at_noon()
        window.date_to += timedelta(hours=1)
        self.at(1.5)
        self.assertEqual(self.states(alert), {"suppressed"})
        with freeze_time(NOON + timedelta(hours=1.5)):
            window.action_end()
        self.at(1.6)
        self.assertEqual(self.states(alert), {"sent"})

    def test_a_gateway_stands_for_its_children(self):
        gateway = self.make_device("GW", device_type="gateway")
        child = self.make_device("CHILD", gateway_id=gateway.id)
        self.make_window(farm_id=False, device_ids=gateway.ids)
        quiet = self.raise_at_noon(device_id=gateway.id)
        quiet |= self.raise_at_noon(device_id=child.id)
        self.assertEqual(self.states(quiet), {"suppressed"})
        self.assertEqual(self.states(self.raise_at_noon()), {"queued"})

    def test_before_and_after_it_people_are_told(self):
        self.make_window(date_from=NOON + timedelta(minutes=1))
        alert = self.raise_at_noon()
        self.make_window(date_to=NOON, date_from=NOON - timedelta(hours=1))
        alert |= self.raise_at_noon(device_id=self.make_device("OTHER").id)
        self.assertEqual(self.states(alert), {"queued"})

    def test_an_escalation_is_suppressed_too(self):
        self.env["iot.escalation"].create(
            {
                "name": "Chain",
                "step_ids": [
                    fields.Command.create(
                        {"after_minutes": 0, "user_ids": self.anna.ids}
                    )
                ],
            }
        )
        self.make_window()
        alert = self.raise_at_noon()
        self.at(0)
        self.assertEqual(self.states(alert), {"suppressed"})
        self.at(2)
        sent = self.rows(alert, state="sent", user_id=self.anna.id)
        self.assertEqual(len(sent), 1)

    def test_it_must_end_and_be_about_something(self):
        with self.assertRaisesRegex(ValidationError, "about nothing"):
            self.make_window(farm_id=False)
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
            self.make_window(date_to=NOON - timedelta(hours=2))
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
            self.make_window(date_to=False)

    def test_a_viewer_does_not_silence_a_farm(self):
        viewer = self.make_user("looker", "smartdairy_iot.group_iot_user")
        with self.assertRaises(AccessError):
            self.env["iot.maintenance.window"].with_user(viewer).create(
                {"reason": "x", "farm_id": self.farm.id, "date_to": NOON}
            )


@tagged("post_install", "-at_install")
class TestNotificationAccess(NotifyCase):
    """Refused by default, and tried from the wrong side."""

    def test_people_edit_their_own_subscriptions_and_no_other(self):
        mine = self.subscribe(self.anna)
        mine.with_user(self.anna).severity = "high"
        with self.assertRaises(AccessError):
            mine.with_user(self.bert).severity = "critical"
        with self.assertRaises(AccessError):
            self.env["iot.alert.subscription"].with_user(self.bert).create(
                {"user_id": self.anna.id}
            )
        with self.assertRaises(AccessError):
            mine.with_user(self.anna).user_id = self.bert
        seen = self.env["iot.alert.subscription"].with_user(self.bert).search([])
        self.assertNotIn(mine, seen)

    def test_an_administrator_edits_all(self):
        boss = self.make_user("boss", "smartdairy_iot.group_iot_manager")
        self.subscribe(self.anna).with_user(boss).severity = "high"

    def test_the_log_shows_ones_own_and_that_of_ones_farms(self):
        carl = self.make_user("carl", "smartdairy_iot.group_iot_user")
        alert = self.raise_alert()
        rows = self.rows(alert)
        self.assertEqual(rows.with_user(self.anna)._filtered_access("read"), rows)
        self.assertFalse(rows.with_user(carl)._filtered_access("read"))

    def test_nobody_writes_the_log(self):
        row = self.rows(self.raise_alert())[:1]
        boss = self.make_user("boss", "smartdairy_iot.group_iot_manager")
        for user in (self.anna, boss):
            with self.assertRaises(AccessError):
                row.with_user(user).write({"state": "sent"})
            with self.assertRaises(AccessError):
                row.with_user(user).unlink()
            with self.assertRaises(AccessError):
                row.with_user(user).create({"event": "digest", "channel": "sms"})

    def test_a_user_reads_no_address_of_a_webhook(self):
        row = self.rows(self.raise_alert())[:1]
        with self.assertRaises(AccessError):
            row.with_user(self.anna).read(["address"])

    def test_users_see_who_is_on_call_and_change_nothing(self):
        oncall = self.env["iot.oncall"].create({"name": "List"})
        self.assertEqual(oncall.with_user(self.anna).name, "List")
        for model in ("iot.oncall", "iot.escalation", "iot.schedule"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.anna).create({"name": "Mine"})
