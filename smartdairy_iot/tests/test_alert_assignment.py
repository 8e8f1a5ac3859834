from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import IotCase

_OPERATOR = "smartdairy_iot.group_iot_operator"


@tagged("post_install", "-at_install")
class TestAlertAssignment(IotCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna, cls.ben = (
            cls.make_user("anna", _OPERATOR),
            cls.make_user("ben", _OPERATOR),
        )
        cls.alert = cls.make_alert(message="Too warm")

    def activities(self, alert=None):
        alert = alert or self.alert
        return self.env["mail.activity"].search(
            [("res_model", "=", "iot.alert"), ("res_id", "=", alert.id)]
        )

    def test_who_an_alert_is_assigned_to_has_it_among_their_activities(self):
        self.alert.with_user(self.anna).assigned_id = self.ben
        activity = self.activities()
        self.assertEqual(activity.user_id, self.ben)
        self.assertEqual(activity.summary, "Alert: Too warm")

    def test_another_person_takes_the_activity_over(self):
        self.alert.assigned_id = self.anna
        before = self.activities()
        self.alert.with_user(self.ben).assigned_id = self.ben
        self.assertEqual(self.activities(), before, "moved, not made anew")
        self.assertEqual(before.user_id, self.ben)

    def test_nobody_has_no_activity(self):
        self.alert.assigned_id = self.anna
        self.alert.with_user(self.ben).assigned_id = False
        self.assertFalse(self.activities())

    def test_an_activity_of_ones_own_stays_with_whom_it_is(self):
        self.alert.activity_schedule(
            "mail.mail_activity_data_call", user_id=self.ben.id, summary="Call the vet"
        )
        self.alert.assigned_id = self.anna
        self.alert.action_resolve()
        self.assertEqual(self.activities().summary, "Call the vet")

    def test_the_end_of_the_alert_is_the_end_of_the_activity(self):
        self.alert.assigned_id = self.anna
        self.alert.with_user(self.ben).action_resolve()
        self.assertFalse(self.activities())
        self.assertIn("Resolved", "\n".join(self.alert.message_ids.mapped("body")))

    def test_an_alert_that_ends_by_itself_ends_the_activity_too(self):
        self.alert.assigned_id = self.anna
        self.alert.action_acknowledge()
        self.turn(self.alert, False, self.alert.started_at)
        self.assertFalse(self.activities())

    def test_an_alert_may_begin_with_somebody_in_charge(self):
        alert = self.make_alert(assigned_id=self.anna.id)
        self.assertEqual(self.activities(alert).user_id, self.anna)

    def test_nobody_is_assigned_what_they_cannot_see(self):
        self.farm.user_ids = self.anna
        stranger = self.make_user("stranger", "base.group_user")
        for user in (self.ben, stranger):
            with self.assertRaisesRegex(
                UserError, "cannot see the alerts of Test Farm"
            ):
                self.alert.with_user(self.anna).assigned_id = user
        self.assertFalse(self.activities())

    def test_somebody_of_another_company_cannot_see_it_either(self):
        other = self.env["res.company"].create({"name": "Other Dairy"})
        self.ben.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        self.assertTrue(self.farm.company_id)
        with self.assertRaisesRegex(UserError, "ben cannot see"):
            self.alert.with_user(self.anna).assigned_id = self.ben

    def test_what_has_ended_is_assigned_to_nobody_new(self):
        self.alert.action_resolve()
        with self.assertRaisesRegex(UserError, "has ended"):
            self.alert.with_user(self.anna).assigned_id = self.anna

    def test_assign_to_me(self):
        self.alert.with_user(self.anna).action_assign_to_me()
        self.assertEqual(self.alert.assigned_id, self.anna)
