"""Who may do what with each model: one table, which no model can be missing from."""

from odoo.tests import TransactionCase, new_test_user, tagged

_OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}
_GROUPS = (
    "base.group_user",
    "smartdairy_iot.group_iot_user",
    "smartdairy_iot.group_iot_manager",
)
# {model: what employees, viewers and managers may; rwcd: read, write, create, delete}
RIGHTS = {
    "iot.app.code": ("", "", ""),
    # Each their own; what becomes of one is in its methods.
    "iot.app.session": ("r", "r", "r"),
    "iot.app.token": ("", "", ""),
    "iot.app.pairing": ("rc", "rc", "rc"),
    "iot.push.delivery": ("", "r", "r"),
}


@tagged("post_install", "-at_install")
class TestGroups(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.models = sorted(
            name
            for name, model in cls.env.registry.items()
            if model._original_module == "smartdairy_iot_mobile_api"
            and not model._abstract
        )
        cls.people = [
            new_test_user(cls.env, f"rights_{number}", groups=group)
            for number, group in enumerate(_GROUPS)
        ]
        cls.viewer, cls.manager = cls.people[1:]

    def test_every_model_is_in_the_table(self):
        self.assertEqual(self.models, sorted(RIGHTS))

    def test_each_group_may_what_the_table_says_and_no_more(self):
        for name in self.models:
            with self.subTest(name):
                found = tuple(self.rights_of(user, name) for user in self.people)
                self.assertEqual(found, RIGHTS.get(name))

    def rights_of(self, user, name):
        model = self.env[name].with_user(user)
        return "".join(
            letter
            for letter, operation in _OPERATIONS.items()
            if model.has_access(operation)
        )

    def test_what_can_be_read_has_a_record_rule(self):
        for name in self.models:
            if any(RIGHTS[name]):
                rules = self.env["ir.rule"].search([("model_id.model", "=", name)])
                self.assertTrue(rules, name)

    # Whose rows --------------------------------------------------------------------

    def session_of(self, user):
        values = {"user_id": user.id, "name": f"Phone of {user.login}"}
        return self.env["iot.app.session"].create(values)

    def test_one_sees_the_devices_of_ones_own(self):
        own, other = self.session_of(self.viewer), self.session_of(self.manager)
        for user, seen in ((self.viewer, own), (self.manager, other)):
            found = (own | other).with_user(user)._filtered_access("read")
            self.assertEqual(found, seen)

    def test_one_sees_the_pushes_to_ones_own_and_a_manager_those_of_the_company(self):
        own, other = (
            self.push_to(user, company)
            for user, company in (
                (self.viewer, self.env.company),
                (self.manager, self.env["res.company"].create({"name": "Other"})),
            )
        )
        seen = {self.viewer: own, self.manager: own | other}
        for user, expected in seen.items():
            found = (own | other).with_user(user)._filtered_access("read")
            self.assertEqual(found, expected, user.login)

    def push_to(self, user, company):
        device = self.env["iot.device"].create(
            {
                "name": "Tank",
                "device_type": "temperature",
                "farm_id": self.env["farm.farm"]
                .create({"name": f"Farm of {user.login}", "company_id": company.id})
                .id,
            }
        )
        alert = self.env["iot.alert"].create(
            {
                "device_id": device.id,
                "alert_type": "high_temperature",
                "severity": "low",
                "message": "Too warm",
                "started_at": "2026-01-05 06:00:00",
            }
        )
        told = self.env["iot.notification"].create(
            {
                "alert_id": alert.id,
                "user_id": user.id,
                "channel": "push",
                "event": "raised",
                "severity": "low",
                "company_id": company.id,
                "state": "sent",
            }
        )
        return self.env["iot.push.delivery"].create(
            {
                "notification_id": told.id,
                "session_id": self.session_of(user).id,
                "state": "sent",
            }
        )

    def test_a_code_that_is_shown_is_its_owners_alone(self):
        shown = self.env["iot.app.pairing"].with_user(self.viewer).create({})
        self.assertFalse(shown.with_user(self.manager)._filtered_access("read"))
