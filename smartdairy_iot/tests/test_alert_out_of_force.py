from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import LineCase


@tagged("post_install", "-at_install")
class TestAlertOutOfForce(LineCase):
    """An open alert ends when its device or its rule is no longer in force."""

    def setUp(self):
        super().setUp()
        self.rule = self.env["iot.threshold"].create(
            {
                "name": "Test Rule",
                "reading_type": "temperature",
                "device_id": self.sensor.id,
                "max_value": 6.0,
            }
        )
        self.refresh_devices()
        self.publish({"temperature": 9.0})
        self.run_line()
        self.evaluate()
        self.alert = self.env["iot.alert"].search([("device_id", "=", self.sensor.id)])
        self.assertEqual(self.alert.threshold_id, self.rule)

    def assert_ended_by_itself(self, reason):
        self.farm.watch_live()
        told = len(self.bus_messages("smartdairy_iot/alert"))
        self.evaluate()
        self.assertEqual((self.alert.state, self.alert.is_active), ("resolved", False))
        self.assertTrue(self.alert.cleared_at and self.alert.resolved_at)
        states = [
            payload["alert"]["state"]
            for _channel, payload in self.bus_messages("smartdairy_iot/alert")[told:]
            if payload["alert"]["id"] == self.alert.id
        ]
        self.assertEqual(states, ["resolved"])
        self.assertIn(reason, self.alert.message_ids[0].body)

    def test_the_alert_of_a_rule_that_is_in_force_stays(self):
        self.evaluate()
        self.assertEqual((self.alert.state, self.alert.is_active), ("new", True))

    def test_a_rule_that_is_switched_off(self):
        self.rule.is_active = False
        self.assert_ended_by_itself("The rule no longer applies")

    def test_a_rule_that_is_deleted(self):
        self.rule.unlink()
        self.alert.invalidate_recordset()
        self.assert_ended_by_itself("The rule no longer applies")

    def test_it_ends_by_the_clock_that_its_times_are_of(self):
        hour = timedelta(hours=1)
        self.sensor.live_ids.clock_offset = -hour.total_seconds()
        begun = self.alert.started_at - hour
        self.alert.write({"started_at": begun, "active_since": begun})
        self.assertLess(self.alert.outside_now, 5)
        self.rule.is_active = False
        self.assert_ended_by_itself("The rule no longer applies")
        self.assertLess(self.alert.outside_minutes, 5)
        # Later than its clock shows, what it measures now would be past.
        self.assertLess(self.alert.cleared_at, fields.Datetime.now() - hour / 2)

    def test_two_rules_that_are_deleted(self):
        other = self.rule.copy({"max_value": 5.0})
        self.evaluate()
        alerts = self.env["iot.alert"].search([("device_id", "=", self.sensor.id)])
        (self.rule + other).unlink()
        self.evaluate()
        self.assertEqual(alerts.mapped("state"), ["resolved", "resolved"])

    def test_a_rule_that_is_for_other_devices_now(self):
        self.rule.device_id = self.make_device("TEST-2")
        self.assert_ended_by_itself("The rule no longer applies")

    def test_a_device_that_was_moved_to_where_another_rule_applies(self):
        self.rule.write(
            {
                "device_id": False,
                "device_type": "temperature",
                "location_type": "storage",
            }
        )
        self.evaluate()
        self.assertTrue(self.alert.is_open)
        self.sensor.location_type = "transport"
        self.assert_ended_by_itself("The rule no longer applies")

    def test_a_device_that_is_deactivated(self):
        self.sensor.action_deactivate()
        self.assert_ended_by_itself("The device is no longer active")

    def test_a_device_that_is_retired(self):
        self.sensor.action_retire()
        self.assert_ended_by_itself("The device is no longer active")

    def test_an_acknowledged_alert_ends_too(self):
        self.alert.action_acknowledge()
        self.rule.is_active = False
        self.assert_ended_by_itself("The rule no longer applies")

    def test_an_alert_that_has_cleared_but_was_not_seen_ends_too(self):
        self.publish({"temperature": 4.0})
        self.run_line()
        self.evaluate()
        self.assertEqual((self.alert.state, self.alert.is_active), ("new", False))
        self.sensor.action_deactivate()
        self.assert_ended_by_itself("The device is no longer active")
