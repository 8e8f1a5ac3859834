from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from .common import IotCase


@tagged("post_install", "-at_install")
class TestDevice(IotCase):
    def test_the_topic_is_the_one_of_the_grammar(self):
        self.assertEqual(
            self.sensor.mqtt_topic, "smartdairy/sensors/temperature/TEST-1/data"
        )
        gateway = self.make_device("GW-1", device_type="gateway")
        self.assertEqual(gateway.mqtt_topic, "smartdairy/gateway/GW-1/data")

    def test_an_id_that_would_break_a_topic_is_refused(self):
        for device_id in ("a/b", "a+", "#", "with space", "é", "x" * 51):
            with self.assertRaisesRegex(ValidationError, "cannot be a device ID"):
                self.make_device(device_id)

    @mute_logger("odoo.sql_db")
    def test_two_devices_cannot_share_an_id(self):
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.make_device("TEST-1")

    def make_profile(self, **line):
        line = {"expression": "t", "target": "temperature", **line}
        return self.env["iot.device.profile"].create(
            {
                "name": "Vendor",
                "uses_mapping": True,
                "field_ids": [Command.create(line)],
            }
        )

    def test_a_device_that_speaks_for_itself_only_can_be_no_parent(self):
        told = "TEST-1 cannot publish for other devices"
        for profile in (self.env["iot.device.profile"], self.make_profile()):
            self.sensor.profile_id = profile
            with (
                self.assertRaisesRegex(ValidationError, told),
                self.env.cr.savepoint(),
            ):
                self.make_device("TEST-2", gateway_id=self.sensor.id)
            self.env.invalidate_all()

    def test_a_gateway_or_a_device_with_channels_can_be_a_parent(self):
        gateway = self.make_device("GW-1", device_type="gateway")
        children = self.make_profile()
        children.field_ids = [Command.create({"expression": "id", "target": "device"})]
        several = self.make_device("BOX", profile_id=children.id)
        self.sensor.profile_id = self.make_profile(channel="Probe 1")
        parents = gateway | several | self.sensor
        for number, parent in enumerate(parents):
            self.make_device(f"CHILD-{number}", gateway_id=parent.id)
        self.assertEqual(self.possible_parents(), parents.sorted("name"))

    def possible_parents(self):
        """What the form offers."""
        domain = self.env["iot.device"]._fields["gateway_id"].domain
        names = {"farm_id": self.farm.id}
        return self.env["iot.device"].search(safe_eval(domain, names))

    def test_a_parent_goes_on_speaking_for_its_children(self):
        gateway = self.make_device("GW-1", device_type="gateway")
        self.make_device("TEST-2", gateway_id=gateway.id)
        with self.assertRaisesRegex(ValidationError, "GW-1 cannot publish"):
            gateway.device_type = "temperature"
        gateway.write(
            {
                "device_type": "temperature",
                "profile_id": self.make_profile(channel="Probe 1").id,
            }
        )
        with self.assertRaisesRegex(ValidationError, "GW-1 cannot publish"):
            gateway.profile_id = False

    def test_a_profile_with_channels_is_found_by_them(self):
        plain = self.make_profile()
        channels = self.make_profile(channel="Probe 1")
        unused = self.make_profile(channel="Probe 1")
        unused.uses_mapping = False
        ours = plain | channels | unused
        for value, expected in ((True, channels), (False, plain | unused)):
            domain = [("id", "in", ours.ids), ("has_channels", "=", value)]
            self.assertEqual(ours.search(domain, order="id"), expected)

    def test_the_listener_learns_of_every_change_at_once(self):
        devices = self.env["iot.device"]._get_listener_map
        self.assertTrue(devices()["TEST-1"].is_active)
        self.sensor.action_deactivate()
        self.assertFalse(devices()["TEST-1"].is_active)
        self.farm.tz = "Asia/Dhaka"
        self.assertEqual(str(devices()["TEST-1"].tz), "Asia/Dhaka")
        self.sensor.unlink()
        self.assertNotIn("TEST-1", devices())

    def test_a_map_made_before_a_change_is_not_found_after_its_signal(self):
        """Else a device registered while the map was made would stay unknown."""
        devices = self.env["iot.device"]._get_listener_map
        self.assertTrue(devices()["TEST-1"].is_active)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE iot_device SET state = 'inactive' WHERE device_id = 'TEST-1'"
        )
        self.env.cr.execute("INSERT INTO orm_signaling_default DEFAULT VALUES")
        self.env.invalidate_all()
        self.assertFalse(devices()["TEST-1"].is_active)

    def test_a_silent_device_goes_offline_after_its_own_time(self):
        now = fields.Datetime.now()
        patient = self.make_device("TEST-2", offline_after=3600)
        for device in (self.sensor, patient):
            self.env["iot.device.state"].create(
                {
                    "device_id": device.id,
                    "is_online": True,
                    "last_seen": now - timedelta(minutes=10),
                }
            )
        self.env["iot.device.state"]._cron_detect_offline()
        self.assertFalse(self.sensor.is_online)
        self.assertTrue(patient.is_online)
        domain = [("is_online", "=", False), ("farm_id", "=", self.farm.id)]
        offline = self.env["iot.device"].search(domain)
        self.assertEqual(offline, self.sensor)
        never_seen = self.make_device("TEST-3")
        self.assertIn(never_seen, self.env["iot.device"].search(domain))

    def test_live_values_are_shown_with_their_units(self):
        self.env["iot.device.state"].create(
            {
                "device_id": self.sensor.id,
                "last_values": {"temperature": 3.8, "humidity": 81.0},
            }
        )
        self.assertEqual(self.sensor.last_reading, "3.8 °C · 81 %")
