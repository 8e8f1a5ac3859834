from odoo.exceptions import AccessError
from odoo.tests import tagged

from .threshold import ThresholdCase


@tagged("post_install", "-at_install")
class TestThresholdDevice(ThresholdCase):
    """Where a rule is in force, and why it is not elsewhere."""

    def rules_at(self, device, user=None):
        """``{rule name: (in force, why)}`` of the limits, as the form shows them."""
        device = device.with_user(user or self.env.user)
        return {
            rule.name: (is_in_force, why)
            for rule, is_in_force, why in device._rules_here()
            if rule.kind == "limit"
        }

    def test_the_device_tells_which_rule_applies_and_what_overrides_the_others(self):
        best = "The most specific of its kind"
        self.assertEqual(
            self.rules_at(self.sensor), {"Cold store: 2 to 6 °C": (True, best)}
        )
        self.make(device_id=self.sensor.id)
        self.make(name="Humid", reading_type="humidity")
        self.assertEqual(
            self.rules_at(self.sensor),
            {
                "Mine": (True, best),
                "Cold store: 2 to 6 °C": (False, "Overridden by Mine"),
                "Humid": (True, best),
            },
        )

    def test_where_the_newest_message_says_it_is_counts(self):
        self.env["iot.device.state"].create(
            {"device_id": self.sensor.id, "location_type": "transport"}
        )
        self.assertEqual(list(self.rules_at(self.sensor)), ["Transport: 0 to 7 °C"])

    def test_a_rule_without_a_normal_says_what_it_waits_for(self):
        rule = self.make(kind="deviation", max_value=3)
        why = {here.rule: here.why for here in self.sensor._rules_here()}
        self.assertIn("Waits for enough readings", why[rule])

    def test_the_form_of_a_device_lists_its_rules(self):
        self.make(name="<b>Mine</b>", device_id=self.sensor.id)
        shown = str(self.sensor.rules_html)
        self.assertIn("&lt;b&gt;Mine&lt;/b&gt;", shown)
        self.assertIn("above 50 °C", shown)
        self.assertFalse("No rule applies" in shown)
        self.env["iot.threshold"].search([]).is_active = False
        self.sensor.invalidate_recordset(["rules_html"])
        self.assertIn("No rule applies", str(self.sensor.rules_html))

    def test_a_rule_lists_the_devices_where_it_is_in_force(self):
        other = self.make_device("TEST-2")
        rule = self.make(name="All", device_type="temperature")
        self.assertFalse(rule.device_count, "the place's own is everywhere else")
        place = self.env.ref("smartdairy_iot.iot_threshold_temperature_storage")
        before = place.device_count
        mine = self.make(device_id=other.id)
        place.invalidate_recordset(["device_count"])
        self.assertEqual((mine.device_count, place.device_count), (1, before - 1))
        action = mine.action_view_devices()
        self.assertEqual(self.env["iot.device"].search(action["domain"]), other)

    def test_a_rule_that_one_may_not_see_overrides_and_is_not_named(self):
        user = self.make_user("rule-user", "smartdairy_iot.group_iot_user")
        profile = self.env["iot.device.profile"].create({"name": "Shared"})
        self.sensor.profile_id = profile
        self.make(name="Secret", profile_id=profile.id)
        profile.company_id = self.env["res.company"].create({"name": "Theirs"})
        self.assertEqual(
            self.rules_at(self.sensor, user),
            {"Cold store: 2 to 6 °C": (False, "Overridden by a rule of others")},
        )


@tagged("post_install", "-at_install")
class TestThresholdAccess(ThresholdCase):
    """Tried from the wrong side."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.make_user("rule-reader", "smartdairy_iot.group_iot_user")
        cls.manager = cls.make_user("rule-manager", "smartdairy_iot.group_iot_manager")
        cls.company = cls.env["res.company"].create({"name": "Theirs"})
        cls.their_farm = cls.env["farm.farm"].create(
            {"name": "Their Farm", "company_id": cls.company.id}
        )
        cls.their_device = cls.make_device("THEIRS-1", farm_id=cls.their_farm.id)

    def test_a_user_reads_rules_and_changes_none(self):
        rule = self.make(level_ids=[])
        mine = rule.with_user(self.user)
        self.assertTrue(mine.sentence)
        self.assertTrue(mine.device_count is not None)
        for change in (
            lambda: mine.write({"max_value": 1.0}),
            lambda: mine.unlink(),
            lambda: mine.copy(),
            lambda: (
                self.env["iot.threshold.level"]
                .with_user(self.user)
                .create({"threshold_id": rule.id, "max_value": 99.0})
            ),
        ):
            with self.assertRaises(AccessError):
                change()

    def test_nobody_makes_a_rule_for_what_another_company_has(self):
        rules = self.env["iot.threshold"].with_user(self.manager)
        vals = {"name": "Mine", "reading_type": "temperature", "max_value": 9}
        for scope in (
            {"device_id": self.their_device.id},
            {"farm_id": self.their_farm.id},
            {"company_id": self.company.id},
        ):
            with self.assertRaises(AccessError):
                rules.create({**vals, **scope})
        own = rules.create(vals)
        theirs = self.make(company_id=self.company.id)
        level = {"severity": "high", "max_value": 99}
        own.write({"level_ids": [(0, 0, level)]})
        for change in (
            lambda: own.write({"device_id": self.their_device.id}),
            lambda: own.write({"farm_id": self.their_farm.id}),
            lambda: own.write({"company_id": self.company.id}),
            lambda: own.level_ids.write({"threshold_id": theirs.id}),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                change()

    def test_rules_of_another_company_are_not_seen_nor_their_levels(self):
        theirs = [
            self.make(company_id=self.company.id),
            self.make(device_id=self.their_device.id),
            self.make(farm_id=self.their_farm.id),
        ]
        for rule in theirs:
            rule.write({"level_ids": [(0, 0, {"severity": "high", "max_value": 99})]})
            for user in (self.user, self.manager):
                with self.assertRaises(AccessError):
                    rule.with_user(user).read(["name", "sentence"])
                with self.assertRaises(AccessError):
                    rule.level_ids.with_user(user).read(["max_value"])

    def test_a_user_does_not_see_the_rules_of_a_farm_that_is_not_theirs(self):
        rule = self.make(farm_id=self.farm.id)
        self.farm.user_ids = self.manager
        with self.assertRaises(AccessError):
            rule.with_user(self.user).read(["name"])
        self.assertTrue(rule.with_user(self.manager).read(["name"]))

    def test_normals_are_read_by_who_sees_the_device_and_written_by_nobody(self):
        normal = self.env["iot.device.normal"].create(
            {"device_id": self.their_device.id, "reading_type": "ph", "days": 14}
        )
        for user in (self.user, self.manager):
            with self.assertRaises(AccessError):
                normal.with_user(user).read(["mean"])
            with self.assertRaises(AccessError):
                normal.with_user(user).write({"mean": 1.0})
