from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from .control import TECHNICIAN, ControlCase


@tagged("post_install", "-at_install")
class TestDeviceConfigSettings(ControlCase):
    """Settings of a profile, and one value for many devices."""

    def make_profile(self):
        return self.env["iot.device.profile"].create(
            {
                "name": "Probe X",
                "device_type": "temperature",
                "setting_ids": [
                    fields.Command.create(
                        {"key": "rate", "label": "Rate", "kind": "integer", **limits}
                    )
                    for limits in ({"minimum": "1", "maximum": "9", "default": "3"},)
                ],
            }
        )

    def test_a_profile_with_settings_of_its_own_says_all_that_is_understood(self):
        self.sensor.profile_id = self.make_profile()
        self.sensor.action_send_config()
        self.send_due()
        self.assertEqual(self.messages()[-1]["settings"], {"rate": 3})

    def test_a_new_default_reaches_the_devices_that_have_no_value_of_their_own(self):
        profile = self.make_profile()
        own = self.make_device("OWN-1", profile_id=profile.id)
        own.config_values = {"rate": 7}
        usual = self.make_device("USUAL-1", profile_id=profile.id)
        usual.action_send_config()
        never = self.make_device("NEVER-1", profile_id=profile.id)
        profile.setting_ids.default = "5"
        self.assertEqual(usual.current_config_ids.settings, {"rate": 5})
        self.assertEqual(own.current_config_ids.version, 1)
        self.assertFalse(never.config_ids)

    def test_a_default_outside_its_own_limits_is_refused(self):
        profile = self.make_profile()
        with self.assertRaisesRegex(ValidationError, "Rate"):
            profile.setting_ids.default = "10"

    def test_a_profile_may_start_from_the_settings_of_its_type(self):
        profile = self.env["iot.device.profile"].create(
            {"name": "Probe Y", "device_type": "temperature"}
        )
        profile.action_copy_type_settings()
        self.assertIn("temperature_offset", profile.setting_ids.mapped("key"))

    # Many at once -------------------------------------------------------

    def test_one_setting_is_set_on_five_hundred_devices_and_keeps_their_others(self):
        devices = self.env["iot.device"].create(
            [
                {
                    "name": f"B{n}",
                    "device_id": f"BULK-{n}",
                    "device_type": "temperature" if n % 2 else "humidity",
                    "state": "active",
                    "farm_id": self.farm.id,
                }
                for n in range(500)
            ]
        )
        devices[1].config_values = {"temperature_offset": 0.5}
        technician = self.make_user("tech", TECHNICIAN)
        wizard = Form(
            self.env["iot.device.config.bulk"]
            .with_user(technician)
            .with_context(default_device_ids=devices.ids)
        )
        wizard.setting_id = wizard.known_ids[:].filtered(
            lambda s: s.key == "interval_seconds"
        )
        wizard.value = "90"
        self.assertIn("500 of 500", wizard.hint)
        action = wizard.save().action_confirm()
        configs = self.env["iot.device.config"].search(action["domain"])
        self.assertEqual(configs.device_id, devices)
        self.send_due()
        self.assertEqual(set(configs.mapped("state")), {"sent"})
        self.assertEqual(
            devices[1].current_config_ids.settings,
            {"interval_seconds": 90, "temperature_offset": 0.5},
        )

    def test_a_bulk_value_that_cannot_be_changes_no_device(self):
        wizard = self.env["iot.device.config.bulk"].create(
            {
                "device_ids": self.sensor.ids,
                "setting_id": self.env.ref(
                    "smartdairy_iot.setting_temperature_interval_seconds"
                ).id,
                "value": "1",
            }
        )
        with self.assertRaises(ValidationError):
            wizard.action_confirm()
        self.assertFalse(self.sensor.config_values)
