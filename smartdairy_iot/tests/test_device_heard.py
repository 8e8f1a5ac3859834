from datetime import datetime, timedelta, timezone

from odoo.tests import tagged

from .common import LineCase


@tagged("post_install", "-at_install")
class TestDeviceHeard(LineCase):
    """What the listener tells of the devices themselves, and whom that wakes."""

    def setUp(self):
        super().setUp()
        self.publish({"temperature": 3.0})
        self.run_line()
        self.is_woken()

    @property
    def live(self):
        return self.sensor.live_ids

    def say(self, is_online, **how):
        self.broker.send("smartdairy/status/TEST-1", {"online": is_online}, **how)

    def is_woken(self):
        cron = self.env.ref("smartdairy_iot.ir_cron_evaluate_conditions")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        woken = bool(triggers)
        triggers.unlink()
        return woken

    def in_minutes(self, minutes):
        """The time now, by a clock that is ahead."""
        return self.ago(minutes=-minutes)

    def test_a_last_will_wakes_the_rules_at_once(self):
        self.say(False)
        self.run_line()
        self.assertFalse(self.live.is_online)
        self.assertEqual(self.live.status_since, self.live.last_seen)
        found = self.env["iot.device.health"]._conditions("offline")[self.sensor.id]
        self.assertTrue(found.holds)
        self.assertTrue(self.is_woken())
        self.say(False)
        self.run_line()
        self.assertFalse(self.is_woken(), "it said so before")

    def test_a_device_that_is_back_wakes_the_rules(self):
        self.say(False)
        self.run_line()
        self.is_woken()
        left_at = self.live.last_seen
        self.publish({"temperature": 3.0})
        self.run_line()
        self.assertTrue(self.live.is_online)
        self.assertEqual(
            (self.live.absent_from, self.live.absent_until),
            (left_at, self.live.last_seen),
        )
        self.assertTrue(self.is_woken())
        self.publish({"temperature": 3.0})
        self.run_line()
        self.assertFalse(self.is_woken(), "it was back before")

    def test_a_device_that_reconnects_within_the_second_never_left(self):
        since = self.live.status_since
        self.say(False)
        self.say(True)
        self.run_line()
        self.assertTrue(self.live.is_online)
        self.assertEqual(self.live.status_since, since)
        self.assertFalse(self.is_woken())

    def test_a_status_that_the_broker_repeats_brings_nobody_back(self):
        """Else each start of the listener ends the alert of a dead device."""
        self.live.write({"is_online": False, "last_seen": datetime(2026, 1, 5)})
        self.env.flush_all()
        self.say(True, retain=True)
        self.run_line()
        self.assertFalse(self.live.is_online)
        self.say(True)
        self.run_line()
        self.assertTrue(self.live.is_online)

    def test_a_will_that_the_broker_repeats_takes_nobody_away_who_was_heard_since(self):
        """Many devices never take theirs back."""
        self.say(False, retain=True)
        self.run_line()
        self.assertTrue(self.live.is_online)
        self.assertFalse(self.is_woken())

    def test_a_fault_wakes_the_rules_when_it_begins_and_when_it_ends(self):
        woken = []
        for value in (3.1, -127, -127, 3.2, 3.2):
            self.publish({"temperature": value})
            self.run_line()
            woken.append(self.is_woken())
        self.assertEqual(woken, [False, True, False, True, False])
        self.assertFalse(self.live.fault_since)

    def test_a_fault_goes_on_since_its_first_reading(self):
        self.publish({"temperature": -127})
        self.run_line()
        since = self.live.fault_since
        self.assertEqual(since, self.live.data_at)
        later = datetime.now(timezone.utc) + timedelta(minutes=5)
        self.publish({"temperature": -127}, at=later)
        self.run_line()
        self.assertEqual(self.live.fault, "probe_error_temperature")
        self.assertEqual(self.live.fault_since, since)

    def test_a_late_reading_is_a_reading(self):
        """Whatever its clock says: somebody sends."""
        now = datetime.now(timezone.utc) + timedelta(minutes=5)
        at = self.ago(days=3)
        self.publish({"temperature": 3.0, "timestamp": at}, at=now)
        self.run_line()
        self.assertEqual(self.live.data_at, now.replace(tzinfo=None))

    def test_a_clock_that_is_ahead_is_shown(self):
        for _ in range(3):
            self.publish({"temperature": 3.0, "timestamp": self.in_minutes(12)})
        self.run_line()
        self.assertAlmostEqual(self.sensor.clock_offset, 720, delta=5)
        self.assertEqual(self.sensor.health, "Clock 12 min ahead")
        self.publish({"temperature": 3.0})
        self.run_line()
        self.assertTrue(self.sensor.clock_offset, "what tells nothing changes nothing")

    def test_a_backfill_is_no_drift(self):
        for hours in range(50, 0, -1):
            self.publish({"temperature": 3.0, "timestamp": self.ago(hours=hours)})
        self.run_line()
        self.assertFalse(self.sensor.clock_offset)

    def test_a_device_whose_readings_are_refused_for_their_time_is_no_silent_one(self):
        self.live.write({"is_online": False, "last_seen": datetime(2026, 1, 5)})
        self.env.flush_all()
        for _ in range(3):
            self.publish({"temperature": 3.0, "timestamp": "2099-01-01T00:00:00Z"})
        self.run_line()
        self.assertTrue(self.live.is_online)
        self.assertGreater(self.live.last_seen, datetime(2026, 2, 1))
        self.assertRegex(self.sensor.health, r"Clock 7\d years ahead")
