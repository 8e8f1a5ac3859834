from datetime import timedelta

from odoo.tests import tagged

from .common import NOW
from .health import MINUTE, NAIVE, HealthCase


@tagged("post_install", "-at_install")
class TestNoData(HealthCase):
    def test_no_reading_counts_in_intervals_of_the_profile(self):
        profile = self.env["iot.device.profile"].create(
            {"name": "Slow", "interval_seconds": 600}
        )
        self.live(self.sensor)
        self.time.tick(30 * MINUTE)
        found = self.condition("no_data", self.sensor)
        self.assertEqual((found.measure, found.since), (30.0, NOW))
        self.assertIsNone(found.holds)
        self.sensor.profile_id = profile
        self.assertEqual(self.condition("no_data", self.sensor).measure, 3.0)

    def test_without_a_profile_a_patient_device_has_longer_intervals(self):
        self.sensor.offline_after = 3600
        self.live(self.sensor)
        self.time.tick(60 * MINUTE)
        self.assertEqual(self.condition("no_data", self.sensor).measure, 5.0)

    def test_a_sign_of_life_is_no_reading(self):
        self.live(self.sensor)
        self.time.tick(30 * MINUTE)
        self.hear(self.sensor, sends_data=False)
        self.assertEqual(self.condition("no_data", self.sensor).measure, 30.0)

    def test_a_clock_that_is_days_behind_is_no_lack_of_readings(self):
        self.live(self.sensor, value_time=self.ago(5000))
        self.assertEqual(self.condition("no_data", self.sensor).measure, 0.0)

    def test_a_device_that_never_spoke_counts_from_its_activation(self):
        draft = self.make_device("TEST-2", state="draft")
        draft.action_register()
        self.assertIsNone(self.condition("no_data", draft))
        self.time.tick(60 * MINUTE)
        draft.action_activate()
        self.env.flush_all()
        self.assertEqual(self.condition("no_data", draft).measure, 0.0)
        self.time.tick(10 * MINUTE)
        found = self.condition("no_data", draft)
        self.assertEqual((found.measure, found.since), (10.0, NOW + 60 * MINUTE))

    def test_saving_an_active_device_activates_it_no_second_time(self):
        self.time.tick(60 * MINUTE)
        self.sensor.write({"state": "active", "name": "Renamed"})
        self.env.flush_all()
        self.assertEqual(self.sensor.activated_at, NAIVE)

    def test_a_silent_gateway_keeps_no_child_from_sending(self):
        gateway = self.make_device("GW-1", device_type="gateway")
        child = self.make_device("CHILD-1", gateway_id=gateway.id)
        self.live(gateway)
        self.live(child)
        self.time.tick(60 * MINUTE)
        self.assertEqual(self.condition("no_data", child).measure, 0.0)
        self.detect()
        self.hear(gateway, sends_data=False)
        self.time.tick(2 * MINUTE)
        self.hear(gateway, sends_data=False)
        found = self.condition("no_data", child)
        self.assertEqual((found.measure, found.since), (2.0, NOW))

    def test_readings_that_were_missing_still_are_when_the_gateway_is_back(self):
        gateway = self.make_device("GW-1", device_type="gateway")
        child = self.make_device("CHILD-1", gateway_id=gateway.id)
        self.live(gateway, seen=10)
        self.live(child, seen=20)
        self.assertEqual(self.condition("no_data", child).measure, 10.0)
        self.detect()
        self.hear(gateway, sends_data=False)
        self.assertEqual(self.condition("no_data", child).measure, 10.0)

    def test_a_gateway_that_only_speaks_for_others_owes_no_readings(self):
        gateway = self.make_device("GW-1", device_type="gateway")
        self.live(gateway, data_at=False, value_time=False)
        self.assertIsNone(self.condition("no_data", gateway))

    def test_a_gateway_that_never_spoke_is_one_that_lists_its_children(self):
        gateway = self.make_device("GW-1", device_type="gateway")
        below = self.make_device("GW-2", device_type="gateway", gateway_id=gateway.id)
        child = self.make_device("CHILD-1", gateway_id=below.id)
        self.env.flush_all()
        self.time.tick(10 * MINUTE)
        found = self.conditions("no_data", gateway | below | child)
        self.assertEqual(found[gateway.id].measure, 10.0)
        self.assertEqual(found[gateway.id].children, (below.id, child.id))
        self.assertEqual((found[below.id].measure, found[child.id].measure), (0.0, 0.0))


@tagged("post_install", "-at_install")
class TestOtherConditions(HealthCase):
    def test_charge_and_strength_are_told_when_they_were(self):
        live = self.live(self.sensor)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE iot_device_state SET battery_level = NULL, signal_strength = NULL"
        )
        self.env.invalidate_all()
        self.assertEqual(self.conditions("battery", self.sensor), {})
        live.write({"battery_level": 0, "signal_strength": 63})
        self.assertEqual(
            self.condition("battery", self.sensor), (0.0, None, "", (), None)
        )
        self.assertEqual(self.condition("signal", self.sensor).measure, 63.0)

    def test_a_clock_is_off_by_as_much_either_way(self):
        live = self.live(self.sensor)
        for offset in (-720.0, 720.0):
            live.clock_offset = offset
            self.assertEqual(self.condition("clock_drift", self.sensor).measure, 12.0)

    def test_a_certificate_counts_the_days_that_are_left(self):
        self.assertIsNone(self.condition("certificate", self.sensor))
        self.sensor.certificate_expires_at = NAIVE + timedelta(days=7, hours=12)
        self.assertEqual(self.condition("certificate", self.sensor).measure, 7.5)
        self.time.tick(timedelta(days=10))
        self.assertEqual(self.condition("certificate", self.sensor).measure, -2.5)

    def test_a_fault_is_either_stuck_or_implausible_and_names_its_reading(self):
        live = self.live(self.sensor, fault_since=self.ago(9))
        expected = {
            "stuck_temperature": ("temperature", None),
            "probe_error_temperature": (None, "temperature"),
            "jump_flow_rate": (None, "flow_rate"),
            False: (None, None),
        }
        for fault, kinds in expected.items():
            live.fault = fault
            for kind, detail in zip(("stuck", "implausible"), kinds, strict=True):
                found = self.condition(kind, self.sensor)
                self.assertEqual(found.detail, detail or "", fault)
                self.assertEqual((found.measure, found.holds), (bool(detail),) * 2)
                since = detail and NOW - 9 * MINUTE
                self.assertEqual(found.since, since, fault)

    def test_nothing_is_said_of_devices_that_are_not_active(self):
        live = self.live(self.sensor, fault="stuck_temperature", battery_level=3)
        live.clock_offset = 999
        self.sensor.certificate_expires_at = NAIVE
        self.sensor.action_retire()
        for kind in ("battery", "clock_drift", "certificate", "stuck", "no_data"):
            self.assertEqual(self.conditions(kind, self.sensor), {}, kind)


@tagged("post_install", "-at_install")
class TestHealthInWords(HealthCase):
    def test_a_device_that_is_well_says_nothing(self):
        self.live(self.sensor, battery_level=100, signal_strength=100)
        self.assertFalse(self.sensor.health)

    def test_all_that_is_wrong_is_said_line_by_line(self):
        self.live(
            self.sensor,
            battery_level=12,
            signal_strength=9,
            clock_offset=-720.0,
            fault="stuck_temperature",
        )
        self.sensor.certificate_expires_at = NAIVE + timedelta(days=7, hours=12)
        self.assertEqual(
            self.sensor.health.splitlines(),
            [
                "Battery 12 %",
                "Signal 9 %",
                "Clock 12 min behind",
                "Its certificate expires in 7 days",
                "Temperature: the value is stuck",
            ],
        )

    def test_a_clock_that_is_far_off_is_told_in_larger_units(self):
        live = self.live(self.sensor)
        for seconds, said in ((7500, "2 h"), (1e6, "12 days"), (-1.8e9, "57 years")):
            live.clock_offset = seconds
            self.env.invalidate_all()
            side = "ahead" if seconds > 0 else "behind"
            self.assertEqual(self.sensor.health, f"Clock {said} {side}")

    def test_a_child_of_a_silent_gateway_names_it(self):
        gateway = self.make_device("GW-1", device_type="gateway")
        child = self.make_device("CHILD-1", gateway_id=gateway.id)
        self.live(gateway)
        self.live(child)
        self.time.tick(10 * MINUTE)
        self.detect()
        self.assertRegex(
            child.health, r"^Offline since 6:00.AM, with its gateway GW-1$"
        )
        self.assertRegex(
            gateway.health, r"^Offline since 6:00.AM .devices behind it: 1.$"
        )

    def test_a_device_that_never_spoke_says_so(self):
        self.time.tick(timedelta(days=1))
        said = r"^No reading yet, active since 1/5/26, 6:00.AM$"
        self.assertRegex(self.sensor.health, said)

    def test_low_batteries_are_found_and_unknown_ones_are_not_low(self):
        empty = self.make_device("TEST-2")
        full = self.make_device("TEST-3")
        self.live(empty, battery_level=0)
        self.live(full, battery_level=80)
        ours = [("id", "in", (self.sensor | empty | full).ids)]
        devices = self.env["iot.device"]
        for is_low, expected in ((True, empty), (False, self.sensor | full)):
            found = devices.search([*ours, ("has_low_battery", "=", is_low)])
            self.assertEqual(found, expected)
            self.assertEqual(found.mapped("has_low_battery"), [is_low] * len(found))

    def test_who_may_see_the_device_may_read_its_health(self):
        self.live(self.sensor, battery_level=12)
        user = self.make_user("reader", "smartdairy_iot.group_iot_user")
        self.assertEqual(self.sensor.with_user(user).health, "Battery 12 %")
