from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import IotCase, LineCase

SIX = datetime(2026, 1, 5, 6)


def after(**span):
    return SIX + timedelta(**span)


@tagged("post_install", "-at_install")
class TestAlertLife(IotCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.make_user("milker", "smartdairy_iot.group_iot_operator")
        cls.alert = cls.make_alert(started_at=SIX)

    def notes(self, alert):
        return "\n".join(alert.message_ids.mapped("body"))

    def announced(self):
        """Records what is announced from now on: ``[(event, states)]``"""
        announced = []
        announce = type(self.env["iot.alert"])._announce

        def record(alerts, event):
            if alerts:
                announced.append((event, alerts.mapped("state")))
            return announce(alerts, event)

        self.patch(type(self.env["iot.alert"]), "_announce", record)
        return announced

    # Time outside -----------------------------------------------------------------

    def test_minutes_outside_add_up_over_all_spans(self):
        self.assertEqual(self.alert.active_since, SIX)
        self.turn(self.alert, False, after(minutes=10))
        self.assertEqual(
            (self.alert.outside_minutes, self.alert.is_active), (10, False)
        )
        self.assertEqual(self.alert.cleared_at, after(minutes=10))
        self.turn(self.alert, True, after(minutes=30))
        self.assertEqual((self.alert.is_active, self.alert.cleared_at), (True, False))
        self.turn(self.alert, False, after(minutes=45))
        self.assertEqual(self.alert.outside_minutes, 25)

    def test_the_span_that_goes_on_counts_at_every_look(self):
        self.alert.outside_minutes = 10
        for minutes, text in ((0, "10 min"), (60, "1 h 10 min"), (3000, "2 d 2 h")):
            with freeze_time(after(minutes=minutes)):
                self.alert.invalidate_recordset()
                self.assertEqual(self.alert.outside_now, 10 + minutes)
                self.assertEqual(self.alert.outside_text, text)

    def test_who_resolves_while_it_holds_stops_the_clock(self):
        with freeze_time(after(minutes=20)):
            self.alert.action_resolve()
        with freeze_time(after(minutes=90)):
            self.alert.invalidate_recordset()
            self.assertEqual(self.alert.outside_now, 20)
        self.assertFalse(self.alert.active_since)

    # States -----------------------------------------------------------------------

    def test_acknowledged_stays_until_it_clears_and_is_announced_once(self):
        announced = self.announced()
        self.alert.with_user(self.user).action_acknowledge()
        self.assertEqual(announced, [("acknowledged", ["acknowledged"])])
        self.assertTrue(self.alert.is_open)
        ended = self.turn(self.alert, False, after(hours=1))
        self.assertEqual((ended, self.alert.state), (self.alert, "resolved"))
        self.assertEqual(len(announced), 1, "the evaluation announces the clearing")

    def test_acknowledging_what_has_cleared_is_announced_as_its_end(self):
        self.turn(self.alert, False, after(hours=1))
        self.assertEqual((self.alert.state, self.alert.is_open), ("new", True))
        announced = self.announced()
        self.alert.with_user(self.user).action_acknowledge()
        self.assertEqual(announced, [("resolved", ["resolved"])])
        self.assertEqual(self.alert.resolved_by, self.user)

    def test_who_resolves_has_seen_it(self):
        self.alert.with_user(self.user).action_resolve()
        self.assertEqual(self.alert.acknowledged_by, self.user)
        self.assertEqual(self.alert.resolved_by, self.user)

    def test_what_ended_by_itself_was_ended_by_nobody(self):
        self.alert.with_user(self.user).action_acknowledge()
        self.turn(self.alert, False, after(hours=1))
        self.assertFalse(self.alert.resolved_by)

    def test_who_dismisses_says_why(self):
        for reason in (None, "", "  \n"):
            with self.assertRaisesRegex(ValidationError, "give a reason"):
                self.alert.with_user(self.user).action_dismiss(reason)
        self.assertEqual(self.alert.state, "new")
        announced = self.announced()
        self.alert.with_user(self.user).action_dismiss(" probe tested ")
        self.assertEqual(self.alert.dismiss_reason, "probe tested")
        self.assertEqual(announced, [("dismissed", ["dismissed"])])

    def test_an_ended_alert_does_not_come_back(self):
        self.alert.action_resolve()
        alert = self.alert.with_user(self.user)
        for action in (
            alert.action_acknowledge,
            alert.action_resolve,
            lambda: alert.action_dismiss("late"),
            alert.action_assign_to_me,
        ):
            with self.assertRaisesRegex(UserError, "has ended"):
                action()
        with self.assertRaisesRegex(UserError, "a new alert opens by itself"):
            alert.action_acknowledge()

    def test_a_new_acknowledgement_keeps_the_earlier_one_in_the_chatter(self):
        alert = self.alert.with_user(self.user)
        alert.action_acknowledge("door", "lid closed")
        asked = self.alert._ask_again()
        self.assertEqual(asked, self.alert)
        self.assertEqual(self.alert.state, "new")
        self.assertFalse(self.alert.acknowledged_at or self.alert.acknowledged_by)
        self.assertFalse(self.alert.cause or self.alert.corrective_action)
        self.assertRegex(self.notes(self.alert), r"milker.*Door left open, lid closed")
        alert.action_acknowledge()
        self.assertEqual(self.alert.acknowledged_by, self.user)

    def test_what_nobody_acknowledged_or_what_has_ended_is_not_asked_again(self):
        ended = self.make_alert(state="resolved")
        self.assertFalse((self.alert | ended)._ask_again())
        self.assertEqual((self.alert.state, ended.state), ("new", "resolved"))

    def test_the_alert_of_a_device_out_of_service_can_be_closed(self):
        for number, leave in enumerate(("retire", "deactivate", "maintenance")):
            device = self.make_device(f"GONE-{number}")
            alerts = self.make_alert(device_id=device.id) | self.make_alert(
                device_id=device.id
            )
            getattr(device, f"action_{leave}")()
            alerts[0].with_user(self.user).action_resolve()
            alerts[1].with_user(self.user).action_dismiss("device gone")
            self.assertEqual(alerts.mapped("state"), ["resolved", "dismissed"])

    # What is past -------------------------------------------------------------------

    def test_a_historic_alert_is_over_from_its_beginning(self):
        alert = self.make_alert(is_historic=True, started_at=SIX)
        self.assertEqual((alert.state, alert.is_active), ("resolved", False))
        self.assertFalse(alert.is_open or alert.active_since)
        board = self.env["farm.farm"].get_live_board()
        self.assertNotIn(alert.id, [told["id"] for told in board["alerts"]])

    def test_no_edit_of_the_rule_changes_what_an_alert_says_of_it(self):
        rule = self.env["iot.threshold"].create(
            {
                "name": "Cold room",
                "reading_type": "temperature",
                "use_min": True,
                "min_value": 2.0,
                "max_value": 6.0,
                "severity": "medium",
                "level_ids": [
                    Command.create(
                        {
                            "severity": "high",
                            "use_min": True,
                            "min_value": -3.0,
                            "use_max": True,
                            "max_value": 11.0,
                        }
                    )
                ],
            }
        )
        alert = self.make_alert(threshold_id=rule.id)
        said = "Cold room\nMedium: outside 2 – 6 °C\nHigh: outside -3 – 11 °C"
        self.assertEqual(alert.rule_text, said)
        rule.write({"name": "Warm room", "max_value": 8.0})
        alert.invalidate_recordset()
        self.assertEqual(alert.rule_text, said)
        rule.unlink()
        alert.invalidate_recordset()
        self.assertFalse(alert.threshold_id)
        self.assertEqual(alert.rule_text, said)

    def test_neither_an_alert_nor_its_device_is_deleted(self):
        with self.assertRaisesRegex(UserError, "cannot be deleted"):
            self.alert.unlink()
        with self.assertRaisesRegex(UserError, "Retire the device"):
            self.sensor.unlink()


@tagged("post_install", "-at_install")
class TestAlertHistoryOfLife(LineCase):
    def test_an_acknowledgement_that_is_asked_for_again_stays_in_the_history(self):
        alert = self.make_alert()
        alert.action_acknowledge()
        alert._ask_again()
        rows = self.env["iot.store.outbox"].search([], order="id").mapped("row")
        told = [row["state"] for row in rows if row.get("alert_id") == str(alert.id)]
        self.assertEqual(told, ["new", "acknowledged", "new"])
        self.assertTrue(rows[-2]["acknowledged_by"])

    def test_the_readings_button_shows_the_hours_around_the_alert(self):
        alert = self.make_alert(started_at=SIX)
        self.turn(alert, False, after(hours=2))
        domain = alert.action_view_readings()["domain"]
        self.assertIn(("timestamp", ">=", "2026-01-05 05:00:00"), domain)
        self.assertIn(("timestamp", "<=", "2026-01-05 09:00:00"), domain)
        self.assertIn(("reading_type", "=", "temperature"), domain)
        self.publish({"temperature": 9.0, "timestamp": "2026-01-05T06:30:00Z"})
        self.publish({"temperature": 4.0, "timestamp": "2026-01-05T10:30:00Z"})
        self.run_line()
        readings = self.env["iot.sensor.reading"].search(domain)
        self.assertEqual(readings.mapped("value"), [9.0])
