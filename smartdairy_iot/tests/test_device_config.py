from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .control import TECHNICIAN, TOPIC, VIEWER, ControlCase


@tagged("post_install", "-at_install")
class TestDeviceConfig(ControlCase):
    """A sensor with the settings of its type: measures every 60 s, offset 0."""

    # What it is told -------------------------------------------------------

    def test_a_changed_setting_is_published_retained_with_version_and_hash(self):
        config = self.set_values(interval_seconds=30)
        self.send_due()
        (told,) = self.told
        self.assertEqual((told.topic, told.retain), (TOPIC, True))
        (message,) = self.messages()
        self.assertEqual(message["version"], 1)
        self.assertEqual(message["hash"], config.reference)
        self.assertEqual(
            message["settings"], {"interval_seconds": 30, "temperature_offset": 0.0}
        )

    def test_each_device_of_its_type_has_its_own_topic_also_a_gateway(self):
        gateway = self.make_device("GW-9", device_type="gateway")
        gateway.action_send_config()
        self.send_due()
        self.assertEqual(self.told[0].topic, "smartdairy/sensors/gateway/GW-9/config")

    def retained(self):
        """``{topic: payload}`` that the broker has kept."""
        kept = {}
        for one in self.told:
            if one.retain:
                kept[one.topic] = one.payload
        return {topic: payload for topic, payload in kept.items() if payload}

    def test_nothing_is_kept_for_a_device_that_was_deleted(self):
        self.set_values(interval_seconds=30)
        self.send_due()
        self.assertIn(TOPIC, self.retained())
        self.sensor.unlink()
        self.send_due()
        self.assertFalse(self.retained())
        self.assertFalse(self.env["iot.retained.config"].search([]))

    def test_what_is_to_be_forgotten_waits_for_a_broker_that_is_away(self):
        self.set_values(interval_seconds=30)
        self.send_due()
        self.sensor.unlink()
        self.is_away = True
        self.send_due()
        self.assertIn(TOPIC, self.retained())
        self.is_away = False
        self.send_due()
        self.assertFalse(self.retained())

    def test_a_device_with_another_id_is_told_there_and_no_longer_at_the_old_one(self):
        self.set_values(interval_seconds=30)
        self.send_due()
        self.sensor.device_id = "TEST-9"
        self.send_due()
        self.assertEqual(list(self.retained()), [TOPIC.replace("TEST-1", "TEST-9")])

    def test_the_gateway_that_a_device_has_left_keeps_nothing_of_it(self):
        first, second = (
            self.make_device(f"GW-{n}", device_type="gateway") for n in (1, 2)
        )
        self.sensor.gateway_id = first
        self.set_values(interval_seconds=30)
        self.send_due()
        self.sensor.gateway_id = second
        self.send_due()
        child = "smartdairy/gateway/%s/children/TEST-1/config"
        self.assertEqual(set(self.retained()), {TOPIC, child % "GW-2"})
        self.sensor.gateway_id = first
        self.sensor.gateway_id = second
        self.send_due()
        self.assertEqual(set(self.retained()), {TOPIC, child % "GW-2"})

    def test_the_devices_of_a_gateway_that_was_deleted_keep_their_own(self):
        gateway = self.make_device("GW-1", device_type="gateway")
        self.sensor.gateway_id = gateway
        self.set_values(interval_seconds=30)
        self.send_due()
        gateway.unlink()
        self.send_due()
        self.assertEqual(list(self.retained()), [TOPIC])

    def test_a_device_behind_a_gateway_is_told_through_it_as_well(self):
        first = self.make_device("GW-1", device_type="gateway")
        child = self.make_device("HUM-1", device_type="humidity", gateway_id=first.id)
        child.config_values = {"interval_seconds": 30}
        self.send_due()
        self.assertEqual(
            [(one.topic, one.retain) for one in self.told],
            [
                ("smartdairy/sensors/humidity/HUM-1/config", True),
                ("smartdairy/gateway/GW-1/children/HUM-1/config", True),
            ],
        )
        child.gateway_id = self.make_device("GW-2", device_type="gateway")
        self.send_due()
        topic = "smartdairy/gateway/GW-2/children/HUM-1/config"
        self.assertEqual(self.messages(topic)[0]["version"], 2)

    def test_saving_the_same_values_again_tells_nothing(self):
        first = self.set_values(interval_seconds=30)
        self.assertEqual(self.set_values(interval_seconds=30), first)

    def test_taking_a_value_away_goes_back_to_the_default(self):
        self.set_values(interval_seconds=30)
        self.set_values(interval_seconds=None)
        self.send_due()
        self.assertEqual(self.messages()[-1]["settings"]["interval_seconds"], 60)
        self.assertFalse(self.sensor.config_values)

    def test_of_two_changes_before_the_broker_took_one_only_the_newer_is_told(self):
        old = self.set_values(interval_seconds=30)
        new = self.set_values(interval_seconds=20)
        self.send_due()
        self.assertEqual(old.state, "superseded")
        self.assertEqual([m["version"] for m in self.messages()], [2])
        self.assertEqual(new.state, "sent")

    def test_a_draft_and_a_retired_device_are_told_nothing(self):
        for state in ("draft", "retired"):
            device = self.make_device(f"D-{state}", state=state)
            device.config_values = {"interval_seconds": 30}
            self.assertFalse(device.config_ids)
            with self.assertRaises(UserError):
                device.action_send_config()

    def test_a_device_that_speaks_another_grammar_has_no_settings_of_its_type(self):
        profile = self.env.ref("smartdairy_iot.profile_zigbee2mqtt")
        device = self.make_device("ZB-1", profile_id=profile.id)
        self.assertFalse(device.config_form)
        with self.assertRaises(UserError):
            device.action_send_config()

    # What is refused -------------------------------------------------------

    def test_a_value_beyond_the_limits_is_refused_naming_device_setting_and_limit(self):
        with self.assertRaisesRegex(ValidationError, "TEST-1.*Measures Every.*5"):
            self.set_values(interval_seconds=1)
        self.assertFalse(self.sensor.config_ids)

    def test_a_value_of_another_kind_and_an_unknown_setting_are_refused(self):
        for values in ({"interval_seconds": "often"}, {"colour": "blue"}, ["x"]):
            with self.assertRaises(ValidationError):
                self.sensor.config_values = values

    def test_of_several_devices_written_at_once_each_is_checked(self):
        both = self.sensor | self.make_device("HUM-1", device_type="humidity")
        for values in ({"interval_seconds": 1}, {"temperature_offset": 0.5}):
            with self.assertRaises(ValidationError):
                both.config_values = values
        both.config_values = {"interval_seconds": "30"}
        self.assertEqual(both.mapped("config_values"), [{"interval_seconds": 30}] * 2)

    def test_a_new_device_is_checked_as_well(self):
        with self.assertRaises(ValidationError):
            self.make_device("NEW-1", config_values={"interval_seconds": 1})

    # Who -------------------------------------------------------

    def test_a_viewer_reads_and_sends_nothing(self):
        config = self.set_values(interval_seconds=30)
        viewer = self.make_user("viewer", VIEWER)
        self.assertEqual(config.with_user(viewer).version, 1)
        for attempt in (
            lambda: self.sensor.with_user(viewer).action_send_config(),
            lambda: self.sensor.with_user(viewer).write({"config_values": {}}),
            lambda: config.with_user(viewer).write({"state": "applied"}),
            lambda: self.env["iot.device.config.bulk"].with_user(viewer).create({}),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_a_technician_sends_and_cannot_write_what_came_of_it(self):
        technician = self.make_user("tech", TECHNICIAN)
        self.sensor.with_user(technician).action_send_config()
        config = self.sensor.current_config_ids
        self.assertEqual(config.create_uid, technician)
        with self.assertRaises(AccessError):
            config.with_user(technician).state = "applied"

    def test_nobody_sees_the_configurations_of_a_farm_that_is_closed_to_them(self):
        self.set_values(interval_seconds=30)
        technician = self.make_user("tech", TECHNICIAN)
        self.farm.user_ids = self.env.user
        configs = self.env["iot.device.config"].with_user(technician)
        self.assertFalse(configs.search([("device_id", "=", self.sensor.id)]))
        with self.assertRaises(AccessError):
            self.sensor.with_user(technician).action_send_config()

    def test_devices_are_found_by_what_became_of_their_configuration(self):
        device = self.env["iot.device"]
        waiting = [("config_state", "in", ("queued", "sent"))]
        never = [("config_state", "=", False), ("id", "=", self.sensor.id)]
        self.assertEqual(device.search(never), self.sensor)
        self.set_values(interval_seconds=30)
        self.assertIn(self.sensor, device.search(waiting))
        self.assertFalse(device.search(never))
