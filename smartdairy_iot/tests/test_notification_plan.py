from datetime import timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.tests import tagged

from ..notify.outcome import Outcome
from .notify import NotifyCase

NIGHT = "2026-01-05 23:00:00"


@tagged("post_install", "-at_install")
class TestNotificationPlan(NotifyCase):
    """Who is told of what, through which channel, and when."""

    def test_a_fresh_install_tells_the_users_of_the_farm_in_odoo(self):
        alert = self.raise_alert(severity="critical")
        self.assertEqual(self.told(alert), {("anna", "odoo"), ("bert", "odoo")})

    def test_a_farm_without_users_tells_all_of_its_company(self):
        self.farm.user_ids = False
        carl = self.make_user("carl", "smartdairy_iot.group_iot_operator")
        clerk = self.make_user("clerk", "base.group_user")
        recipients = self.rows(self.raise_alert()).user_id
        self.assertLessEqual(self.anna | self.bert | carl, recipients)
        self.assertNotIn(clerk, recipients)

    def test_a_device_without_a_farm_tells_the_administrators(self):
        """Nobody else may see it."""
        self.make_user("boss", "smartdairy_iot.group_iot_manager")
        stray = self.make_device("STRAY", farm_id=False)
        told = self.told(self.raise_alert(device_id=stray.id))
        self.assertIn(("boss", "odoo"), told)
        self.assertNotIn(("anna", "odoo"), told)

    def test_a_subscription_takes_the_place_of_the_default(self):
        self.subscribe(self.anna)
        alert = self.raise_alert(severity="high")
        self.assertEqual(
            self.told(alert),
            {("anna", "odoo"), ("anna", "email"), ("anna", "push"), ("bert", "odoo")},
        )

    def test_a_subscription_about_one_farm_silences_no_other(self):
        other = self.env["farm.farm"].create({"name": "Other", "tz": "UTC"})
        self.subscribe(self.anna, farm_ids=other.ids, severity="critical")
        self.assertIn(("anna", "odoo"), self.told(self.raise_alert(severity="low")))

    def test_who_never_wants_to_be_told_is_not(self):
        self.subscribe(
            self.anna,
            odoo_from="never",
            email_from="never",
            push_from="never",
            sms_from="never",
        )
        self.assertEqual(
            self.told(self.raise_alert(severity="critical")), {("bert", "odoo")}
        )

    def test_who_may_not_see_the_farm_is_never_told(self):
        """Whatever a subscription or an escalation says."""
        carl = self.make_user("carl", "smartdairy_iot.group_iot_operator")
        clerk = self.make_user("clerk", "base.group_user")
        for user in (carl, clerk):
            self.subscribe(user, farm_ids=[Command.link(self.farm.id)])
        self.env["iot.escalation"].create(
            {
                "name": "All",
                "step_ids": [
                    Command.create({"after_minutes": 0, "user_ids": (carl | clerk).ids})
                ],
            }
        )
        alert = self.raise_alert(severity="critical")
        self.followups._cron_follow_up()
        self.assertEqual(self.rows(alert).user_id, self.anna | self.bert)

    def test_who_may_no_longer_see_it_when_it_is_sent_is_not_told(self):
        alert = self.raise_alert()
        self.farm.user_ids = self.bert
        self.send("odoo")
        states = {r.user_id.login: r.state for r in self.rows(alert)}
        self.assertEqual(states, {"anna": "cancelled", "bert": "sent"})

    def test_of_another_company_nobody_is_told(self):
        other = self.env["res.company"].create({"name": "Other Dairy"})
        self.farm.write({"company_id": other.id, "user_ids": False})
        self.assertFalse(self.rows(self.raise_alert()).user_id & self.anna)

    def test_whoever_acknowledges_in_one_company_others_hear_of_it_in_theirs(self):
        """The companies of whoever acts are not those of whoever is told."""
        other = self.env["res.company"].create({"name": "Other Dairy"})
        self.anna.company_ids |= other
        alert = self.raise_alert()
        self.send("odoo")
        companies = [self.env.company.id, other.id]
        mine = alert.with_user(self.anna).with_context(allowed_company_ids=companies)
        mine.action_acknowledge()
        self.assertEqual(self.told(alert, event="acknowledged"), {("bert", "odoo")})

    def test_a_breach_found_in_a_backfill_tells_nobody(self):
        self.assertFalse(self.rows(self.raise_alert(is_historic=True)))

    def test_told_twice_is_one_row(self):
        alert = self.raise_alert()
        alert._announce("raised")
        alert._announce("realarm")
        self.assertEqual(len(self.rows(alert)), 2)

    # Quiet hours ----------------------------------------------------------------------

    @freeze_time(NIGHT)
    def test_at_night_it_is_held_and_told_in_the_morning(self):
        self.subscribe(self.anna, quiet_id=self.make_night().id)
        alert = self.raise_alert(severity="high")
        self.assertEqual(
            {r.state for r in self.rows(alert, user_id=self.anna.id)}, {"held"}
        )
        self.send("email")
        self.assertEqual(self.sent, [])
        with freeze_time("2026-01-06 06:00:00"):
            self.send("email")
        self.assertEqual(self.sent, [("email", "anna", "raised", alert)])

    @freeze_time(NIGHT)
    def test_several_of_a_night_are_one_digest(self):
        self.subscribe(self.anna, quiet_id=self.make_night().id)
        alerts = self.make_alerts(3, severity="high")
        alerts._announce("raised")
        with freeze_time("2026-01-06 06:00:00"):
            self.send("email")
        self.assertEqual(self.sent, [("email", "anna", "digest", alerts)])
        self.assertEqual(
            set(self.rows(alerts, channel="email").mapped("state")), {"digested"}
        )

    @freeze_time(NIGHT)
    def test_critical_passes_quiet_hours(self):
        self.subscribe(self.anna, quiet_id=self.make_night().id)
        self.raise_alert(severity="critical")
        self.send("sms")
        self.assertEqual(len(self.sent), 1)

    @freeze_time(NIGHT)
    def test_what_became_critical_is_told_at_night(self):
        self.subscribe(self.anna, quiet_id=self.make_night().id)
        alert = self.raise_alert(severity="high")
        alert.severity = "critical"
        alert._announce("risen")
        self.send("email")
        with freeze_time("2026-01-06 06:00:00"):
            self.send("email")
        self.assertEqual(self.sent, [("email", "anna", "risen", alert)])

    @freeze_time(NIGHT)
    def test_who_is_on_call_is_told_at_night(self):
        self.subscribe(self.anna, quiet_id=self.make_night().id)
        self.env["iot.oncall"].create(
            {
                "name": "Night shift",
                "tz": "UTC",
                "farm_ids": self.farm.ids,
                "line_ids": [Command.create({"user_id": self.anna.id})],
            }
        )
        self.raise_alert(severity="high")
        self.send("email")
        self.assertEqual(len(self.sent), 1)

    @freeze_time(NIGHT)
    def test_what_somebody_saw_to_at_night_is_not_told_in_the_morning(self):
        self.subscribe(self.anna, quiet_id=self.make_night().id)
        alert = self.raise_alert(severity="high")
        alert.with_user(self.bert).action_acknowledge()
        with freeze_time("2026-01-06 06:00:00"):
            self.send("email")
        self.assertEqual(self.sent, [])

    @freeze_time(NIGHT)
    def test_what_came_and_went_at_night_is_told_once_as_over(self):
        self.subscribe(self.anna, quiet_id=self.make_night().id)
        alert = self.raise_alert(severity="high")
        self.clear(alert)
        with freeze_time("2026-01-06 06:00:00"):
            self.send("email")
        self.assertEqual(self.sent, [("email", "anna", "cleared", alert)])

    # The end --------------------------------------------------------------------------

    def test_the_end_is_told_to_who_was_told_of_the_beginning(self):
        self.subscribe(self.anna)
        alert = self.raise_alert(severity="high")
        for channel in ("odoo", "email"):
            self.send(channel)  # push has not been sent yet
        self.farm.user_ids |= self.make_user(
            "dora", "smartdairy_iot.group_iot_operator"
        )
        self.clear(alert)
        fresh = self.rows(alert, event="cleared").filtered(lambda r: not r.attempts)
        self.assertEqual(
            {(r.user_id.login, r.channel) for r in fresh},
            {("anna", "odoo"), ("anna", "email"), ("bert", "odoo"), ("anna", "push")},
        )
        self.assertFalse(self.rows(alert, channel="push", event="raised"), "merged")

    def test_the_end_is_told_once(self):
        alert = self.raise_alert()
        self.send("odoo")
        self.clear(alert)
        self.send("odoo")
        alert._announce("cleared")
        self.assertEqual(len(self.rows(alert, event="cleared")), 2)
        alert.action_resolve()
        self.assertFalse(self.rows(alert, event="resolved"), "they know it is over")

    def test_a_waiting_reminder_is_void_when_it_clears(self):
        alert = self.raise_alert()
        self.send("odoo")
        alert._announce("realarm")
        self.clear(alert)
        self.send("odoo")
        events = self.rows(alert, state="sent", user_id=self.anna.id).mapped("event")
        self.assertEqual(events, ["raised", "cleared"])

    def test_who_acknowledges_is_not_told_of_it_and_the_others_are_in_odoo_only(self):
        self.subscribe(self.bert)
        alert = self.raise_alert(severity="high")
        self.send("odoo")
        self.send("email")
        alert.with_user(self.anna).action_acknowledge()
        self.assertEqual(self.told(alert, event="acknowledged"), {("bert", "odoo")})

    def test_an_alert_that_holds_again_and_clears_again_is_told_again(self):
        alert = self.raise_alert()
        self.send("odoo")
        self.clear(alert)
        self.send("odoo")
        self.turn(alert, True, fields.Datetime.now())
        alert._announce("raised")
        self.send("odoo")
        self.clear(alert)
        self.send("odoo")
        events = self.rows(alert, state="sent", user_id=self.anna.id).mapped("event")
        self.assertEqual(events, ["raised", "cleared"] * 2)

    # Storms ---------------------------------------------------------------------------

    @freeze_time("2026-01-05 12:00:00")
    def test_a_storm_is_a_few_messages_and_one_digest_that_tells_all(self):
        self.subscribe(self.anna)
        alerts = self.make_alerts(12)
        alerts._announce("raised")
        self.send("email")
        self.assertEqual(len(self.sent), 5)
        with freeze_time("2026-01-05 12:00:20"):
            self.send("email")
        self.assertEqual([event for _c, _u, event, _a in self.sent[5:]], ["digest"])
        told = self.env["iot.alert"].union(*(found for *_rest, found in self.sent))
        self.assertEqual(told, alerts)

    @freeze_time("2026-01-05 12:00:00")
    def test_what_cannot_be_sent_counts_in_a_storm_too(self):
        self.subscribe(self.anna)
        self.answer("email", lambda _row: Outcome(False, "No.", is_final=True))
        alerts = self.make_alerts(30)
        alerts._announce("raised")
        begin = fields.Datetime.now()
        for second in range(0, 60, 5):
            with freeze_time(begin + timedelta(seconds=second)):
                self.send("email")
        tried = self.rows(alerts, channel="email", state="failed")
        self.assertEqual(len(tried), 5)

    @freeze_time("2026-01-05 12:00:00")
    def test_a_high_alert_is_told_at_once_in_a_storm_of_lesser_ones(self):
        self.subscribe(self.anna)
        self.make_alerts(12)._announce("raised")
        self.send("email")
        alert = self.raise_alert(severity="high")
        self.send("email")
        self.assertEqual(self.sent[-1], ("email", "anna", "raised", alert))

    @freeze_time("2026-01-05 12:00:00")
    def test_it_recovers_when_it_is_quiet_again(self):
        self.subscribe(self.anna)
        self.make_alerts(6)._announce("raised")
        self.send("email")
        with freeze_time("2026-01-05 12:00:20"):
            self.send("email")
        with freeze_time("2026-01-05 12:06:00"):
            alert = self.raise_alert()
            self.send("email")
        self.assertEqual(self.sent[-1], ("email", "anna", "raised", alert))

    @freeze_time("2026-01-05 12:00:00")
    def test_what_clears_while_its_digest_waits_is_told_once(self):
        self.subscribe(self.anna)
        alerts = self.make_alerts(8)
        alerts._announce("raised")
        self.send("email")
        self.clear(alerts)
        with freeze_time(fields.Datetime.now() + timedelta(minutes=6)):
            self.send("email")
        heard = [event for _c, _u, event, found in self.sent if alerts[7:] & found]
        self.assertEqual(len(heard), 1, heard)
