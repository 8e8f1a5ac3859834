from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .notify import NotifyCase

NOON = datetime(2026, 1, 5, 12)


@tagged("post_install", "-at_install")
class TestEscalation(NotifyCase):
    """Who else is told when nobody answers, and how often people are reminded."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.boss = cls.make_user("boss", "smartdairy_iot.group_iot_operator")
        cls.farm.user_ids |= cls.boss
        for user in cls.anna | cls.bert | cls.boss:  # only what the chain says
            cls.env["iot.alert.subscription"].create(
                {
                    "user_id": user.id,
                    **dict.fromkeys(
                        ("odoo_from", "email_from", "push_from", "sms_from"), "never"
                    ),
                }
            )
        cls.oncall = cls.env["iot.oncall"].create(
            {
                "name": "On call",
                "tz": "UTC",
                "line_ids": [
                    Command.create(
                        {"user_id": cls.anna.id, "schedule_id": cls.make_times(0, 13)}
                    ),
                    Command.create(
                        {"user_id": cls.bert.id, "schedule_id": cls.make_times(13, 24)}
                    ),
                ],
            }
        )
        cls.chain = cls.env["iot.escalation"].create(
            {
                "name": "Chain",
                "farm_ids": cls.farm.ids,
                "severity": "high",
                "step_ids": [
                    cls.make_step(0, oncall_id=cls.oncall.id),
                    cls.make_step(15, oncall_id=cls.oncall.id),
                    cls.make_step(30, user_ids=cls.boss.ids, by_sms=True),
                ],
            }
        )

    @classmethod
    def make_times(cls, start, end):
        line = Command.create({"hour_from": start, "hour_to": end})
        return cls.env["iot.schedule"].create({"name": "T", "line_ids": [line]}).id

    @staticmethod
    def make_step(after, **vals):
        only_odoo = {"by_email": False, "by_push": False}
        return Command.create({"after_minutes": after, **only_odoo, **vals})

    def at(self, minutes):
        """The job runs at so many minutes past noon."""
        with freeze_time(NOON + timedelta(minutes=minutes)):
            self.followups._cron_follow_up()
            self.send("odoo")

    def raise_at_noon(self, **vals):
        with freeze_time(NOON):
            return self.raise_alert(**{"severity": "high", **vals})

    def escalated(self, alert):
        rows = self.rows(alert, event="escalated")
        return [(row.user_id.login, row.channel) for row in rows]

    def test_step_after_step_until_somebody_answers(self):
        alert = self.raise_at_noon()
        heard = []
        for minutes in (0, 14, 15, 29, 30, 90):
            self.at(minutes)
            heard.append(len(self.escalated(alert)))
        self.assertEqual(heard, [1, 1, 2, 2, 4, 4])
        self.assertEqual(self.escalated(alert)[2:], [("boss", "odoo"), ("boss", "sms")])

    def test_whoever_is_on_call_at_that_moment_is_called(self):
        with freeze_time(NOON + timedelta(minutes=50)):
            alert = self.raise_alert(severity="high")
        self.at(50)
        self.at(65)
        self.assertEqual(self.escalated(alert), [("anna", "odoo"), ("bert", "odoo")])

    def test_when_nobody_is_on_call_everybody_in_the_list_is(self):
        self.oncall.line_ids.date_to = NOON - timedelta(days=1)
        self.assertFalse(self.oncall.current_user_ids)
        alert = self.raise_at_noon()
        self.at(0)
        logins = {login for login, _channel in self.escalated(alert)}
        self.assertEqual(logins, {"anna", "bert"})

    def test_an_acknowledgement_ends_the_chain(self):
        alert = self.raise_at_noon()
        self.at(0)
        alert.action_acknowledge()
        self.at(40)
        self.assertEqual(len(self.escalated(alert)), 1)

    def test_what_has_cleared_wakes_nobody_though_nobody_has_seen_it(self):
        alert = self.raise_at_noon()
        self.at(0)
        self.clear(alert)
        self.at(40)
        self.assertEqual(len(self.escalated(alert)), 1)

    def test_it_begins_anew_when_an_acknowledged_alert_becomes_worse(self):
        alert = self.raise_at_noon()
        self.at(0)
        alert.action_acknowledge()
        with freeze_time(NOON + timedelta(minutes=60)):
            alert._ask_again()
            alert.severity = "critical"
            alert._announce("risen")
        self.at(60)
        self.assertEqual(len(self.escalated(alert)), 2)

    def test_a_lesser_alert_or_another_farm_is_not_escalated(self):
        other = self.env["farm.farm"].create({"name": "Other", "tz": "UTC"})
        there = self.make_device("THERE", farm_id=other.id)
        alerts = self.raise_at_noon(severity="medium")
        alerts |= self.raise_at_noon(device_id=there.id)
        self.at(99)
        self.assertEqual(self.escalated(alerts), [])

    def test_it_joins_an_alert_that_becomes_severe_enough(self):
        alert = self.raise_at_noon(severity="medium")
        with freeze_time(NOON + timedelta(minutes=20)):
            alert.severity = "high"
            alert._announce("risen")
        self.at(20)
        self.at(34)
        self.assertEqual(len(self.escalated(alert)), 1)

    def test_after_an_outage_of_the_server_steps_are_made_up_once(self):
        alert = self.raise_at_noon()
        self.at(300)
        self.at(301)
        logins = [login for login, _channel in self.escalated(alert)]
        self.assertEqual(logins.count("boss"), 2)

    def test_quiet_hours_do_not_hold_an_escalation(self):
        night = self.env["iot.schedule"].browse(self.make_times(0, 24))
        self.env["iot.alert.subscription"].search([]).quiet_id = night
        alert = self.raise_at_noon()
        self.at(30)
        rows = self.rows(alert, event="escalated")
        self.assertTrue(rows)
        self.assertNotIn("held", rows.mapped("state"))

    def test_the_story_of_the_alert_says_who_was_woken(self):
        alert = self.raise_at_noon()
        self.at(30)
        story = " ".join(alert.message_ids.mapped("body"))
        self.assertIn("Not acknowledged for 30 minutes. Told: boss.", story)

    def test_reminders_go_on_after_an_acknowledgement_until_it_clears(self):
        self.chain.reminder_minutes = 60
        alert = self.raise_at_noon()
        self.at(0)
        alert.with_user(self.anna).action_acknowledge()
        counts = []
        for minutes in (59, 60, 120):
            self.at(minutes)
            counts.append(len(self.rows(alert, event="reminder")))
        self.clear(alert)
        self.at(180)
        counts.append(len(self.rows(alert, event="reminder")))
        self.assertEqual(counts, [0, 1, 2, 2])

    def test_the_end_leaves_nothing_to_follow(self):
        alert = self.raise_at_noon()
        alert.action_resolve()
        self.assertFalse(self.followups.search([("alert_id", "=", alert.id)]))

    def test_a_chain_or_step_that_tells_nobody_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "tells nobody"):
            self.env["iot.escalation"].create({"name": "Empty"})
        with self.assertRaisesRegex(ValidationError, "tells nobody"):
            self.chain.step_ids = [self.make_step(45)]
        with self.assertRaisesRegex(ValidationError, "no channel"):
            self.chain.step_ids[0].by_odoo = False

    def test_the_list_says_when_nobody_is_on_call(self):
        with freeze_time(NOON):
            self.assertFalse(self.oncall.gap)
            self.oncall.line_ids[1].user_id.active = False
            self.oncall.invalidate_recordset()
            self.assertIn("and 6 more times within a week", self.oncall.gap)
