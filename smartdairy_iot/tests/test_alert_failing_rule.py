from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..rules.case import Case
from .common import LineCase

RULE_LOGGER = "odoo.addons.smartdairy_iot.models.iot_threshold_evaluation"


@tagged("post_install", "-at_install")
class TestAlertFailingRule(LineCase):
    """A rule that cannot be evaluated stops no other, and ends switched off."""

    def setUp(self):
        super().setUp()
        self.other = self.make_device("TEST-2")
        self.bad, self.good = (
            self.env["iot.threshold"].create(
                {
                    "name": name,
                    "reading_type": "temperature",
                    "device_id": device.id,
                    "max_value": 6.0,
                }
            )
            for name, device in (("Bad", self.sensor), ("Good", self.other))
        )
        self.refresh_devices()

    def run_rules(self, fails=True):
        """Both devices are too warm; the state machine fails for one of the rules."""
        judge = Case.judge

        def judge_or_fail(case, runs, now):
            if fails and case.rule.threshold_id == self.bad.id:
                raise ZeroDivisionError("a test")
            return judge(case, runs, now)

        for device_id in ("TEST-1", "TEST-2"):
            self.publish({"temperature": 9.0}, device_id)
        self.run_line()
        with patch.object(Case, "judge", judge_or_fail), mute_logger(RULE_LOGGER):
            self.evaluate()

    def test_the_other_rules_go_on(self):
        self.run_rules()
        self.assertTrue(self.other.alert_ids)
        self.assertFalse(self.sensor.alert_ids)
        self.assertEqual((self.bad.failures, self.good.failures), (1, 0))
        self.assertTrue(self.bad.is_active, "once may be an accident")

    def test_after_three_failures_it_is_switched_off_and_administrators_are_told(self):
        for _ in range(3):
            self.run_rules()
        self.assertFalse(self.bad.is_active)
        self.assertIn("a test", self.bad.error)
        self.assertTrue(self.good.is_active)
        told = self.env["mail.message"].search([("model", "=", "iot.threshold")])
        self.assertIn("Bad", told.mapped("subject")[0])

    def test_a_rule_that_works_again_begins_anew(self):
        for fails in (True, True, False, True, True):
            self.run_rules(fails)
            # What stands open is not read again: ended, it is looked at anew.
            self.env["iot.rule.watch"].search([]).unlink()
        self.assertTrue(self.bad.is_active)

    @mute_logger("odoo.addons.smartdairy_iot.models.iot_alert_evaluation")
    def test_what_fails_beside_the_rules_stops_none_of_them(self):
        alerts = type(self.env["iot.alert"])
        with patch.object(alerts, "_ask_for_attention", side_effect=KeyError("a test")):
            self.run_rules(fails=False)
        self.assertTrue(self.other.alert_ids and self.sensor.alert_ids)
