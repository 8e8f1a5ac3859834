from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..rules.case import Case
from .common import LineCase


@tagged("post_install", "-at_install")
class TestAlert(LineCase):
    """Storage is 2 to 6 °C with a deadband of 0.2; five beyond is high severity."""

    def setUp(self):
        super().setUp()
        # Delays are told in ``pure/scenarios.py``.
        self.env.ref("smartdairy_iot.iot_threshold_temperature_storage").off_delay = 0
        self.refresh_devices()

    def measure(self, *values, ago=0):
        """Publish values a second apart, ending so long ago, and evaluate once."""
        for number, value in enumerate(values):
            at = self.ago(seconds=ago + len(values) - number - 1)
            self.publish({"temperature": value, "timestamp": at})
        self.run_line()
        self.evaluate()
        return self.alerts()

    def evaluate_after(self, **kwargs):
        with freeze_time(fields.Datetime.now() + timedelta(**kwargs)):
            self.evaluate()

    def alerts(self):
        return self.env["iot.alert"].search([("device_id", "=", self.sensor.id)])

    def test_an_alert_is_called_by_its_device(self):
        alert = self.measure(12.0)
        self.assertTrue(alert.display_name.startswith(f"{self.sensor.name}: Temp"))

    def test_a_breach_becomes_an_alert_with_the_specifications_words(self):
        alert = self.measure(12.0)
        self.assertEqual(alert.alert_type, "high_temperature")
        self.assertEqual(
            alert.message, "Temperature exceeded maximum threshold: 12 °C (max: 6 °C)"
        )
        self.assertEqual((alert.trigger_value, alert.threshold_value), (12.0, 6.0))
        self.assertEqual((alert.state, alert.is_active), ("new", True))
        self.assertEqual(alert.severity, "high", "more than 5 °C beyond the limit")

    def test_a_large_number_is_written_in_groups_and_with_all_its_digits(self):
        rule = self.env["iot.threshold"].create(
            {"name": "Cells", "reading_type": "scc", "max_value": 400_000}
        )
        case = Case(None, rule._to_rule(), None, None, None, [])
        self.assertEqual(
            self.env["iot.alert"]._describe(case, "high", 1_234_567.0),
            "Somatic Cell Count exceeded maximum threshold: 1,234,567 cells/mL"
            " (max: 400,000 cells/mL)",
        )

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

    def test_a_value_of_many_digits_is_written_and_told_once(self):
        self.farm.watch_live()
        alert = self.measure(7.12345678)
        self.env.flush_all()
        alert.invalidate_recordset()
        # The column of temperatures has six digits.
        self.assertAlmostEqual(alert.peak_value, 7.12345678, 5, "not rounded to four")
        with patch.object(type(alert), "_go_on") as go_on:
            self.evaluate()
            self.evaluate()
        go_on.assert_not_called()
        self.assertEqual(len(self.bus_messages("smartdairy_iot/alert")), 1)

    def test_a_breach_that_goes_on_unchanged_is_not_told_again(self):
        self.farm.watch_live()
        self.measure(9.0)
        self.measure(9.0)
        self.assertEqual(len(self.bus_messages("smartdairy_iot/alert")), 1)

    def test_the_deadband_of_the_newest_breach_decides_when_it_clears(self):
        alert = self.measure(1.0, ago=10)
        self.measure(6.1, 5.9)
        self.assertEqual(alert.alert_type, "low_temperature")
        self.evaluate()
        self.assertTrue(alert.is_active, "5.9 is not inside by the deadband")
        self.measure(5.8)
        self.assertFalse(alert.is_active)

    def test_a_value_that_is_the_probes_fault_neither_opens_nor_clears(self):
        self.assertFalse(self.measure(-127.0), "it is no cold")
        alert = self.measure(9.0)
        self.measure(-127.0)
        self.assertTrue(alert.is_active, "nor is it back inside")
        self.assertEqual(alert.peak_value, 9.0)
        self.measure(4.0)
        self.assertFalse(alert.is_active)

    def test_only_the_newest_of_many_ended_alerts_counts(self):
        for value in (6.5, 14.0):
            self.measure(value).filtered("is_open").action_acknowledge()
            self.measure(4.0)
        self.assertEqual(len(self.measure(6.6, 14.0)), 2, "the high one was the last")

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
        self.measure(9.0).action_dismiss("a test")
        self.assertEqual(len(self.measure(9.0)), 1)
        self.evaluate_after(minutes=31)
        self.assertEqual(len(self.alerts()), 2)

    def test_the_last_value_of_a_device_that_fell_silent_is_not_told_again(self):
        self.measure(9.0).action_dismiss("a test")
        for hours in (1, 2, 24):
            self.evaluate_after(hours=hours)
        self.assertEqual(len(self.alerts()), 1)

    def test_what_was_measured_in_the_cooldown_is_told_only_once(self):
        self.measure(9.0).action_dismiss("a test")
        self.measure(9.0)
        self.evaluate_after(minutes=31)
        self.alerts().filtered("is_open").action_dismiss("a test")
        self.evaluate_after(hours=2)
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

    def test_while_nobody_watches_an_alert_is_not_on_the_bus(self):
        alert = self.measure(9.0)
        alert.action_acknowledge()
        self.assertFalse(self.bus_messages("smartdairy_iot/alert"))

    def test_an_alert_is_told_on_the_bus_of_its_farm(self):
        self.farm.watch_live()
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
