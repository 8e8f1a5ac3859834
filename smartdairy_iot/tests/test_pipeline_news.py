from unittest.mock import patch

import psycopg2

from odoo.tests import tagged

from .common import LineCase


@tagged("post_install", "-at_install")
class TestPipelineNews(LineCase):
    """What is told after a batch is stored: live state, signs of life, the bus."""

    def test_a_probes_error_value_is_stored_and_shown_as_a_fault_not_as_an_alarm(self):
        self.publish({"temperature": 3.0, "timestamp": self.ago(seconds=9)})
        self.publish({"temperature": -127, "timestamp": self.ago(seconds=8)})
        self.run_line()
        rows = self.rows(
            "SELECT temperature_celsius, quality, is_alarm FROM temperature_readings"
            " WHERE device_id = 'TEST-1' ORDER BY time"
        )
        self.assertEqual(rows, [(3.0, 100, False), (-127.0, 0, False)])
        live = self.sensor.live_ids
        self.assertEqual(live.fault, "probe_error_temperature")
        self.assertFalse(live.alarm_type)
        self.assertEqual(live.last_values, {"temperature": 3.0}, "the last believed")
        self.assertIn("the probe reports an error", self.sensor.fault)

    def test_a_value_stuck_since_before_a_restart_is_still_stuck_after_it(self):
        for hours in (30, 29, 28):
            self.publish({"temperature": 3.0, "timestamp": self.ago(hours=hours)})
        self.run_line()
        self.assertFalse(self.sensor.live_ids.fault)
        self.line = self.make_line()
        self.refresh_devices()
        self.publish({"temperature": 3.0, "timestamp": self.ago(hours=1)})
        self.run_line()
        self.assertEqual(self.sensor.live_ids.fault, "stuck_temperature")

    def test_a_clock_that_was_ahead_does_not_freeze_the_live_value(self):
        self.publish({"temperature": 3.0, "timestamp": self.ago(minutes=-50)})
        self.run_line()
        self.publish({"temperature": 4.0, "timestamp": self.ago(seconds=0)})
        self.run_line()
        self.assertEqual(self.sensor.live_ids.last_values, {"temperature": 4.0})

    def test_the_live_state_never_goes_back_in_time(self):
        self.publish({"temperature": 3.0, "timestamp": self.ago(seconds=10)})
        self.run_line()
        self.publish({"temperature": 9.0, "timestamp": self.ago(hours=3)})
        self.run_line()
        self.assertEqual(self.sensor.live_ids.last_values, {"temperature": 3.0})
        self.assertFalse(self.sensor.live_ids.alarm_type)

    def test_telling_that_failed_is_told_the_next_time(self):
        state = type(self.env["iot.device.state"])
        self.publish({"temperature": 3.0})
        failed = psycopg2.OperationalError("could not serialize")
        with patch.object(state, "_apply", side_effect=failed):
            self.run_line()
        self.assertFalse(self.sensor.live_ids)
        self.assertEqual(self.line.counters.stored, 1)
        self.run_line()
        self.assertEqual(self.sensor.live_ids.last_values, {"temperature": 3.0})

    def test_what_cannot_be_told_is_not_tried_again_at_each_turn(self):
        self.publish({"temperature": 4.0})
        self.run_line()
        self.clock.now += 60  # all of it is due: news, counts and the sign of life
        counter = type(self.env["iot.device.counter"])
        with patch.object(counter, "_add", side_effect=OSError("away")) as add:
            for _turn in range(5):
                self.line.run_once(0)
            self.assertEqual(add.call_count, 1)
            self.clock.now += 1.5
            self.line.run_once(0)
            self.assertEqual(add.call_count, 2)

    def test_the_last_will_sets_a_device_offline_at_once(self):
        self.publish({"temperature": 3.0})
        self.run_line()
        self.assertTrue(self.sensor.is_online)
        self.broker.send("smartdairy/status/TEST-1", {"online": False})
        self.run_line()
        self.assertFalse(self.sensor.is_online)

    def test_a_retained_status_tells_the_state_but_is_no_sign_of_life(self):
        self.broker.send("smartdairy/status/TEST-1", {"online": True}, retain=True)
        self.run_line()
        self.assertTrue(self.sensor.is_online)
        self.assertFalse(self.sensor.last_seen)
        rows = self.rows("SELECT 1 FROM device_status WHERE device_id = 'TEST-1'")
        self.assertEqual(rows, [], "a reconnect of the listener is no event")

    def test_a_gateway_that_publishes_for_its_children_only_is_online(self):
        gateway = self.make_device("GW-T", device_type="gateway")
        self.make_device("CHILD-T", gateway_id=gateway.id)
        self.refresh_devices()
        record = {"device_id": "CHILD-T", "temperature": 3.0}
        self.broker.send("smartdairy/gateway/GW-T/data", {"readings": [record]})
        self.run_line()
        self.assertTrue(gateway.is_online)
        self.assertTrue(gateway.last_seen)
        self.assertFalse(gateway.live_ids.last_values)

    def test_nobody_watching_means_no_message_on_the_bus(self):
        self.publish({"temperature": 3.0})
        self.run_line()
        self.assertFalse(self.bus_messages("smartdairy_iot/reading_tables"))

    def test_a_watched_farm_gets_one_message_a_second_with_the_newest_values(self):
        self.farm.watch_live()
        for second in range(3):
            at = self.ago(seconds=9 - second)
            self.publish({"temperature": 3.0 + second, "timestamp": at})
        self.run_line()
        ((_channel, payload),) = self.bus_messages("smartdairy_iot/reading_tables")
        (table,) = payload["tables"]
        self.assertEqual((table["d"], table["m"]), (["TEST-1"], ["temperature"]))
        self.assertEqual(table["v"], [[5.0]])

    def test_who_was_away_is_sent_the_newest_seconds_and_not_what_was_missed(self):
        self.farm.watch_live()
        self.publish({"temperature": 3.0})
        self.run_line()
        ((channel, _payload),) = self.bus_messages("smartdairy_iot/reading_tables")
        bus = self.env["bus.bus"]
        types = lambda last: [  # noqa: E731
            found["message"]["type"] for found in bus._poll([tuple(channel)], last)
        ]
        self.assertEqual(types(1), ["smartdairy_iot/reading_tables"])
        self.assertEqual(types(0), ["smartdairy_iot/reading_tables"])
        self.env.cr.execute(
            "UPDATE bus_bus SET create_date = create_date - interval '1 hour'"
        )
        self.assertEqual(types(1), [])
        self.assertEqual(types(0), [], "not the 50 s that Odoo keeps for who connects")

    def test_the_listener_shows_what_it_counted(self):
        self.publish({"temperature": 3.0, "timestamp": 1767592800})
        self.publish({"temperature": 3.0, "timestamp": 1767592800})
        self.publish(b"?")
        self.run_line(10)
        listener = self.env["iot.listener"].search([], limit=1)
        self.assertEqual(
            (listener.received, listener.stored, listener.duplicate, listener.rejected),
            (3, 1, 1, 1),
        )
        self.assertEqual(listener.rejected_by_reason, {"not_json": 1})
        self.assertEqual(listener.rejected_reasons, "Not JSON: 1")
        self.assertTrue(listener.is_alive)
        self.assertTrue(listener.is_connected)
