"""What must hold of the history of devices in each store."""

import uuid
from datetime import timedelta

from freezegun import freeze_time

from ..ingest.message import StatusChange
from .common import NOW

HOUR = timedelta(hours=1)
END = NOW + 24 * HOUR


def at(hours):
    return NOW + hours * HOUR


class UptimeTests:
    """Mixed into a test case of each store; ``self.store`` is the store."""

    def setUp(self):
        super().setUp()
        self.store = self.env["iot.store"]
        self.name = f"UP-{uuid.uuid4().hex[:12]}"
        self.time = self.enterContext(freeze_time(END))

    def say(self, *statuses, name=None):
        """``(hours, is online)``"""
        name = name or self.name
        self.store._insert_status(
            [StatusChange(name, is_online, at(hours)) for hours, is_online in statuses]
        )

    def uptime(self, start=NOW, end=END):
        return self.store._uptime([self.name], start, end)[self.name]

    def spans(self, **span):
        return [
            (one.is_online, (one.start - NOW) / HOUR, (one.end - NOW) / HOUR)
            for one in self.uptime(**span).spans
        ]

    def test_uptime_counts_what_was_said_in_between_and_how_it_began(self):
        self.say((-5, True), (6, False), (9, True))
        self.assertEqual(self.spans(), [(True, 0, 6), (False, 6, 9), (True, 9, 24)])
        self.assertEqual(self.uptime().percent, 87.5)

    def test_before_a_device_was_first_heard_it_was_not_offline(self):
        self.say((12, True), (18, False))
        self.assertEqual(self.spans(), [(True, 12, 18), (False, 18, 24)])
        self.assertEqual(self.uptime().percent, 50.0)

    def test_of_a_device_that_was_never_heard_nothing_is_known(self):
        self.assertEqual(self.spans(), [])
        self.assertIsNone(self.uptime().percent)

    def test_an_outage_that_goes_on_counts_until_now_and_not_until_the_end(self):
        self.say((-1, True), (6, False))
        self.time.move_to(at(8))
        self.assertEqual(self.spans(), [(True, 0, 6), (False, 6, 8)])

    def test_what_is_said_again_and_again_is_one_span(self):
        self.say(*((hours, True) for hours in range(6)), (6, False), (7, False))
        self.assertEqual(self.spans(), [(True, 0, 6), (False, 6, 24)])

    def test_what_was_said_just_at_the_start_and_the_end_counts_once(self):
        self.say((-3, True), (0, False), (24, True))
        self.assertEqual(self.spans(), [(False, 0, 24)])

    def test_the_history_has_battery_and_signal_in_the_order_of_time(self):
        self.say((3, False))
        self.store._insert_trends(
            [(at(2), self.name, True, 80, None), (at(1), self.name, True, 81, 40)]
        )
        found = self.store._status_history([self.name], NOW, END)
        self.assertEqual(
            [(one.time, one.is_online, one.battery, one.signal) for one in found],
            [
                (at(1), True, 81, 40),
                (at(2), True, 80, None),
                (at(3), False, None, None),
            ],
        )

    def test_a_sample_of_when_the_device_left_does_not_bring_it_back(self):
        self.say((3, False))
        self.store._insert_trends([(at(3), self.name, True, 80, 40)])
        self.assertEqual(self.spans(), [(False, 3, 24)])

    def test_outages_are_counted_by_how_often_they_began(self):
        steady, other = f"{self.name}-1", f"{self.name}-2"
        self.say(*((hours, hours % 2 == 0) for hours in range(10)))
        self.say((1, False), (2, False), (3, False), name=steady)
        self.say((-4, True), (-3, False), (1, True), name=other)
        found = self.store._count_outages(NOW)
        self.assertEqual(found[self.name], 5)
        self.assertEqual(found[steady], 1)
        self.assertNotIn(other, found)
        self.assertNotIn(self.name, self.store._count_outages(NOW, more_than=5))
        self.assertIn(self.name, self.store._count_outages(NOW, more_than=4))
