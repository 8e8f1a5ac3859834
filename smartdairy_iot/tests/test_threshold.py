from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import IotCase


@tagged("post_install", "-at_install")
class TestThreshold(IotCase):
    def band(self, location_type=None):
        device = self.env["iot.device"]._get_listener_map()["TEST-1"]
        limits = device.limits_at(location_type).get("temperature", ())
        return [(limit.low, limit.high) for limit in limits]

    def make(self, **vals):
        return self.env["iot.threshold"].create(
            {
                "name": "Mine",
                "reading_type": "temperature",
                "max_value": 50.0,
                **vals,
            }
        )

    def test_the_specifications_bands_are_data(self):
        bands = {
            "raw_milk": (2, 4),
            "pasteurized": (0, 4),
            "transport": (0, 7),
            "storage": (2, 6),
            "default": (0, 8),
        }
        for location_type, band in bands.items():
            self.assertEqual(self.band(location_type), [band], location_type)

    def test_a_rule_for_the_device_wins_over_its_place(self):
        self.make(device_id=self.sensor.id)
        self.assertEqual(self.band(), [(None, 50.0)])

    def test_a_rule_for_the_place_wins_over_one_for_all(self):
        self.make()
        self.assertEqual(self.band(), [(2, 6)])

    def test_a_rule_that_is_switched_off_no_longer_applies(self):
        rule = self.make(device_id=self.sensor.id)
        rule.is_active = False
        self.assertEqual(self.band(), [(2, 6)])

    def test_the_cooldown_follows_the_severity_and_can_be_edited(self):
        minutes = {
            severity: self.make(severity=severity).cooldown_minutes
            for severity in ("low", "medium", "high", "critical")
        }
        self.assertEqual(minutes, {"low": 60, "medium": 30, "high": 15, "critical": 5})
        self.assertEqual(self.make(cooldown_minutes=7).cooldown_minutes, 7)

    def test_a_rule_that_leaves_no_value_inside_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "leaves no value inside"):
            self.make(use_min=True, min_value=60.0)
        with self.assertRaisesRegex(ValidationError, "neither a minimum nor"):
            self.make(use_max=False)
