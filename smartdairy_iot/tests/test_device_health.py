from odoo.tests import tagged

from .common import NOW
from .health import MINUTE, NAIVE, HealthCase


@tagged("post_install", "-at_install")
class TestOffline(HealthCase):
    def setUp(self):
        super().setUp()
        self.gateway = self.make_device(
            "GW-1", device_type="gateway", offline_after=3600
        )
        self.one, self.two = (
            self.make_device(f"CHILD-{n}", gateway_id=self.gateway.id) for n in (1, 2)
        )
        self.children = self.one | self.two

    def live_all(self, seen=0.0):
        for device in self.gateway | self.children:
            self.live(device, seen)

    def test_a_silent_device_is_offline_since_it_was_last_heard(self):
        self.live(self.sensor)
        self.assertEqual(self.condition("offline", self.sensor).holds, False)
        self.time.tick(6 * MINUTE)
        self.detect()
        found = self.condition("offline", self.sensor)
        self.assertEqual((found.measure, found.since, found.holds), (6.0, NOW, True))
        self.assertEqual(self.sensor.live_ids.status_since, NAIVE + 5 * MINUTE)

    def test_of_what_was_never_heard_and_of_what_is_not_active_nothing_is_said(self):
        self.live(self.sensor, seen=60, online=False)
        self.sensor.action_maintenance()
        self.assertNotIn(self.sensor.id, self.conditions("offline"))
        self.assertNotIn(self.one.id, self.conditions("offline"))

    def test_detection_wakes_the_rules_only_when_somebody_has_gone(self):
        self.live(self.sensor)
        self.detect()
        self.assertFalse(self.is_woken())
        self.time.tick(6 * MINUTE)
        self.detect()
        self.assertTrue(self.is_woken())
        self.detect()
        self.assertFalse(self.is_woken())

    def test_a_gateway_that_says_goodbye_takes_its_children_along(self):
        self.live_all(seen=1)
        self.gateway.live_ids.write(
            {"is_online": False, "last_seen": NAIVE, "status_since": NAIVE}
        )
        found = self.condition("offline", self.gateway)
        self.assertEqual((found.holds, found.since), (True, NOW))
        self.assertEqual(found.children, tuple(self.children.ids))
        self.time.tick(10 * MINUTE)
        self.detect()
        self.assertFalse(self.one.is_online)
        everybody = self.gateway | self.children
        self.assertEqual(self.offline(*everybody), [self.gateway])
        self.assertEqual(
            self.condition("offline", self.gateway).children, tuple(self.children.ids)
        )

    def test_children_that_are_all_overdue_are_their_gateway_at_fault(self):
        """It may be silent for an hour, they for five minutes."""
        self.live_all()
        self.time.tick(4 * MINUTE)
        self.hear(self.two)
        self.time.tick(2 * MINUTE)
        self.detect()
        self.assertFalse(self.one.is_online)
        self.assertEqual(self.offline(self.gateway, self.one, self.two), [])
        self.time.tick(4 * MINUTE)
        self.detect()
        everybody = self.gateway | self.children
        self.assertEqual(self.offline(*everybody), [self.gateway])
        self.assertEqual(self.condition("offline", self.gateway).since, NOW)

    def test_a_child_has_gone_by_itself_when_its_gateway_was_heard_since(self):
        self.live_all()
        for _minute in range(6):
            self.time.tick(MINUTE)
            self.hear(self.gateway, self.two)
        self.detect()
        everybody = self.gateway | self.children
        self.assertEqual(self.offline(*everybody), [self.one])
        self.assertEqual(self.condition("offline", self.one).since, NOW)

    def test_a_child_that_went_before_is_none_of_those_of_the_silent_gateway(self):
        self.live_all()
        for _minute in range(6):
            self.time.tick(MINUTE)
            self.hear(self.gateway, self.two)
        self.detect()
        self.time.tick(10 * MINUTE)
        self.detect()
        self.assertEqual(
            self.offline(self.gateway, self.one, self.two), [self.gateway, self.one]
        )
        found = self.condition("offline", self.gateway)
        self.assertEqual(found.children, tuple(self.two.ids))

    def test_a_gateway_that_is_back_first_gives_its_children_time_to_follow(self):
        self.live_all()
        self.time.tick(20 * MINUTE)
        self.detect()
        self.hear(self.gateway)
        everybody = self.gateway | self.children
        self.assertEqual(self.offline(*everybody), [])
        self.time.tick(MINUTE)
        self.hear(self.gateway, self.one)
        self.assertEqual(self.offline(*everybody), [])
        self.time.tick(5 * MINUTE)
        self.hear(self.gateway, self.one)
        self.detect()
        self.assertEqual(self.offline(*everybody), [self.two])
        found = self.condition("offline", self.two)
        self.assertEqual(found.since, NOW + 20 * MINUTE)

    def test_a_gateway_that_is_back_for_a_moment_is_silent_once_more_by_itself(self):
        self.live_all()
        self.time.tick(20 * MINUTE)
        self.detect()
        self.hear(self.gateway)
        self.gateway.offline_after = 60
        self.time.tick(20 * MINUTE)
        self.detect()
        everybody = self.gateway | self.children
        self.assertEqual(self.offline(*everybody), [self.gateway])
        found = self.condition("offline", self.gateway)
        self.assertEqual(found.children, tuple(self.children.ids))

    def test_a_child_that_had_gone_is_not_back_because_its_gateway_is(self):
        self.live_all()
        for _minute in range(6):
            self.time.tick(MINUTE)
            self.hear(self.gateway, self.two)
        self.detect()
        self.time.tick(20 * MINUTE)
        self.detect()
        self.assertFalse(self.gateway.is_online)
        self.hear(self.gateway, self.two)
        everybody = self.gateway | self.children
        self.assertEqual(self.offline(*everybody), [self.one])
        self.assertEqual(self.condition("offline", self.one).since, NOW)

    def test_a_gateway_below_a_gateway_is_silent_with_it(self):
        top = self.make_device("GW-0", device_type="gateway", offline_after=3600)
        self.gateway.gateway_id = top
        self.live(top)
        self.live_all()
        self.time.tick(10 * MINUTE)
        self.detect()
        everybody = top | self.gateway | self.children
        self.assertEqual(self.offline(*everybody), [top])
        below = self.gateway | self.children
        found = self.condition("offline", top)
        self.assertEqual(found.children, tuple(sorted(below.ids)))
        self.assertEqual(self.condition("offline", self.gateway).children, ())

    def test_only_the_lower_gateway_is_at_fault_when_the_upper_one_was_heard(self):
        top = self.make_device("GW-0", device_type="gateway", offline_after=3600)
        beside = self.make_device("CHILD-3", gateway_id=top.id)
        self.gateway.gateway_id = top
        self.live(top)
        self.live(beside)
        self.live_all()
        for _minute in range(10):
            self.time.tick(MINUTE)
            self.hear(top, beside)
        self.detect()
        everybody = top | self.gateway | self.children | beside
        self.assertEqual(self.offline(*everybody), [self.gateway])
        found = self.condition("offline", self.gateway)
        self.assertEqual(found.children, tuple(self.children.ids))

    def test_a_gateway_in_maintenance_is_why_its_children_are_silent(self):
        self.live_all()
        self.gateway.action_maintenance()
        self.time.tick(10 * MINUTE)
        self.detect()
        self.assertEqual(self.offline(self.one, self.two), [])
        self.assertNotIn(self.gateway.id, self.conditions("offline"))

    def test_children_of_a_retired_gateway_stand_for_themselves(self):
        self.live_all()
        self.gateway.action_retire()
        self.time.tick(10 * MINUTE)
        self.detect()
        self.assertEqual(self.offline(self.one, self.two), [self.one, self.two])

    def test_two_gateways_that_are_each_other_s_child_stop_nothing(self):
        other = self.make_device(
            "GW-2", device_type="gateway", gateway_id=self.gateway.id
        )
        self.gateway.gateway_id = other
        self.live_all()
        self.live(other)
        self.time.tick(2 * 60 * MINUTE)
        self.detect()
        self.assertTrue(self.condition("offline", self.one).holds)
