from odoo.exceptions import AccessError
from odoo.tests import tagged

from .tank import TankCase

_GROUPS = ("user", "operator", "technician", "manager")


@tagged("post_install", "-at_install")
class TestTankAccess(TankCase):
    """Who sees and who changes what the cold chain knows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            group: cls.make_user(f"tank-{group}", f"smartdairy_iot.group_iot_{group}")
            for group in _GROUPS
        }
        cls.batch = cls.env["iot.tank.batch"].create(
            {"tank_id": cls.tank.id, "start": "2026-01-05 06:00:00"}
        )
        cls.cooling = cls.env["iot.tank.cooling"].create(
            {"batch_id": cls.batch.id, "start": "2026-01-05 06:00:00"}
        )
        cls.state = cls.env["iot.tank.state"].create(
            {"tank_id": cls.tank.id, "phase": "storage"}
        )
        cls.records = (cls.tank, cls.batch, cls.cooling, cls.state)

    def test_every_group_sees_the_tanks_of_its_farms(self):
        for user in self.users.values():
            for record in self.records:
                self.assertTrue(record.with_user(user).has_access("read"))
            self.assertEqual(self.tank.with_user(user).phase, "storage")
            self.assertEqual(self.tank.with_user(user).standard_id, self.standard)

    def test_only_managers_see_the_tanks_of_a_farm_that_others_may_see(self):
        self.farm.user_ids = self.env.ref("base.user_admin")
        for group, user in self.users.items():
            for record in self.records:
                sees = record.with_user(user).has_access("read")
                self.assertEqual(sees, group == "manager", (group, record))

    def test_another_company_sees_nothing(self):
        company = self.env["res.company"].create({"name": "Another Dairy"})
        user = self.users["manager"]
        user.write({"company_ids": [(4, company.id)], "company_id": company.id})
        self.standard.company_id = self.env.company
        for record in (*self.records, self.standard, self.standard.limit_ids):
            seen = record.with_user(user).with_company(company)
            seen = seen.with_context(allowed_company_ids=company.ids)
            self.assertFalse(seen._filtered_access("read"), record)

    def test_nobody_writes_what_the_machine_found(self):
        for user in self.users.values():
            for record in (self.batch, self.cooling, self.state):
                with self.assertRaises(AccessError):
                    record.with_user(user).write({"tank_id": self.tank.id})

    def test_only_managers_change_standards(self):
        for group, user in self.users.items():
            standard = self.standard.with_user(user)
            self.assertEqual(standard.has_access("write"), group == "manager")
            self.assertEqual(
                standard.limit_ids.has_access("unlink"), group == "manager"
            )

    def test_nobody_reads_checkpoints_or_late_readings(self):
        for user in self.users.values():
            for model in ("iot.tank.checkpoint", "iot.tank.late"):
                self.assertFalse(self.env[model].with_user(user).has_access("read"))

    def test_a_stranger_sees_nothing(self):
        stranger = self.make_user("stranger", "base.group_user")
        for record in (*self.records, self.standard):
            self.assertFalse(record.with_user(stranger).has_access("read"))
