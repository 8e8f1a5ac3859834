from odoo import fields
from odoo.tests import tagged

from .common import NOW
from .health import MINUTE, HealthCase


@tagged("post_install", "-at_install")
class TestAlertConditions(HealthCase):
    """The rules that come with the add-on, about devices that fail or fall silent."""

    def evaluate(self, minutes=0):
        self.time.tick(60 * minutes)
        self.detect()
        self.env["iot.alert"]._cron_evaluate_conditions()

    def alerts(self, *devices):
        domain = [("device_id", "in", [device.id for device in devices])]
        return self.env["iot.alert"].search(domain, order="id")

    def test_a_device_that_says_goodbye_is_one_alert_that_clears_when_it_is_back(self):
        self.live(self.sensor, online=False)
        self.evaluate()
        alert = self.alerts(self.sensor)
        self.assertEqual((alert.kind, alert.alert_type), ("offline", "device_offline"))
        self.assertEqual((alert.severity, alert.state), ("high", "new"))
        self.assertIn("no sign of life since", alert.message)
        self.evaluate(minutes=30)
        self.assertEqual(len(self.alerts(self.sensor)), 1, "no second one for its data")
        self.hear(self.sensor)
        self.evaluate()
        self.assertFalse(alert.is_active)
        self.assertEqual(alert.outside_minutes, 30)

    def test_a_device_that_falls_silent_needs_no_message_to_be_told(self):
        self.live(self.sensor)
        self.evaluate(minutes=4)
        self.assertFalse(self.alerts(self.sensor))
        self.evaluate(minutes=2)
        self.assertEqual(self.alerts(self.sensor).kind, "offline")

    def test_a_device_that_is_there_but_sends_nothing_is_told_as_no_data(self):
        self.live(self.sensor)
        for _ in range(6):
            self.hear(self.sensor, sends_data=False)
            self.evaluate(minutes=1)
        alert = self.alerts(self.sensor)
        self.assertEqual((alert.kind, alert.severity), ("no_data", "medium"))
        self.assertIn("No readings since", alert.message)

    def test_a_milk_meter_that_waits_for_the_next_milking_is_no_alert(self):
        meter = self.make_device("METER", device_type="milk_meter")
        self.live(meter)
        for hours, expected in ((12, []), (5, ["no_data"])):
            self.time.tick(3600 * hours)
            self.hear(meter, sends_data=False)
            self.evaluate()
            self.assertEqual(self.alerts(meter).mapped("kind"), expected, hours)

    def test_a_silent_gateway_is_one_alert_that_lists_its_children(self):
        gateway = self.make_device("GW", device_type="gateway", offline_after=600)
        children = [
            self.make_device(f"C-{n}", gateway_id=gateway.id) for n in range(50)
        ]
        for device in (gateway, *children):
            self.live(device)
        for _ in range(15):
            self.evaluate(minutes=1)
        alert = self.alerts(gateway, *children)
        self.assertEqual(alert.device_id, gateway, "one, not fifty")
        self.assertEqual(len(alert.affected_device_ids), 50)
        self.assertIn("50 devices", alert.message)
        self.hear(gateway, *children)
        self.evaluate()
        self.assertFalse(alert.is_active)
        self.assertEqual(len(self.alerts(gateway, *children)), 1)

    def test_a_child_that_falls_silent_alone_is_its_own_alert(self):
        gateway = self.make_device("GW", device_type="gateway", offline_after=600)
        child, other = (
            self.make_device(f"C-{n}", gateway_id=gateway.id) for n in (1, 2)
        )
        for device in (gateway, child, other):
            self.live(device)
        for _ in range(8):
            self.time.tick(60)
            self.hear(gateway, other)
            self.evaluate()
        self.assertEqual(self.alerts(gateway, child, other).device_id, child)

    def test_a_battery_goes_low_rises_in_severity_and_is_changed(self):
        live = self.live(self.sensor, battery_level=15)
        self.evaluate()
        self.assertFalse(self.alerts(self.sensor), "a dip is none")
        self.hear(self.sensor)
        self.evaluate(minutes=11)
        alert = self.alerts(self.sensor).filtered(lambda a: a.kind == "battery")
        self.assertEqual((alert.severity, alert.message), ("low", "Battery at 15 %"))
        live.battery_level = 3
        self.evaluate()
        self.hear(self.sensor)
        self.evaluate(minutes=11)
        self.assertEqual((alert.severity, alert.peak_value), ("medium", 3.0))
        live.battery_level = 100
        self.evaluate()
        self.assertFalse(alert.is_active)

    def test_a_stuck_probe_names_what_it_measures(self):
        self.live(self.sensor, fault="stuck_temperature", fault_since=self.ago(0))
        self.evaluate()
        alert = self.alerts(self.sensor)
        self.assertEqual(alert.message, "Temperature: the value is stuck")
        self.assertEqual((alert.kind, alert.reading_type), ("stuck", "temperature"))

    def test_a_certificate_that_expires_is_told_more_and_more_severely(self):
        self.live(self.sensor)
        severities = []
        for days in (40, 29, 6, 0.5):
            self.sensor.certificate_expires_at = fields.Datetime.add(
                fields.Datetime.now(), days=days
            )
            self.evaluate()
            severities += self.alerts(self.sensor).mapped("severity")
        self.assertEqual(severities, ["low", "high", "critical"])
        self.assertEqual(len(self.alerts(self.sensor)), 1)

    def test_a_device_out_of_service_is_not_told(self):
        self.live(self.sensor, online=False)
        self.sensor.state = "maintenance"
        self.evaluate(minutes=60)
        self.assertFalse(self.alerts(self.sensor))

    def test_an_alert_ends_when_its_device_goes_out_of_service(self):
        self.live(self.sensor, online=False)
        self.evaluate()
        self.sensor.state = "maintenance"
        self.env["iot.alert"]._cron_evaluate_rules()
        alert = self.alerts(self.sensor)
        self.assertEqual((alert.state, alert.is_active), ("resolved", False))

    # How fast a value moves -------------------------------------------------------

    def measure(self, *readings):
        """``(minute, °C), …``"""
        self.env["iot.store"]._insert(
            [self.sample(value, NOW + minute * MINUTE) for minute, value in readings]
        )

    def test_a_value_that_moves_fast_within_its_limits_is_told(self):
        rule = self.env["iot.threshold"].create(
            {
                "name": "Rises",
                "kind": "rate",
                "reading_type": "temperature",
                "device_id": self.sensor.id,
                "max_value": 1.0,
                "window_minutes": 10,
            }
        )
        live = self.live(self.sensor)
        for minute in range(20):
            self.measure((minute, 3.0 + (0.05 if minute < 10 else 0.15) * minute))
            self.hear(self.sensor)
            self.assertTrue(live.value_time)
            self.evaluate(minutes=1)
        alert = self.alerts(self.sensor)
        self.assertEqual(alert.threshold_id, rule)
        self.assertEqual(alert.alert_type, "rising_temperature")
        self.assertIn("Temperature rose by", alert.message)
        self.assertIn("within 10 min", alert.message)
