from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import IotCase

_OPERATOR = "smartdairy_iot.group_iot_operator"


@tagged("post_install", "-at_install")
class TestAlertAccess(IotCase):
    """From the wrong side: of another farm, without the group, with a direct write."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.make_user("user", _OPERATOR)
        cls.neighbour = cls.make_user("neighbour", _OPERATOR)
        cls.stranger = cls.make_user("stranger", "base.group_user")
        cls.manager = cls.make_user("manager", "smartdairy_iot.group_iot_manager")
        cls.farm.user_ids = cls.user
        cls.alert = cls.make_alert()

    def test_nobody_handles_an_alert_of_a_farm_they_do_not_see(self):
        for user in (self.neighbour, self.stranger):
            alert = self.alert.with_user(user)
            for action in (
                alert.action_acknowledge,
                alert.action_resolve,
                lambda alert=alert: alert.action_dismiss("mine"),
                alert.action_acknowledge_selected,
                alert.action_resolve_selected,
                alert.action_dismiss_selected,
                alert.action_assign_selected,
                alert.action_assign_to_me,
                alert.action_view_readings,
                lambda alert=alert: alert.write({"assigned_id": self.user.id}),
            ):
                with self.assertRaises(AccessError):
                    action()
        self.assertEqual(self.alert.state, "new")

    def test_the_dialogs_are_no_way_around(self):
        for model, vals in (
            ("iot.alert.acknowledge", {}),
            ("iot.alert.dismiss", {"reason": "mine"}),
            ("iot.alert.assign", {"user_id": self.neighbour.id}),
        ):
            wizards = self.env[model].with_user(self.neighbour)
            with self.assertRaises(AccessError):
                wizards.create({"alert_ids": self.alert.ids, **vals}).action_confirm()
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.stranger).create({})
        self.assertEqual((self.alert.state, self.alert.assigned_id.ids), ("new", []))

    def test_one_alert_of_another_farm_stops_the_whole_selection(self):
        device = self.make_device(
            "FAR",
            farm_id=self.env["farm.farm"]
            .create(
                {
                    "name": "Far Farm",
                    "tz": "UTC",
                    "user_ids": [(6, 0, self.neighbour.ids)],
                }
            )
            .id,
        )
        both = self.alert | self.make_alert(device_id=device.id)
        with self.assertRaises(AccessError):
            both.with_user(self.user).action_acknowledge_selected()
        self.assertEqual(set(both.mapped("state")), {"new"})

    def test_nobody_writes_what_the_rules_have_found_nor_deletes_it(self):
        for user in (self.user, self.manager):
            alert = self.alert.with_user(user)
            for vals in (
                {"state": "resolved"},
                {"severity": "low"},
                {"peak_value": 4.0},
                {"threshold_id": False},
                {"rule_snapshot": {}},
                {"assigned_id": user.id, "resolved_at": False},
            ):
                with self.assertRaisesRegex(AccessError, "cannot be edited"):
                    alert.write(vals)
            with self.assertRaises(AccessError):
                alert.unlink()
            with self.assertRaises(AccessError):
                alert.copy()

    def test_a_user_writes_what_was_done_and_talks_about_it(self):
        alert = self.alert.with_user(self.user)
        alert.write({"cause": "chiller", "corrective_action": "mechanic called"})
        alert.message_post(body="He comes at nine.")
        alert.message_subscribe(self.user.partner_id.ids)
        alert.activity_schedule("mail.mail_activity_data_call", user_id=self.user.id)
        self.assertEqual(alert.cause, "chiller")

    def test_only_an_administrator_decides_on_haccp(self):
        with self.assertRaises(AccessError):
            self.farm.with_user(self.user).haccp_mode = "none"
        self.farm.with_user(self.manager).haccp_mode = "always"
