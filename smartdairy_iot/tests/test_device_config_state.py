from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .control import TOPIC, ControlCase


@tagged("post_install", "-at_install")
class TestDeviceConfigState(ControlCase):
    """What becomes of a configuration: the broker takes it, the device answers."""

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
