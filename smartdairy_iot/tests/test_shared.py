from odoo import api
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import IotCase

_MANAGER = "smartdairy_iot.group_iot_manager"


@tagged("post_install", "-at_install")
class TestShared(IotCase):
    """What has no company is every company's: all read it, few change it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Another Dairy"})
        cls.manager = cls.make_user("shared-one", _MANAGER)
        cls.overall = cls.make_user("shared-all", _MANAGER)
        cls.overall.company_ids |= cls.env["res.company"].search([])
        cls.system = cls.make_user("shared-system", _MANAGER)
        cls.system.group_ids |= cls.env.ref("base.group_system")
        cls.profile = cls.env["iot.device.profile"].create({"name": "Shared"})
        cls.rule = cls.env["iot.threshold"].create(
            {"name": "Shared", "reading_type": "temperature", "max_value": 8}
        )

    def shared(self):
        ref = self.env.ref
        setting = {"profile_id": self.profile.id, "key": "rate", "label": "Rate"}
        field = {"profile_id": self.profile.id, "target": "temperature"}
        level = {"threshold_id": self.rule.id, "severity": "high", "max_value": 9}
        file = {"device_type": "temperature", "version": "9", "file": b"AAAA"}
        standard = ref("smartdairy_iot.cooling_standard_eu")
        scoring = self.env["iot.milk.scoring"].search([], limit=1)
        schedule = self.env["iot.schedule"].create({"name": "Nights"})
        firmware = self.env["iot.firmware"].create(file)
        offer = {"name": "To 9", "firmware_id": firmware.id}
        return [
            self.profile,
            self.env["iot.device.profile.setting"].create(setting),
            self.env["iot.device.profile.field"].create(field | {"expression": "t"}),
            self.rule,
            self.env["iot.threshold.level"].create(level),
            firmware,
            self.env["iot.firmware.campaign"].create(offer),
            standard,
            standard.limit_ids[:1],
            scoring,
            scoring.step_ids[:1],
            scoring.grade_ids[:1],
            schedule,
            self.env["iot.device.tag"].create({"name": "Shared"}),
            self.env["iot.retention"].search([], limit=1),
        ]

    def test_what_all_companies_share_is_changed_by_who_acts_for_all_of_them(self):
        for record in self.shared():
            self.assertTrue(record, record._name)
            for user, may in (
                (self.manager, False),
                (self.overall, True),
                (self.system, True),
            ):
                theirs = record.with_user(user)
                self.assertTrue(theirs.has_access("read"), record._name)
                self.assertEqual(theirs.has_access("write"), may, record._name)

    def test_where_there_is_one_company_its_managers_do(self):
        others = self.env["res.company"].search([("id", "!=", self.env.company.id)])
        others.active = False
        self.rule.with_user(self.manager).max_value = 7
        self.profile.with_user(self.manager).unlink()

    def test_who_looks_at_archived_records_first_is_judged_the_same(self):
        """What a rule comes to is kept for all who ask later, in any context."""
        others = self.env["res.company"].search([("id", "!=", self.env.company.id)])
        others.active = False
        rule = self.rule.with_user(self.manager)
        self.assertTrue(rule.with_context(active_test=False).has_access("write"))
        self.assertTrue(rule.has_access("write"))

    def test_rules_are_judged_also_where_there_is_no_user(self):
        """A route that asks nobody who they are (``auth="none"``), of any add-on."""
        nobody = api.Environment(self.env.cr, None, {})
        self.assertFalse(nobody["ir.rule"]._eval_context()["acts_for_all_companies"])

    def test_a_company_more_takes_from_its_managers_what_all_share(self):
        others = self.env["res.company"].search([("id", "!=", self.env.company.id)])
        others.active = False
        self.assertTrue(self.rule.with_user(self.manager).has_access("write"))
        self.env["res.company"].create({"name": "A third dairy"})
        self.assertFalse(self.rule.with_user(self.manager).has_access("write"))

    def test_what_one_makes_is_of_the_company_and_never_of_all(self):
        profiles = self.env["iot.device.profile"].with_user(self.manager)
        own = profiles.create({"name": "Own"})
        self.assertEqual(own.company_id, self.env.company)
        own.note = "mine to change"
        with self.assertRaises(AccessError):
            own.company_id = False
        with self.assertRaises(AccessError):
            profiles.create({"name": "Ours", "company_id": False})
        tag = self.env["iot.device.tag"].with_user(self.manager).create({"name": "T"})
        with self.assertRaises(AccessError):
            tag.company_id = False
        overall = self.env["iot.device.profile"].with_user(self.overall)
        self.assertFalse(overall.create({"name": "For all"}).company_id)

    def test_a_rule_for_a_device_of_ones_own_is_ones_own(self):
        rule = self.rule.copy({"device_id": self.sensor.id})
        self.assertFalse(rule.company_id)
        rule.with_user(self.manager).max_value = 7
        with self.assertRaises(AccessError):
            rule.with_user(self.manager).device_id = False

    def test_archives_and_retention_are_of_all_companies(self):
        archive = self.env["iot.archive"].create(
            {
                "table_name": "temperature_readings",
                "file_name": "shared.csv.gz",
                "date_from": "2025-01-01",
                "date_to": "2025-01-02",
            }
        )
        search = self.env["iot.archive"].with_user
        self.assertNotIn(archive, search(self.manager).search([]))
        self.assertIn(archive, search(self.overall).search([]))
        with self.assertRaises(AccessError):
            archive.with_user(self.manager).action_restore()
        kept = self.env["iot.retention"].search([], limit=1)
        with self.assertRaises(AccessError):
            kept.with_user(self.manager).days = 1
