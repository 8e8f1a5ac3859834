from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import LineCase


@tagged("post_install", "-at_install")
class TestAlert(LineCase):
    """Storage is 2 to 6 °C with a deadband of 0.2; five beyond is high severity."""

    def measure(self, *values):
        """Publish values a second apart, ending now, and evaluate once."""
        for number, value in enumerate(values):
            at = self.ago(seconds=len(values) - number - 1)
            self.publish({"temperature": value, "timestamp": at})
        self.run_line()
        self.evaluate()
        return self.alerts()

    def alerts(self):
        return self.env["iot.alert"].search([("device_id", "=", self.sensor.id)])

    def test_a_breach_becomes_an_alert_with_the_specifications_words(self):
        alert = self.measure(12.0)
        self.assertEqual(alert.alert_type, "high_temperature")
        self.assertEqual(
            alert.message, "Temperature exceeded maximum threshold: 12 °C (max: 6 °C)"
        )
        self.assertEqual((alert.trigger_value, alert.threshold_value), (12.0, 6.0))
        self.assertEqual((alert.state, alert.is_active), ("new", True))
        self.assertEqual(alert.severity, "high", "more than 5 °C beyond the limit")

    def test_a_small_breach_is_medium_and_rises_with_the_value(self):
        alert = self.measure(6.5)
        self.assertEqual(alert.severity, "medium")
        self.assertEqual(self.measure(11.5), alert)
        self.assertEqual((alert.severity, alert.peak_value), ("high", 11.5))
        self.assertEqual(alert.trigger_value, 6.5)

    def test_too_cold_is_an_alert_too(self):
        alert = self.measure(1.0)
        self.assertEqual(alert.alert_type, "low_temperature")
        self.assertEqual(alert.threshold_value, 2.0)

    def test_noise_around_the_limit_is_one_alert(self):
        for value in (6.1, 5.95, 6.1, 5.9, 6.05, 5.9):
            self.measure(value)
        self.assertEqual(len(self.alerts()), 1)
        self.assertTrue(self.alerts().is_active, "still within the deadband")

    def test_a_breach_between_two_runs_is_not_missed(self):
        alert = self.measure(4.0, 9.0, 4.0)
        self.assertEqual((alert.peak_value, alert.is_active), (9.0, False))
        self.assertEqual(alert.state, "new", "it stays visible until somebody saw it")

    def test_an_acknowledged_alert_stays_until_the_condition_clears(self):
        alert = self.measure(9.0)
        alert.action_acknowledge()
        self.assertEqual((alert.state, alert.is_open), ("acknowledged", True))
        self.assertEqual(alert.acknowledged_by, self.env.user)
        self.measure(4.0)
        self.assertEqual((alert.state, alert.is_active), ("resolved", False))
        self.assertTrue(alert.cleared_at)

    def test_acknowledging_what_has_cleared_ends_it(self):
        alert = self.measure(9.0)
        self.measure(4.0)
        self.assertEqual((alert.state, alert.is_active), ("new", False))
        alert.action_acknowledge()
        self.assertEqual(alert.state, "resolved")

    def test_evaluating_again_changes_nothing(self):
        alert = self.measure(9.0)
        before = alert.read()[0]
        for _ in range(3):
            self.evaluate()
        self.assertEqual(alert.read()[0], before)

    def test_after_an_alert_ended_no_new_one_within_the_cooldown(self):
        self.measure(9.0).action_acknowledge()
        self.measure(4.0)
        self.assertFalse(self.alerts().is_open)
        self.assertEqual(len(self.measure(6.6)), 1, "medium, as before: 30 minutes")

    def test_a_worse_breach_breaks_the_cooldown(self):
        self.measure(9.0).action_acknowledge()
        self.measure(4.0)
        self.assertEqual(len(self.measure(14.0)), 2)

    def test_a_breach_that_stands_is_told_when_the_cooldown_is_over(self):
        self.measure(9.0).action_dismiss()
        self.evaluate()
        self.assertEqual(len(self.alerts()), 1)
        with freeze_time(fields.Datetime.now() + timedelta(minutes=31)):
            self.evaluate()
        self.assertEqual(len(self.alerts()), 2)

    def test_an_ended_alert_cannot_be_acknowledged(self):
        alert = self.measure(9.0)
        alert.action_resolve()
        with self.assertRaisesRegex(UserError, "has ended"):
            alert.action_acknowledge()

    def test_a_message_may_say_where_it_was_measured(self):
        self.publish({"temperature": 6.5, "location_type": "transport"})
        self.run_line()
        self.evaluate()
        self.assertFalse(self.alerts(), "transport is 0 to 7 °C")

    def test_an_alert_is_told_on_the_bus_of_its_farm(self):
        alert = self.measure(9.0)
        ((channel, payload),) = self.bus_messages("smartdairy_iot/alert")
        self.assertEqual(channel[1:], ["farm.farm", self.farm.id], "a record channel")
        told = payload["alert"]
        self.assertEqual((told["id"], told["state"]), (alert.id, "new"))

    def test_the_listener_wakes_the_rules_on_a_transition_only(self):
        cron = self.env.ref("smartdairy_iot.ir_cron_evaluate_rules")
        triggers = self.env["ir.cron.trigger"].search
        domain = [("cron_id", "=", cron.id)]
        self.measure(4.0)  # the first reading of all: nothing is known yet
        before = len(triggers(domain))
        for _ in range(3):
            self.measure(4.0)
        self.assertEqual(len(triggers(domain)), before)
        for _ in range(3):
            self.measure(9.0)
        self.assertEqual(len(triggers(domain)), before + 1)

    def test_a_device_without_a_rule_has_no_alert(self):
        self.env["iot.threshold"].search([]).is_active = False
        self.refresh_devices()
        self.assertFalse(self.measure(99.0))
