from datetime import timedelta
from unittest.mock import patch

import psycopg2

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from .common import NOW
from .quarantine import QuarantineCase


@tagged("post_install", "-at_install")
class TestQuarantineRegister(QuarantineCase):
    # Registered by one button ---------------------------------------------------------

    def test_one_button_registers_and_takes_the_readings_over(self):
        self.quarantine._record(self.readings(120))
        action = self.found().action_register()
        self.assertEqual(
            self.message_of(action), "TEMP-9 registered: 120 readings taken over"
        )
        device = self.found().device_id
        self.assertEqual(
            (device.device_id, device.device_type, device.state, device.farm_id),
            ("TEMP-9", "temperature", "active", self.farm),
        )
        self.assertEqual((self.found().state, self.found().kept), ("registered", 0))
        self.assertEqual(len(self.stored()), 120)
        self.assertEqual(device.live_ids.last_values, {"temperature": 3.0})
        self.assertFalse(device.is_online, "its last message is months old")
        with self.assertRaises(UserError):
            self.found().action_register()

    def test_a_registered_device_follows_its_profile_where_nothing_else_is_said(self):
        profile = self.env["iot.device.profile"].create(
            {
                "name": "Milk probe",
                "device_type": "temperature",
                "location_type": "raw_milk",
            }
        )
        self.quarantine._record(self.readings(1))
        line = self.env["iot.discovered.device.register"]._prepare(self.found())
        line.write({"profile_id": profile.id, "farm_id": self.farm.id})
        line.action_register()
        device = self.found().device_id
        self.assertEqual((device.location_type, device.own_fields), ("raw_milk", False))

    def test_a_device_that_others_cannot_see_yet_is_not_put_into_their_cache(self):
        self.quarantine._record(self.readings(1))
        devices = type(self.env["iot.device"])
        with patch.object(devices, "_make_listener_map") as shared:
            self.found().action_register()
        shared.assert_not_called()
        self.assertEqual(len(self.stored()), 1)

    def test_a_bad_message_among_the_kept_is_refused_alone(self):
        bad = [
            self.stranger({"temperature": 9999}),
            self.stranger({"humidity": 50}),
            self.stranger([{"temperature": 4, "timestamp": 1767592800}, 7]),
        ]
        self.quarantine._record([*self.readings(5), *bad])
        action = self.found().action_register()
        self.assertEqual(
            self.message_of(action),
            "TEMP-9 registered: 6 readings taken over,"
            " 3 refused (see Rejected Messages)",
        )
        self.assertEqual(action["params"]["type"], "warning")
        reasons = ["missing_value", "out_of_range", "wrong_shape"]
        self.assertEqual(self.rejected(), [(reason, 1) for reason in reasons])

    def test_a_reading_that_the_store_refuses_is_rejected_alone(self):
        store = type(self.env["iot.store"])
        insert = store._insert

        def refuse_four(self, samples):
            if any(sample.values["temperature"] == 4 for sample in samples):
                raise psycopg2.DataError("value out of range")
            return insert(self, samples)

        self.quarantine._record(self.readings(7))
        with patch.object(store, "_insert", refuse_four):
            self.found().action_register()
        self.assertEqual(len(self.stored()), 6)
        self.assertEqual(self.rejected(), [("store_refused", 1)])

    def test_a_replay_cut_off_and_repeated_gives_identical_rows(self):
        together = [self.stranger({"temperature": value}) for value in (3, 4, 5)]
        strangers = [*self.readings(50), *together]
        self.quarantine._record(strangers)
        self.found().action_register()
        rows = self.stored()
        self.assertEqual(len(rows), 53, "also those that arrived at the same instant")
        self.quarantine._record(strangers)
        self.quarantine._replay_known()
        self.assertEqual(self.stored(), rows)
        self.assertFalse(self.quarantine.search([]))

    def test_an_alarm_in_quarantine_is_judged_by_the_rules(self):
        self.quarantine._record([self.stranger({"temperature": 30})])
        self.quarantine._record(
            [self.stranger({"temperature": 3}, NOW + timedelta(minutes=5))]
        )
        rules = self.env["iot.alert"]
        with patch.object(type(rules), "_wake_rules") as wake:
            self.found().action_register()
        wake.assert_called_once()
        self.env["iot.alert"]._cron_evaluate_rules()
        (alert,) = self.found().device_id.alert_ids
        self.assertEqual(
            (alert.alert_type, alert.is_active), ("high_temperature", False)
        )

    def test_what_cannot_be_derived_is_asked(self):
        self.farm.copy({"name": "Other Farm"})
        self.quarantine._record(self.readings(2))
        action = self.found().action_register()
        self.assertEqual(action["target"], "new")
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        with Form(dialog) as form:
            form.farm_id = self.farm
            form.location_type = "raw_milk"
        self.assertIn("2 readings", self.message_of(dialog.action_register()))
        device = self.found().device_id
        self.assertEqual(
            (device.farm_id, device.location_type), (self.farm, "raw_milk")
        )

    def test_several_are_registered_in_one_go(self):
        other = self.farm.copy({"name": "Other Farm"})
        for number in range(3):
            self.quarantine._record(self.readings(10, f"T-{number}"))
        action = self.discovered.search([]).action_register()
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        with Form(dialog) as form:
            form.farm_id = other
            with form.line_ids.edit(0) as line:
                line.name = "Cooling Tank 1"
        self.assertEqual(
            self.message_of(dialog.action_register()),
            "3 devices registered: 30 readings taken over",
        )
        devices = self.discovered.search([]).device_id
        self.assertEqual(devices.farm_id, other)
        self.assertIn("Cooling Tank 1", devices.mapped("name"))

    def test_a_topic_with_no_usable_device_id_is_told(self):
        self.quarantine._record(self.readings(1, "TEMP 9"))
        with self.assertRaisesRegex(ValidationError, "TEMP 9 cannot be a device ID"):
            self.found("TEMP 9").action_register()

    # Gateways -------------------------------------------------------------------------

    def test_an_unknown_child_of_a_gateway_takes_the_farm_of_its_gateway(self):
        self.farm.copy({"name": "Other Farm"})
        gateway = self.make_device("GW-9", device_type="gateway")
        self.quarantine._record([self.child(humidity=70), self.child(humidity=999)])
        found = self.found("HUM-9")
        self.assertEqual((found.gateway_id, found.farm_id), (gateway, self.farm))
        action = found.action_register()
        self.assertIn("1 reading taken over, 1 refused", self.message_of(action))
        self.assertEqual(found.device_id.gateway_id, gateway)
        self.assertEqual(self.rejected(), [("out_of_range", 1)])

    def test_the_children_of_a_gateway_just_registered_are_discovered_in_turn(self):
        whole = {"readings": [{"device_id": "HUM-9", "humidity": 70}]}
        topic = "smartdairy/gateway/GW-9/data"
        self.quarantine._record(
            [self.stranger(whole, ref="GW-9", device_type="gateway", topic=topic)]
        )
        self.found("GW-9").action_register()
        child = self.found("HUM-9")
        self.assertEqual(child.gateway_id, self.found("GW-9").device_id)
        self.assertEqual((child.kept, child.device_type), (1, "humidity"))

    def test_a_child_unknown_to_two_gateways_is_two_discoveries(self):
        self.make_device("GW-8", device_type="gateway")
        self.make_device("GW-9", device_type="gateway")
        both = [
            self.child(gateway=gateway, humidity=70) for gateway in ("GW-8", "GW-9")
        ]
        self.quarantine._record(both)
        self.quarantine._record(both)
        self.assertEqual(self.found("HUM-9").mapped("count"), [2, 2])

    def test_the_child_of_a_gateway_deleted_meanwhile_is_a_rejected_message(self):
        self.assertEqual(self.quarantine._record([self.child(gateway="GONE")]), 1)
        self.assertFalse(self.found("HUM-9"))

    def test_the_devices_of_a_profile_deleted_meanwhile_are_rejected_messages(self):
        profile = self.make_profile([{"expression": "t", "target": "temperature"}])
        lost = self.stranger({"t": 3}, profile_id=profile.id)
        profile.unlink()
        self.assertEqual(self.quarantine._record([lost, *self.readings(1, "OK")]), 1)
        self.assertFalse(self.found())
        self.assertTrue(self.found("OK"))

    # Profiles -------------------------------------------------------------------------

    def test_a_vendors_name_for_a_device_becomes_its_key_at_the_source(self):
        profile = self.make_profile(
            [{"expression": "temp", "target": "temperature"}],
            topic="vendor/{device}",
            discover=True,
        )
        by_route = {"profile_id": profile.id, "topic": "vendor/Cooling tank 1"}
        self.quarantine._record(
            [self.stranger({"temp": 3.5}, ref="Cooling tank 1", **by_route)]
        )
        action = self.found("Cooling tank 1").action_register()
        self.assertEqual(
            self.message_of(action), "Cooling tank 1 registered: 1 reading taken over"
        )
        device = self.found("Cooling tank 1").device_id
        self.assertEqual(
            (device.device_id, device.source_key, device.profile_id),
            ("Cooling-tank-1", "Cooling tank 1", profile),
        )
        self.assertEqual(len(self.stored("Cooling-tank-1")), 1)

    def test_a_name_with_no_letter_that_an_id_may_have_gets_a_generated_id(self):
        profile = self.make_profile(
            [{"expression": "temp", "target": "temperature"}], topic="vendor/{device}"
        )
        ref = "দুধ ট্যাংক"
        self.quarantine._record(
            [self.stranger({"temp": 3}, ref=ref, profile_id=profile.id)]
        )
        self.found(ref).action_register()
        self.assertRegex(self.found(ref).device_id.device_id, "^SD-")

    def test_a_probe_takes_its_own_value_out_of_a_message_that_has_several(self):
        profile = self.make_profile(
            [
                {"expression": "a", "target": "temperature", "channel": "Probe 1"},
                {"expression": "b", "target": "temperature", "channel": "Probe 2"},
            ],
            device_type="gateway",
        )
        self.make_device("BOX", device_type="gateway", profile_id=profile.id)
        topic = "smartdairy/gateway/BOX/data"
        both = [
            self.stranger({"a": 3, "b": 4}, ref=ref, topic=topic, gateway_id="BOX")
            for ref in ("Probe 1", "Probe 2")
        ]
        self.quarantine._record(both)
        self.found("Probe 1").action_register()
        device = self.found("Probe 1").device_id
        self.assertEqual((device.device_id, device.channel), ("BOX-Probe-1", "Probe 1"))
        self.found("Probe 2").action_register()
        values = [self.stored(f"BOX-Probe-{number}")[0][1] for number in (1, 2)]
        self.assertEqual(values, [3, 4])
        self.assertEqual(self.rejected(), [])

    def test_a_sensor_with_several_probes_is_the_parent_of_those_registered(self):
        profile = self.make_profile(
            [
                {"expression": "air", "target": "temperature"},
                {"expression": "milk", "target": "temperature", "channel": "Milk"},
            ],
            device_type="temperature",
        )
        box = self.make_device("BOX", profile_id=profile.id)
        topic = "smartdairy/sensors/temperature/BOX/data"
        both = {"air": 15, "milk": 4}
        self.quarantine._record(
            [self.stranger(both, ref="Milk", topic=topic, gateway_id="BOX")]
        )
        action = self.found("Milk").action_register()
        self.assertIn("1 reading taken over", self.message_of(action))
        self.assertEqual(self.found("Milk").device_id.gateway_id, box)
        self.assertEqual([row[1] for row in self.stored("BOX-Milk")], [4])
