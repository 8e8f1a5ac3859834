from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .control import TECHNICIAN, VIEWER, ControlCase

TOPIC = "smartdairy/sensors/temperature/TEST-1/config"


@tagged("post_install", "-at_install")
class TestDeviceConfig(ControlCase):
    """A sensor with the settings of its type: measures every 60 s, offset 0."""

    def set_values(self, **values):
        self.sensor.config_values = values
        return self.sensor.current_config_ids

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

    # States -------------------------------------------------------

    def test_an_offline_device_is_waited_for_and_never_said_to_have_it(self):
        self.set_online(self.sensor, False)
        config = self.set_values(interval_seconds=30)
        self.assertIn("Waiting for the broker", self.sensor.config_status)
        self.send_due()
        self.env.invalidate_all()
        self.assertEqual(config.state, "sent")
        self.assertIn("Waiting for the device", self.sensor.config_status)
        self.assertFalse(config.answered_at)

    def test_the_answer_with_the_hash_closes_it_with_the_time(self):
        config = self.set_values(interval_seconds=30)
        self.send_due()
        self.answer({"hash": config.reference, "status": "applied"})
        self.assertEqual(config.state, "applied")
        self.assertTrue(config.answered_at)
        self.assertFalse(self.rejected("TEST-1"))

    def test_a_refusal_is_shown_with_its_reason(self):
        config = self.set_values(interval_seconds=30)
        self.send_due()
        self.answer(
            {"hash": config.reference, "status": "refused", "reason": "battery low"}
        )
        self.assertEqual(config.state, "refused")
        self.assertIn("battery low", self.sensor.config_status)

    def test_an_answer_to_an_older_version_changes_nothing_and_is_counted(self):
        old = self.set_values(interval_seconds=30)
        self.send_due()
        new = self.set_values(interval_seconds=20)
        self.send_due()
        self.answer({"hash": old.reference, "status": "applied"})
        self.assertEqual((old.state, new.state), ("superseded", "sent"))
        self.assertEqual(self.rejected("TEST-1").count, 1)
        self.assertEqual(self.line.counters.rejected, 1)

    def test_the_answer_of_another_device_changes_nothing_and_is_counted(self):
        other = self.make_device("TEST-2")
        self.refresh_devices()
        config = self.set_values(interval_seconds=30)
        self.send_due()
        self.answer({"hash": config.reference, "status": "applied"}, other)
        self.assertEqual(config.state, "sent")
        self.assertEqual(self.rejected("TEST-2").count, 1)

    def test_the_same_answer_delivered_twice_is_no_mistake(self):
        config = self.set_values(interval_seconds=30)
        self.send_due()
        for _twice in range(2):
            self.answer({"hash": config.reference, "status": "applied"})
        self.assertEqual(config.state, "applied")
        self.assertFalse(self.rejected("TEST-1"))

    def test_an_answer_that_was_stored_before_a_crash_is_applied_after_it(self):
        config = self.set_values(interval_seconds=30)
        self.send_due()
        self.env["iot.device.answer"].create(
            {
                "kind": "config",
                "device_ref": "TEST-1",
                "reference": config.reference,
                "status": "applied",
                "received_at": fields.Datetime.now(),
            }
        )
        self.env.flush_all()
        self.line = self.make_line()
        self.refresh_devices()
        self.run_line()
        self.assertEqual(config.state, "applied")
        self.assertFalse(self.env["iot.device.answer"].search([]))

    def test_an_answer_that_cannot_be_applied_does_not_hold_up_the_next(self):
        other = self.make_device("TEST-2")
        other.config_values = {"interval_seconds": 30}
        config = self.set_values(interval_seconds=30)
        self.send_due()
        take = type(config)._take_answer

        def fail(row, answer):
            if row.device_id == other:
                raise ZeroDivisionError
            return take(row, answer)

        self.patch(self.registry["iot.device.config"], "_take_answer", fail)
        answers = self.env["iot.device.answer"].create(
            [
                {
                    "kind": "config",
                    "device_ref": device.device_id,
                    "reference": device.current_config_ids.reference,
                    "status": "applied",
                    "received_at": fields.Datetime.now(),
                }
                for device in (other, self.sensor)
            ]
        )
        with mute_logger("odoo.addons.smartdairy_iot.models.iot_device_answer"):
            self.env["iot.device.answer"]._apply_all()
        self.assertEqual(config.state, "applied")
        self.assertFalse(answers.exists())

    def test_readings_go_on_while_answers_cannot_be_applied(self):
        config = self.set_values(interval_seconds=30)
        self.send_due()

        def fail(_self):
            raise RuntimeError("not now")

        with self.subTest("broken"):
            self.patch(self.registry["iot.device.answer"], "_apply_all", fail)
            self.publish({"temperature": 3.8, "timestamp": self.ago(seconds=5)})
            self.answer({"hash": config.reference, "status": "applied"})
            self.assertEqual(self.line.counters.stored, 1)
            self.assertEqual(len(self.broker.acked), 2)
        self.assertEqual(config.state, "sent")

    def test_what_nobody_answered_within_a_week_has_expired_and_may_still_come(self):
        config = self.set_values(interval_seconds=30)
        self.send_due()
        config.expires_at = fields.Datetime.now() - timedelta(hours=1)
        self.send_due()
        self.assertEqual(config.state, "expired")
        self.answer({"hash": config.reference, "status": "applied"})
        self.assertEqual(config.state, "applied")

    def test_what_the_broker_keeps_for_a_device_goes_when_it_is_retired(self):
        self.set_values(interval_seconds=30)
        self.send_due()
        self.sensor.action_retire()
        self.send_due()
        self.assertEqual(self.told[-1], (TOPIC, b"", True, 0))
        self.assertIn("Taken back", self.sensor.config_status)

    # The broker -------------------------------------------------------

    def test_a_broker_that_is_away_is_tried_again_and_nothing_is_lost(self):
        config = self.set_values(interval_seconds=30)
        self.is_away = True
        self.send_due()
        self.assertEqual(config.state, "queued")
        self.assertTrue(config.next_try_at)
        self.assertIn("nobody is there", self.sensor.config_status)
        self.is_away = False
        config.next_try_at = fields.Datetime.now()
        self.send_due()
        self.assertEqual(config.state, "sent")
        self.assertFalse(config.error)

    def test_a_broker_that_refuses_is_given_up_and_says_why(self):
        config = self.set_values(interval_seconds=30)
        self.refusal = "Not authorized"
        for _attempt in range(6):
            config.next_try_at = False
            self.send_due()
        self.assertEqual(config.state, "failed")
        self.assertEqual(config.error, "Not authorized")

    # Profiles -------------------------------------------------------

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
