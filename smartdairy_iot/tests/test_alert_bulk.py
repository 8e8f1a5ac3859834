from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .common import IotCase


@tagged("post_install", "-at_install")
class TestAlertBulk(IotCase):
    """Of several alerts, what can be done is done, and the rest is told."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.make_user("milker", "smartdairy_iot.group_iot_operator")
        cls.fresh = cls.make_alert() | cls.make_alert() | cls.make_alert()
        cls.ended = cls.make_alert(state="resolved") | cls.make_alert(state="dismissed")
        cls.all = (cls.fresh | cls.ended).with_user(cls.user)

    def told(self, action):
        self.assertEqual(action["tag"], "display_notification")
        after = action["params"]["next"]["type"]
        self.assertEqual(after, "ir.actions.act_window_close", "the list is shown anew")
        return action["params"]["message"]

    def confirm(self, action, **vals):
        wizard = self.env[action["res_model"]].with_user(self.user)
        return wizard.with_context(**action["context"]).create(vals).action_confirm()

    def test_acknowledge(self):
        told = self.told(self.all.action_acknowledge_selected())
        self.assertEqual(told, "3 acknowledged, 2 had ended already")
        self.assertEqual(set(self.fresh.mapped("state")), {"acknowledged"})
        self.assertEqual(self.ended.mapped("state"), ["resolved", "dismissed"])

    def test_what_was_acknowledged_before_keeps_who_was_first(self):
        self.fresh[0].action_acknowledge()
        told = self.told(self.all.action_acknowledge_selected())
        self.assertEqual(
            told,
            "2 acknowledged, 1 had been acknowledged already, 2 had ended already",
        )
        self.assertEqual(self.fresh[0].acknowledged_by, self.env.user)
        self.assertEqual(self.fresh[1].acknowledged_by, self.user)

    def test_resolve(self):
        told = self.told(self.all.action_resolve_selected())
        self.assertEqual(told, "3 resolved, 2 had ended already")

    def test_dismiss_with_one_reason_for_all(self):
        action = self.all.action_dismiss_selected()
        with self.assertRaises(ValidationError):
            self.confirm(action)
        told = self.told(self.confirm(action, reason="a test"))
        self.assertEqual(told, "3 dismissed, 2 had ended already")
        self.assertEqual(set(self.fresh.mapped("dismiss_reason")), {"a test"})

    def test_assign(self):
        action = self.all.action_assign_selected()
        told = self.told(self.confirm(action, user_id=self.user.id))
        self.assertEqual(told, "3 assigned, 2 had ended already")
        self.assertEqual(self.fresh.assigned_id, self.user)
        self.assertFalse(self.ended.assigned_id)

    def test_one_alert_that_went_well_needs_no_answer(self):
        action = self.fresh[0].with_user(self.user).action_acknowledge_selected()
        self.assertEqual(action["type"], "ir.actions.act_window_close")

    def test_one_alert_that_has_ended_is_an_error(self):
        alert = self.ended[0].with_user(self.user)
        for name in ("acknowledge", "resolve", "dismiss", "assign"):
            with self.assertRaisesRegex(UserError, "has ended"):
                getattr(alert, f"action_{name}_selected")()

    def test_the_methods_behind_them_do_all_or_nothing(self):
        with self.assertRaises(UserError):
            self.all.action_acknowledge()
        self.assertEqual(set(self.fresh.mapped("state")), {"new"})
