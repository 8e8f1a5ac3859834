from datetime import timedelta

from odoo.tests import tagged

from ..models import iot_listener_deaf
from .health import MINUTE, NAIVE, HealthCase


@tagged("post_install", "-at_install")
class TestListenerDeaf(HealthCase):
    """While nobody listens, nobody can be called silent."""

    def setUp(self):
        super().setUp()
        self.env["iot.listener"].search([]).unlink()
        self.patch(iot_listener_deaf, "_STARTED_AT", NAIVE - timedelta(days=1))
        self.live(self.sensor)  # offline after five minutes
        self.listen()

    def listen(self, minutes=0):
        """The listener is connected for so long, and beats."""
        for _beat in range(2 * minutes + 1):
            self.env["iot.listener"]._beat(
                {}, commits=(0, 0), reasons={}, is_connected=True
            )
            if minutes:
                self.time.tick(MINUTE / 2)

    def restart_after(self, minutes):
        """The server was down, and is up again."""
        self.time.tick(minutes * MINUTE)
        self.patch(iot_listener_deaf, "_STARTED_AT", self.time())

    def is_offline(self):
        self.detect()
        return not self.sensor.live_ids.is_online

    def missing(self):
        return self.condition("no_data", self.sensor).measure

    def test_after_a_long_stop_a_device_has_its_whole_time_to_be_heard(self):
        self.restart_after(60)
        self.assertFalse(self.is_offline(), "the listener is not connected yet")
        self.listen(minutes=4)
        self.assertFalse(self.is_offline(), "the broker may still deliver")
        self.listen(minutes=2)
        self.assertTrue(self.is_offline())

    def test_who_was_late_before_the_stop_has_only_the_rest_of_its_time(self):
        self.listen(minutes=4)
        self.restart_after(60)
        self.listen(minutes=2)
        self.assertTrue(self.is_offline())

    def test_a_short_restart_is_no_excuse(self):
        self.listen(minutes=5)
        self.time.tick(MINUTE / 2)
        self.listen()
        self.assertTrue(self.is_offline())

    def test_two_stops_with_a_moment_between_them_are_one(self):
        self.restart_after(60)
        self.listen(minutes=2)
        self.restart_after(60)
        self.listen(minutes=4)
        self.assertFalse(self.is_offline())

    def test_missing_readings_are_not_counted_while_nobody_listened(self):
        self.listen(minutes=2)
        before = self.missing()
        self.restart_after(60)
        self.assertLess(self.missing() - before, 2)
        self.listen(minutes=2)
        self.assertGreater(self.missing(), before)

    def test_when_nobody_comes_to_listen_all_are_called_silent_in_the_end(self):
        self.restart_after(60)
        self.time.tick(14 * MINUTE)
        self.assertFalse(self.is_offline())
        self.time.tick(2 * MINUTE)
        self.assertTrue(self.is_offline())
