from datetime import timedelta
from unittest.mock import patch

import psycopg2

from odoo.tests import tagged

from .common import NOW
from .quarantine import QuarantineCase


@tagged("post_install", "-at_install")
class TestQuarantineReplay(QuarantineCase):
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
        self.forget_readings(self.found().device_id)
        self.found().device_id.unlink()
        self.quarantine._record(self.readings(1))
        self.assertEqual((self.found().state, self.found().kept), ("discovered", 1))

    # By the scheduled action ----------------------------------------------------------

    def run_cron(self):
        with self.enter_registry_test_mode():
            cron = self.env.ref("smartdairy_iot.ir_cron_replay_quarantine")
            cron.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(cron.failure_count, 0)

    def test_the_scheduled_action_takes_over_all_that_is_known_by_now(self):
        for number in range(12):  # more than the listener takes at once
            self.quarantine._record(self.readings(2, f"T-{number}"))
            self.make_device(f"T-{number}")
        self.quarantine._record(self.readings(2, "STILL-UNKNOWN"))
        self.run_cron()
        found = self.discovered.search([("device_ref", "=like", "T-%")])
        self.assertEqual(found.mapped("state"), ["registered"] * 12)
        self.assertEqual(sum(len(self.stored(f"T-{n}")) for n in range(12)), 24)
        self.assertEqual(self.found("STILL-UNKNOWN").kept, 2)

    def test_the_scheduled_action_gives_way_to_the_listener(self):
        self.quarantine._record(self.readings(2))
        self.make_device("TEMP-9")
        late = psycopg2.errors.SerializationFailure("could not serialize access")
        with patch.object(type(self.quarantine), "_tell", side_effect=late):
            self.run_cron()
        self.assertEqual((self.found().kept, self.stored()), (2, []))
        self.run_cron()
        self.assertEqual((self.found().kept, len(self.stored())), (0, 2))

    # As its profile reads it ----------------------------------------------------------

    def originals(self, device_id="TEMP-9"):
        rows = self.rows(
            "SELECT temperature_celsius, metadata -> 'original'"
            " FROM temperature_readings WHERE device_id = %s ORDER BY time",
            device_id,
        )
        return [(float(value), original) for value, original in rows]

    def test_a_replay_reads_the_units_of_the_profile(self):
        self.quarantine._record([self.stranger({"temperature": 39.2})])
        profile = self.env["iot.device.profile"].create({"name": "US", "unit": "°F"})
        self.make_device("TEMP-9", profile_id=profile.id)
        self.assertEqual(self.quarantine._replay_known(), 1)
        self.assertEqual(self.originals(), [(4, {"temperature": [39.2, "°F"]})])

    def test_a_replay_reads_each_record_by_the_mapping_of_the_profile(self):
        profile = self.make_profile(
            [
                {"expression": "t", "target": "temperature", "unit": "=scale"},
                {"expression": "at", "target": "timestamp"},
            ],
            topic="vendor/{device}/up",
            records="log",
        )
        first = 1767592800  # 2026-01-05 06:00 UTC
        log = [{"t": 39.2, "at": first}, {"t": "warm"}, {"t": 50, "at": first + 60}]
        payload = {"scale": "F", "log": log}
        self.quarantine._record(
            [
                self.stranger(
                    payload, ref="Tank", topic="vendor/Tank/up", profile_id=profile.id
                )
            ]
        )
        self.make_device("TANK-1", profile_id=profile.id, source_key="Tank")
        self.assertEqual(self.quarantine._replay_known(), 1)
        self.assertEqual(
            self.originals("TANK-1"),
            [(4, {"temperature": [39.2, "F"]}), (10, {"temperature": [50, "F"]})],
        )
        times = [row[0].timestamp() for row in self.stored("TANK-1")]
        self.assertEqual(times, [first, first + 60])
        self.assertEqual(self.rejected(), [("not_a_number", 1)])
        self.assertEqual(self.found("Tank").kept, 0)

    def test_a_replay_by_another_topic_of_the_profile_is_refused_not_lost(self):
        profile = self.make_profile(
            [{"expression": "t", "target": "temperature"}], topic="vendor/{device}"
        )
        by_route = {"profile_id": profile.id, "topic": "vendor/Tank"}
        self.quarantine._record([self.stranger({"t": 3}, ref="Tank", **by_route)])
        self.make_device("TANK-1", profile_id=profile.id, source_key="Tank")
        profile.topic = "elsewhere/{device}"
        self.quarantine._replay_known()
        self.assertEqual(self.stored("TANK-1"), [])
        self.assertEqual(self.rejected(), [("wrong_topic", 1)])
