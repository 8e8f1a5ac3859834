import logging
from datetime import datetime, timezone
from unittest.mock import patch

import psycopg2

from odoo.tests import tagged

from ..ingest import pipeline
from .common import LineCase

LOGGER = "odoo.addons.smartdairy_iot.ingest.pipeline"
WRITER_LOGGER = "odoo.addons.smartdairy_iot.ingest.writer"


@tagged("post_install", "-at_install")
class TestPipeline(LineCase):
    def stored(self, device_id="TEST-1"):
        return [
            value
            for (value,) in self.rows(
                "SELECT temperature_celsius FROM temperature_readings"
                " WHERE device_id = %s ORDER BY time",
                device_id,
            )
        ]

    def rejected(self):
        rejected = self.env["iot.rejected.message"].search([], order="id")
        return [(row.reason, row.count) for row in rejected]

    def test_a_message_is_acked_only_after_its_batch_is_stored(self):
        mid = self.publish({"temperature": 3.8})
        self.line.run_once(0)
        self.assertEqual((self.broker.acked, self.stored()), ([], []))
        self.clock.now += 0.05
        self.line.run_once(0)
        self.assertEqual((self.broker.acked, self.stored()), ([mid], [3.8]))

    def test_acks_keep_the_order_of_arrival_around_a_bad_message(self):
        mids = [
            self.publish({"temperature": 3.0, "timestamp": self.ago(seconds=9)}),
            self.publish(b"\xff\xfe"),
            self.publish({"temperature": 4.0, "timestamp": self.ago(seconds=5)}),
        ]
        self.run_line()
        self.assertEqual(self.broker.acked, mids)
        self.assertEqual(self.stored(), [3.0, 4.0])
        self.assertEqual(self.rejected(), [("not_utf8", 1)])

    def test_each_bad_message_is_counted_with_its_reason_and_costs_no_neighbour(self):
        bad = {
            "not_utf8": b"\xc3\x28",
            "not_json": b'{"temperature": NaN}',
            "wrong_shape": b'"just text"',
            "missing_value": {"temperature": None},
            "not_a_number": {"temperature": True},
            "out_of_range": {"temperature": 9999},
            "bad_timestamp": {"temperature": 3, "timestamp": "yesterday"},
            "future_timestamp": {"temperature": 3, "timestamp": "2099-01-01T00:00Z"},
            "too_large": b"x" * 100_000,
        }
        for number, payload in enumerate(bad.values()):
            self.publish(payload)
            self.publish(
                {"temperature": number, "timestamp": self.ago(seconds=60 - number)}
            )
        self.publish({"temperature": 3}, device_id="NOBODY")
        self.publish({"ph": 7}, device_type="ph_sensor")
        self.broker.send("smartdairy/sensors/temperature", {"temperature": 3})
        self.run_line()
        reasons = [*bad, "wrong_device_type", "wrong_topic"]
        self.assertCountEqual(self.rejected(), [(reason, 1) for reason in reasons])
        self.assertEqual(self.stored(), list(map(float, range(len(bad)))))
        self.assertEqual(len(self.broker.acked), 2 * len(bad) + 3)

    def test_a_count_that_no_column_can_hold_stops_counting_and_not_the_line(self):
        self.publish(b"?")
        self.run_line()
        rejected = self.env["iot.rejected.message"].search([], limit=1)
        rejected.count = 2**31 - 1
        self.env.flush_all()
        self.publish(b"?")
        self.run_line()
        self.env.invalidate_all()
        self.assertEqual(rejected.count, 2**31 - 1)
        self.assertEqual(len(self.broker.acked), 2)

    def test_garbage_every_second_makes_one_row_with_a_count(self):
        for _ in range(30):
            self.publish(b"\0garbage\xff")
            self.run_line()
        self.assertEqual(self.rejected(), [("not_utf8", 30)])

    def test_a_store_that_is_away_loses_nothing_and_acks_nothing(self):
        mid = self.publish({"temperature": 3.8})
        away = psycopg2.OperationalError("server closed the connection")
        with (
            patch.object(type(self.env["iot.store"]), "_insert", side_effect=away),
            self.assertLogs(LOGGER, logging.WARNING) as logs,
        ):
            self.run_line()
            self.run_line()
        self.assertEqual(self.broker.acked, [])
        self.assertIn("trying again", logs.output[0])
        self.assertEqual(len(logs.output), 1, "the same error is logged once")
        self.run_line(pipeline._RETRY_SECONDS[1])
        self.assertEqual((self.broker.acked, self.stored()), ([mid], [3.8]))

    def test_a_full_buffer_leaves_the_socket_unread(self):
        away = psycopg2.OperationalError("away")
        with (
            patch.object(type(self.env["iot.store"]), "_insert", side_effect=away),
            self.assertLogs(LOGGER, logging.WARNING),
        ):
            for number in range(500):
                self.publish({"temperature": 3, "timestamp": 1767592800 + number})
                self.line.run_once(0)
                self.clock.now += 0.001
            self.assertTrue(self.broker.left_unread)
        for _ in range(4):
            self.run_line(pipeline._RETRY_SECONDS[1])
        self.assertEqual(len(self.broker.acked), 500)
        self.assertEqual(len(self.stored()), 500)

    def test_one_row_that_the_store_refuses_is_rejected_alone(self):
        store = type(self.env["iot.store"])
        insert = store._insert
        errors = {
            4.0: psycopg2.DataError("value out of range"),
            5.0: ValueError("A string literal cannot contain NUL (0x00) characters."),
        }

        def refuse(self, samples, *marks):
            for sample in samples:
                if error := errors.get(sample.values["temperature"]):
                    raise error
            return insert(self, samples, *marks)

        for second, value in enumerate((3.0, 4.0, 5.0, 6.0)):
            at = self.ago(seconds=9 - second)
            self.publish({"temperature": value, "timestamp": at})
        with patch.object(store, "_insert", refuse):
            self.run_line()
        self.assertEqual(self.rejected(), [("store_refused", 2)])
        self.assertEqual(self.stored(), [3.0, 6.0])
        self.assertEqual(len(self.broker.acked), 4)

    def test_a_database_that_goes_away_while_a_bad_row_is_sought_counts_nothing_twice(
        self,
    ):
        store = type(self.env["iot.store"])
        insert = store._insert
        outcomes = iter([psycopg2.DataError("bad"), psycopg2.OperationalError("away")])

        def fail_twice(self, samples, *marks):
            for error in outcomes:
                raise error
            return insert(self, samples, *marks)

        self.publish({"temperature": 3.0, "timestamp": self.ago(seconds=9)})
        self.publish({"temperature": 4.0, "timestamp": self.ago(seconds=8)})
        self.publish(b"?")
        with (
            patch.object(store, "_insert", fail_twice),
            self.assertLogs(LOGGER, logging.WARNING),
        ):
            self.run_line()
        self.run_line(pipeline._RETRY_SECONDS[1])
        self.assertEqual(self.rejected(), [("not_json", 1)])
        self.assertEqual(self.stored(), [3.0, 4.0])
        self.assertEqual(len(self.broker.acked), 3)

    def test_what_cannot_be_recorded_of_a_refusal_does_not_stop_the_line(self):
        rejected = type(self.env["iot.rejected.message"])
        self.publish({"temperature": 3.0})
        self.publish(b"?")
        with (
            patch.object(rejected, "_record", side_effect=psycopg2.DataError("bad")),
            self.assertLogs(WRITER_LOGGER, logging.ERROR),
        ):
            self.run_line()
        self.assertEqual((self.stored(), len(self.broker.acked)), ([3.0], 2))

    def test_readings_without_a_timestamp_that_arrive_together_are_all_kept(self):
        at = datetime.now(timezone.utc)
        topic = "smartdairy/sensors/temperature/TEST-1/data"
        for value in (3.0, 4.0, 5.0):
            self.broker.send(topic, {"temperature": value}, at=at)
        self.run_line()
        self.assertEqual(self.stored(), [3.0, 4.0, 5.0])

    def test_a_reading_without_a_timestamp_that_is_sent_again_is_stored_once(self):
        mid = self.publish({"temperature": 3.0})
        self.run_line()
        self.publish({"temperature": 3.0}, again=mid)
        self.run_line()
        self.line = self.make_line()  # as after kill -9, before the acknowledgement
        self.refresh_devices()
        self.publish({"temperature": 3.0}, again=mid)
        self.run_line()
        self.assertEqual(self.stored(), [3.0])
        self.assertEqual(self.broker.acked, [mid, mid, mid])

    def test_a_gateways_message_that_is_sent_again_doubles_no_child(self):
        gateway = self.make_device("GW-T", device_type="gateway")
        self.make_device("CHILD-T", gateway_id=gateway.id)
        records = [
            {"device_id": "CHILD-T", "temperature": 3.0},
            {"device_id": "CHILD-T", "temperature": "?"},
            {"device_id": "NOBODY-T", "temperature": 4.0},
        ]
        self.refresh_devices()
        topic = "smartdairy/gateway/GW-T/data"
        mid = self.broker.send(topic, {"readings": records})
        self.run_line()
        for line in (self.line, self.make_line()):
            self.line = line
            self.refresh_devices()
            self.broker.send(topic, {"readings": records}, again=mid)
            self.run_line()
        self.assertEqual(self.stored("CHILD-T"), [3.0])
        discovered = self.env["iot.discovered.device"]
        stranger = discovered.search([("device_ref", "=", "NOBODY-T")])
        self.assertEqual(len(stranger.message_ids), 1)

    def test_a_collision_with_another_listener_is_tried_again_at_once(self):
        store = type(self.env["iot.store"])
        collision = psycopg2.errors.SerializationFailure("concurrent update")
        with patch.object(store, "_insert", side_effect=collision):
            for _ in range(20):
                self.publish({"temperature": 3.0, "timestamp": self.ago(seconds=9)})
                self.run_line(1)
        self.run_line(pipeline._COLLISION_SECONDS[1])
        self.assertEqual(self.stored(), [3.0])

    def test_what_a_session_was_subscribed_to_in_an_earlier_life_is_left(self):
        followed = self.env["iot.listener.topic"]
        followed._follow(self.broker.client_id, {"vendor/+"})
        followed._follow("of another listener", {"theirs/+"})
        self.line = self.make_line()
        self.refresh_devices()
        self.assertEqual(self.broker.left, {"vendor/+"})

    def test_another_message_under_the_same_packet_id_is_not_taken_for_it(self):
        mid = self.publish({"temperature": 3.0})
        self.run_line()
        self.publish({"temperature": 4.0}, again=mid)
        self.run_line()
        self.assertEqual(self.stored(), [3.0, 4.0])

    def test_a_retained_reading_is_no_new_reading(self):
        topic = "smartdairy/sensors/temperature/TEST-1/data"
        mid = self.broker.send(topic, {"temperature": 3.0}, retain=True)
        self.run_line()
        self.assertEqual((self.broker.acked, self.stored()), ([mid], []))

    def test_a_device_taken_out_of_service_is_refused_from_the_next_look_on(self):
        self.sensor.action_deactivate()
        self.refresh_devices()
        self.publish({"temperature": 3.0})
        self.run_line()
        self.assertEqual(self.rejected(), [("inactive_device", 1)])
