import json
from datetime import timedelta
from unittest.mock import patch

import psycopg2

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged

from ..ingest import quarantine
from ..ingest.message import Stranger
from ..models import iot_discovered_device
from .common import NOW, IotCase


@tagged("post_install", "-at_install")
class TestQuarantine(IotCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.quarantine = cls.env["iot.quarantined.message"]
        cls.discovered = cls.env["iot.discovered.device"]
        cls.farm.search([("id", "!=", cls.farm.id)]).active = False
        cls.discovered.search([]).unlink()
        cls.env["iot.rejected.message"].search([]).unlink()

    def stranger(
        self, payload, at=NOW, ref="TEMP-9", device_type="temperature", **vals
    ):
        topic = f"smartdairy/sensors/{device_type}/{ref}/data"
        raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        return Stranger(ref, vals.pop("topic", topic), raw, at, device_type, **vals)

    def readings(self, count, ref="TEMP-9", first=NOW, **vals):
        """One a second, none with a timestamp of its own."""
        return [
            self.stranger(
                {"temperature": 3 + number % 7},
                first + timedelta(seconds=number, microseconds=number),
                ref,
                **vals,
            )
            for number in range(count)
        ]

    def child(self, ref="HUM-9", gateway="GW-9", **record):
        payload = {"readings": [{"device_id": ref, **record}]}
        topic = f"smartdairy/gateway/{gateway}/data"
        return self.stranger(
            payload, ref=ref, device_type="humidity", gateway_id=gateway, topic=topic
        )

    def found(self, ref="TEMP-9"):
        return self.discovered.search([("device_ref", "=", ref)])

    def stored(self, device_id="TEMP-9"):
        return self.rows(
            "SELECT time, temperature_celsius, is_alarm, quality"
            " FROM temperature_readings WHERE device_id = %s ORDER BY time",
            device_id,
        )

    def rejected(self):
        rows = self.env["iot.rejected.message"].search([], order="reason")
        return [(row.reason, row.count) for row in rows]

    def message_of(self, action):
        self.assertEqual(action["tag"], "display_notification")
        return action["params"]["message"]

    # Kept, and bounded ----------------------------------------------------------------

    def test_an_unknown_device_is_discovered_with_what_it_sent(self):
        self.quarantine._record(self.readings(3))
        found = self.found()
        self.assertEqual((found.count, found.kept), (3, 3))
        self.assertEqual(
            (found.device_type, found.state), ("temperature", "discovered")
        )
        self.assertEqual(found.topic, "smartdairy/sensors/temperature/TEMP-9/data")
        self.assertEqual(json.loads(found.payload_pretty), {"temperature": 5})
        received = found.message_ids.mapped("received_at")
        self.assertEqual([at.microsecond for at in received], [2, 1, 0])
        self.assertEqual(self.rejected(), [])

    def test_of_each_device_the_newest_thousand_messages_are_kept(self):
        self.quarantine._record(self.readings(700))
        self.quarantine._record(self.readings(700, first=NOW + timedelta(hours=1)))
        found = self.found()
        self.assertEqual((found.count, found.kept), (1400, 1000))
        oldest = min(found.message_ids.mapped("received_at"))
        self.assertEqual(oldest.replace(microsecond=0).minute, 400 // 60)

    def test_what_a_batch_pushes_out_again_is_never_inserted(self):
        self.quarantine._record(self.readings(2000))
        found = self.found()
        self.assertEqual((found.count, found.kept), (2000, 1000))
        ids = found.message_ids.ids
        self.assertEqual(max(ids) - min(ids), 999)

    def test_long_messages_take_the_place_of_several(self):
        long = {"temperature": 3, "note": "x" * 60_000}
        self.quarantine._record([self.stranger(long) for _ in range(100)])
        self.assertEqual(self.found().kept, 1000 // 15 + 1)
        self.assertLessEqual(len(self.found().payload), 2000)

    def test_too_many_unknown_devices_are_rejected_messages_as_before(self):
        many = [self.stranger({"temperature": 3}, ref=f"X-{n}") for n in range(6)]
        with patch.object(iot_discovered_device, "MAX_DEVICES", 4):
            self.assertEqual(self.quarantine._record(many), 2)
            self.assertEqual(self.quarantine._record(many), 2, "the first are known")
            self.found("X-0").action_ignore()
            self.assertEqual(self.quarantine._record(many), 1, "ignored: room for one")
        rejected = self.env["iot.rejected.message"].search([], order="topic")
        self.assertEqual(set(rejected.mapped("reason")), {"unknown_device"})
        self.assertEqual(rejected.mapped("count"), [2, 3])

    def test_a_name_that_no_column_can_hold_is_a_rejected_message(self):
        for ref in ("", "\0", "\ud800", "x" * 200):
            self.assertFalse(quarantine.is_usable(ref))
            topic = "smartdairy/gateway/GW/data"
            self.quarantine._record([self.stranger({}, ref=ref, topic=topic)])
        self.assertEqual(self.rejected(), [("unknown_device", 4)])

    def test_an_ignored_device_is_counted_and_not_kept(self):
        self.quarantine._record(self.readings(2))
        self.found().action_ignore()
        self.quarantine._record(self.readings(3))
        found = self.found()
        self.assertEqual((found.state, found.count, found.kept), ("ignored", 5, 2))
        self.assertNotIn(found, self.discovered.search([("state", "=", "discovered")]))
        self.assertIn(found, self.discovered.search([("state", "!=", "discovered")]))
        self.quarantine._gc_quarantined()
        self.assertEqual(found.kept, 0, "what it sent before is dropped within a day")
        found.action_stop_ignoring()
        self.quarantine._record(self.readings(3))
        self.assertEqual((found.state, found.kept), ("discovered", 3))

    def test_after_thirty_days_nothing_is_left(self):
        now = self.env.cr.now().replace(tzinfo=NOW.tzinfo)
        old = now - timedelta(days=31)
        self.quarantine._record([self.stranger({"temperature": 3}, old, "OLD")])
        self.quarantine._record([self.stranger({"temperature": 3}, old)])
        self.quarantine._record([self.stranger({"temperature": 3}, now)])
        self.quarantine._gc_quarantined()
        self.discovered._gc_silent()
        self.assertFalse(self.found("OLD"))
        self.assertEqual(self.found().kept, 1)

    def test_deleting_a_discovered_device_deletes_its_messages(self):
        self.quarantine._record(self.readings(3))
        self.found().unlink()
        self.assertFalse(self.quarantine.search([]))

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

    # Profiles -------------------------------------------------------------------------

    @classmethod
    def make_profile(cls, lines, **vals):
        fields = [Command.create(line) for line in lines]
        return cls.env["iot.device.profile"].create(
            {"name": "Vendor", "uses_mapping": True, "field_ids": fields, **vals}
        )

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

    # Registered by hand ---------------------------------------------------------------

    def test_what_was_registered_by_hand_is_picked_up_once_it_is_active(self):
        self.quarantine._record(self.readings(5))
        device = self.make_device("TEMP-9", state="draft")
        self.assertEqual(self.quarantine._replay_known(), 0)
        device.action_register()
        device.action_activate()
        self.assertEqual(self.quarantine._replay_known(), 1)
        self.assertEqual(
            (self.found().state, self.found().device_id), ("registered", device)
        )
        self.assertEqual((len(self.stored()), self.found().kept), (5, 0))

    def test_stragglers_are_picked_up_and_never_set_the_live_state_back(self):
        self.quarantine._record(self.readings(1))
        self.found().action_register()
        device = self.found().device_id
        late = {"temperature": 9, "battery": 10}
        self.quarantine._record([self.stranger(late, NOW - timedelta(hours=1))])
        device.live_ids.write({"is_online": True, "battery_level": 90})
        self.quarantine._replay_known()
        live = device.live_ids
        self.assertEqual(live.last_values, {"temperature": 3.0})
        self.assertEqual((live.is_online, live.battery_level), (True, 90))
        self.assertEqual(len(self.stored()), 2)

    def test_nothing_to_do_is_one_query(self):
        self.env.flush_all()
        with self.assertQueryCount(1):
            self.assertEqual(self.quarantine._replay_known(), 0)

    def test_a_device_that_was_deleted_is_discovered_anew(self):
        self.quarantine._record(self.readings(1))
        self.found().action_register()
        self.found().device_id.unlink()
        self.quarantine._record(self.readings(1))
        self.assertEqual((self.found().state, self.found().kept), ("discovered", 1))

    # From the wrong side --------------------------------------------------------------

    def test_only_administrators_see_and_decide(self):
        user = self.make_user("quarantine-user", "smartdairy_iot.group_iot_user")
        self.quarantine._record(self.readings(1))
        for model in (self.discovered, self.quarantine):
            with self.assertRaises(AccessError):
                model.with_user(user).search([])
        found = self.found().with_user(user)
        for action in (found.action_register, found.action_ignore, found.unlink):
            with self.assertRaises(AccessError):
                action()
        self.assertEqual((self.found().state, self.found().kept), ("discovered", 1))

    def test_an_administrator_registers_ignores_and_deletes(self):
        manager = self.make_user(
            "quarantine-manager", "smartdairy_iot.group_iot_manager"
        )
        for ref in ("A", "B", "C"):
            self.quarantine._record(self.readings(2, ref))
        as_manager = self.discovered.with_user(manager)
        (a, b, c) = as_manager.search([], order="device_ref")
        self.assertIn("2 readings", self.message_of(a.action_register()))
        b.action_ignore()
        c.unlink()
        self.assertEqual((a.state, b.state), ("registered", "ignored"))
        with self.assertRaises(AccessError):
            a.write({"device_ref": "Z"})

    def test_what_another_companys_gateway_hears_is_not_shown(self):
        company = self.env["res.company"].create({"name": "Other Dairy"})
        farm = self.farm.copy({"name": "Theirs", "company_id": company.id})
        self.make_device("GW-9", device_type="gateway", farm_id=farm.id)
        self.quarantine._record([self.child(humidity=70)])
        manager = self.make_user("one-company", "smartdairy_iot.group_iot_manager")
        for model in (self.discovered, self.quarantine):
            self.assertTrue(model.search([]))
            self.assertFalse(model.with_user(manager).search([]))
