from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, tagged

from .common import IotCase

REPORT = {"cause": "door", "corrective_action": "closed, 3.8 °C after 20 minutes"}


class HaccpCase(IotCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.make_user("milker", "smartdairy_iot.group_iot_operator")
        cls.farm.haccp_mode = "always"
        cls.alert = cls.make_alert()

    def as_user(self, alerts):
        return alerts.with_user(self.user)


@tagged("post_install", "-at_install")
class TestAlertHaccp(HaccpCase):
    """Where the farm asks for it, nothing is acknowledged without what was done."""

    def assert_refused(self, alerts=None, **report):
        alert = self.as_user(alerts or self.alert)
        for action in (alert.action_acknowledge, alert.action_resolve):
            with self.assertRaisesRegex(ValidationError, "needs a cause"):
                action(**report)
        self.assertEqual(self.alert.state, "new")

    def test_an_incomplete_report_is_refused(self):
        self.assert_refused()
        self.assert_refused(cause="door")
        self.assert_refused(corrective_action="closed")
        self.assert_refused(cause="door", corrective_action="   ")
        self.assert_refused(cause="other", corrective_action="closed")

    def test_a_low_battery_needs_no_report_unless_the_farm_says_so(self):
        alert = self.make_alert(kind="battery", alert_type="battery_low")
        self.assertFalse(alert.needs_report)
        self.farm.haccp_kinds = "all"
        self.assertTrue(alert.needs_report)

    def test_an_unknown_cause_is_refused_with_those_that_there_are(self):
        with self.assertRaisesRegex(ValidationError, "no cause.*door, power"):
            self.as_user(self.alert).action_acknowledge("ghosts", "closed")

    def test_a_complete_report_is_kept(self):
        self.as_user(self.alert).action_acknowledge(**REPORT)
        self.assertEqual(self.alert.state, "acknowledged")
        self.assertEqual(self.alert.cause, "door")
        self.assertEqual(self.alert.corrective_action, REPORT["corrective_action"])

    def test_another_cause_needs_words(self):
        self.as_user(self.alert).action_acknowledge("other", "shot at", "a fox")
        self.assertEqual(self.alert.cause_note, "a fox")

    def test_what_was_entered_in_the_form_before_counts(self):
        self.as_user(self.alert).write(REPORT)
        self.as_user(self.alert).action_acknowledge()
        self.assertEqual(self.alert.state, "acknowledged")

    def test_a_report_can_be_corrected_but_not_emptied(self):
        alert = self.as_user(self.alert)
        alert.action_acknowledge(**REPORT)
        alert.corrective_action = "closed, and the milk was thrown away"
        for name in REPORT:
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                alert[name] = False

    def test_one_incomplete_alert_refuses_the_whole_call(self):
        other = self.make_alert()
        self.as_user(other).write(REPORT)
        self.assert_refused(self.alert | other)
        self.assertEqual(other.state, "new")

    def test_asked_again_it_needs_a_new_report(self):
        self.as_user(self.alert).action_acknowledge(**REPORT)
        self.alert._ask_again()
        self.assert_refused()

    def test_only_severe_alerts_when_the_farm_says_so(self):
        self.farm.haccp_mode = "severe"
        self.alert.severity = "critical"
        self.assert_refused()
        self.alert.severity = "medium"
        self.as_user(self.alert).action_acknowledge()
        self.assertEqual(self.alert.state, "acknowledged")

    def test_the_farm_next_door_may_ask_for_nothing(self):
        farm = self.env["farm.farm"].create({"name": "Easy Farm", "tz": "UTC"})
        device = self.make_device("EASY", farm_id=farm.id)
        alert = self.make_alert(device_id=device.id)
        self.as_user(alert).action_acknowledge()
        self.assertEqual(alert.state, "acknowledged")

    def test_the_rules_end_an_alert_without_a_report(self):
        self.alert._end("resolved")
        self.assertEqual(self.alert.state, "resolved")

    def test_a_reason_is_enough_to_dismiss(self):
        self.as_user(self.alert).action_dismiss("probe tested")
        self.assertEqual(self.alert.state, "dismissed")

    def test_the_click_asks_and_the_dialog_answers_for_all(self):
        alerts = self.as_user(self.alert | self.make_alert())
        action = alerts.action_acknowledge_selected()
        self.assertEqual(action["res_model"], "iot.alert.acknowledge")
        wizard = self.env["iot.alert.acknowledge"].with_user(self.user)
        wizard = wizard.with_context(**action["context"]).create({})
        self.assertEqual(wizard.alert_ids, alerts)
        with self.assertRaises(ValidationError):
            wizard.action_confirm()
        wizard.write(REPORT)
        wizard.action_confirm()
        self.assertEqual(set(alerts.mapped("state")), {"acknowledged"})

    def test_the_dialog_begins_with_what_was_entered_in_the_form(self):
        alert = self.as_user(self.alert)
        alert.cause = "chiller"
        action = alert.action_acknowledge_selected()
        self.assertEqual(action["context"]["default_cause"], "chiller")

    def test_what_is_acknowledged_is_resolved_by_a_plain_click(self):
        alert = self.as_user(self.alert)
        alert.action_acknowledge(**REPORT)
        alert.action_resolve_selected()
        self.assertEqual(alert.state, "resolved")

    def test_what_is_not_is_resolved_by_the_dialog(self):
        action = self.as_user(self.alert).action_resolve_selected()
        wizard = self.env["iot.alert.acknowledge"].with_user(self.user)
        wizard = wizard.with_context(**action["context"]).create(REPORT)
        wizard.action_confirm()
        self.assertEqual((self.alert.state, self.alert.cause), ("resolved", "door"))


@tagged("post_install", "-at_install")
class TestAlertHaccpByRpc(HaccpCase, HttpCase):
    """What the web client and other programs call, from outside."""

    def rpc(self, method, *args, **kwargs):
        self.authenticate("milker", "milker")
        response = self.url_open(
            f"/web/dataset/call_kw/iot.alert/{method}",
            json={
                "params": {
                    "model": "iot.alert",
                    "method": method,
                    "args": [self.alert.ids, *args],
                    "kwargs": kwargs,
                }
            },
        )
        self.env.invalidate_all()
        error = response.json().get("error")
        return error and error["data"]["name"].rsplit(".", 1)[-1]

    def test_no_way_around_the_report(self):
        for call in (
            ("action_acknowledge",),
            ("action_resolve",),
            ("action_acknowledge", "door"),
        ):
            self.assertEqual(self.rpc(*call), "ValidationError", call)
        now = "2026-01-05 06:00:00"
        for vals in (
            {"state": "acknowledged"},
            {"state": "resolved", **REPORT},
            {"acknowledged_at": now},
            {"severity": "low"},
            {"is_active": False},
            {"message": "Nothing happened"},
            {"started_at": now},
            {"outside_minutes": 0},
            {"dismiss_reason": "no"},
            {"nonsense": 1},
        ):
            self.assertEqual(self.rpc("write", vals), "AccessError", vals)
        self.assertEqual(
            self.rpc("web_save", {"state": "resolved"}, specification={}), "AccessError"
        )
        self.assertEqual(self.rpc("unlink"), "AccessError")
        self.assertEqual(self.rpc("_end", "resolved"), "AccessError")
        self.assertEqual((self.alert.state, self.alert.severity), ("new", "medium"))
        self.assertFalse(self.alert.acknowledged_at)

    def test_with_the_report_it_is_acknowledged(self):
        self.assertIsNone(self.rpc("action_acknowledge", **REPORT))
        self.assertEqual(self.alert.state, "acknowledged")
        self.assertEqual(self.alert.acknowledged_by, self.user)
