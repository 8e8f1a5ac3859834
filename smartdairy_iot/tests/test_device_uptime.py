from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..health.tally import Counts
from ..ingest.message import StatusChange
from ..models import iot_device_trend
from .common import NOW, IotCase, LineCase

NAIVE = NOW.replace(tzinfo=None)
HOUR = timedelta(hours=1)


@tagged("post_install", "-at_install")
class TestDeviceHealthPage(IotCase):
    def setUp(self):
        super().setUp()
        self.time = self.enterContext(freeze_time(NOW))
        self.farm.tz = "Asia/Dhaka"  # 6 hours ahead

    def say(self, *statuses):
        """``(hours ago, is online)``"""
        self.env["iot.store"]._insert_status(
            [StatusChange("TEST-1", on, NOW - hours * HOUR) for hours, on in statuses]
        )

    def test_the_page_tells_uptime_of_day_week_and_month(self):
        self.say((96, True), (36, False), (30, True), (2, False))
        health = self.sensor.get_health("week")
        self.assertEqual(
            health["uptime"], {"day": 91.67, "week": 91.67, "month": 91.67}
        )
        self.assertEqual(health["outage_count"], 2)
        newest, older = health["outages"]
        self.assertTrue(newest["is_open"])
        self.assertEqual(newest["seconds"], 7200)
        self.assertFalse(older["is_open"])
        self.assertEqual([s["is_online"] for s in health["spans"]], [1, 0, 1, 0])

    def test_times_are_those_of_the_farm(self):
        self.say((2, False))
        health = self.sensor.get_health("day")
        self.assertEqual(health["tz"], "Asia/Dhaka")
        self.assertEqual(health["outages"][0]["start"], "2026-01-05T10:00:00+06:00")
        self.assertEqual(health["end"], "2026-01-05T12:00:00+06:00")

    def test_of_a_device_that_was_never_heard_nothing_is_made_up(self):
        health = self.sensor.get_health("month")
        self.assertEqual(health["uptime"], {"day": None, "week": None, "month": None})
        self.assertEqual((health["spans"], health["outages"]), ([], []))
        self.assertFalse(health["last_seen"])
        self.assertEqual(health["today"], Counts()._asdict())

    def test_a_long_trend_is_thinned_out_and_keeps_the_newest(self):
        rows = [
            (NOW - n * HOUR / 2, "TEST-1", True, n % 100, None) for n in range(1000)
        ]
        self.env["iot.store"]._insert_trends(rows)
        points = self.sensor.get_health("month")["battery"]
        self.assertLessEqual(len(points), 300)
        self.assertEqual(points[-1], ["2026-01-05T11:30:00+06:00", 1])

    def test_whoever_may_not_see_the_device_may_not_see_its_health(self):
        user = self.make_user("user", "smartdairy_iot.group_iot_user")
        self.assertFalse(self.sensor.with_user(user).get_health()["may_see_refused"])
        self.farm.user_ids = self.make_user("other", "smartdairy_iot.group_iot_user")
        with self.assertRaises(AccessError):
            self.sensor.with_user(user).get_health()

    def test_flapping_devices_are_found(self):
        devices = self.env["iot.device"]
        self.say(*((n, n % 2 == 0) for n in range(10)))
        self.assertEqual(self.sensor.outages_day, 5)
        for more_than, is_found in ((3, True), (4, True), (5, False)):
            found = devices.search([("outages_day", ">", more_than)])
            self.assertEqual(self.sensor in found, is_found)
        self.time.move_to(NOW + 30 * HOUR)
        self.assertNotIn(self.sensor, devices.search([("outages_day", ">", 3)]))


@tagged("post_install", "-at_install")
class TestDeviceTrend(IotCase):
    def setUp(self):
        super().setUp()
        self.time = self.enterContext(freeze_time(NOW))
        self.trends = self.env["iot.device.trend"]
        self.live = self.env["iot.device.state"].create(
            {"device_id": self.sensor.id, "last_seen": NAIVE, "is_online": True}
        )

    def hear(self, minutes, **vals):
        self.live.write({"last_seen": NAIVE + timedelta(minutes=minutes), **vals})
        self.trends._cron_sample()
        return self.rows(
            "SELECT battery_level, signal_strength FROM device_status"
            " WHERE device_id = 'TEST-1' ORDER BY time"
        )

    def test_the_same_battery_and_signal_are_kept_once_an_hour(self):
        first = self.hear(0, battery_level=80, signal_strength=60)
        self.assertEqual(first, [(80, 60)])
        self.assertEqual(self.hear(59), first)
        self.assertEqual(self.hear(60), first * 2)

    def test_a_change_of_one_percent_or_of_five_points_is_kept_at_once(self):
        self.hear(0, battery_level=80, signal_strength=60)
        self.assertEqual(len(self.hear(1, signal_strength=64)), 1)
        self.assertEqual(self.hear(2, signal_strength=65)[-1], (80, 65))
        self.assertEqual(self.hear(3, battery_level=79)[-1], (79, 65))

    def test_nothing_is_repeated_of_a_device_that_said_nothing_since(self):
        self.hear(0, battery_level=80)
        self.time.move_to(NOW + 5 * HOUR)
        self.assertEqual(len(self.hear(0)), 1)

    def test_a_device_that_stays_away_is_noted_once_a_day_without_battery(self):
        away = {"is_online": False, "status_since": NAIVE, "battery_level": 80}
        self.assertEqual(self.hear(0, **away), [])
        self.time.move_to(NOW + HOUR)
        self.assertEqual(self.hear(0), [(None, None)])
        ((time, is_online),) = self.rows(
            "SELECT time, is_online FROM device_status WHERE device_id = 'TEST-1'"
        )
        # As of some minutes ago: what is on its way by now may say that it is back.
        self.assertEqual((time, is_online), (NOW + timedelta(minutes=50), False))
        self.time.move_to(NOW + 24 * HOUR)
        self.assertEqual(len(self.hear(0)), 1)
        self.time.move_to(NOW + 25 * HOUR)
        self.assertEqual(len(self.hear(0)), 2)

    def test_a_device_without_battery_and_signal_is_noted_once_a_day(self):
        """Else nothing would be left of it when old months are dropped."""
        self.env.cr.execute(
            "UPDATE iot_device_state SET battery_level = NULL, signal_strength = NULL"
        )
        self.assertEqual(self.hear(0), [(None, None)])
        self.assertEqual(len(self.hear(23 * 60)), 1)
        self.assertEqual(len(self.hear(24 * 60)), 2)

    def test_uptime_of_all_devices_is_there_to_compare_farms(self):
        self.make_device("TEST-2")
        self.env["iot.store"]._insert_status(
            [
                StatusChange("TEST-1", True, NOW - 48 * HOUR),
                StatusChange("TEST-1", False, NOW - 6 * HOUR),
            ]
        )
        self.trends._cron_uptime()
        trend = self.sensor.trend_ids
        self.assertEqual((trend.uptime_day, trend.uptime_week), (75.0, 87.5))
        self.assertEqual(trend.outages_day, 1)
        ((farm, average),) = self.trends._read_group(
            [("farm_id", "=", self.farm.id)], ["farm_id"], ["uptime_day:avg"]
        )
        # Of the second device nothing is known: it does not count as 0 %.
        self.assertEqual((farm, average), (self.farm, 75.0))
        self.assertFalse(
            self.trends.search([("device_id.name", "=", "TEST-2")]).computed_at
        )

    def test_uptime_is_computed_while_another_action_adds_the_devices(self):
        """Both start with the server, and each adds those that are missing."""
        self.trends._add_missing()
        status = StatusChange("TEST-1", True, NOW - 48 * HOUR)
        self.env["iot.store"]._insert_status([status])
        conflict = "DO $$ BEGIN RAISE SQLSTATE '40001'; END $$"
        with (
            patch.object(iot_device_trend, "_ADD", conflict),
            self.assertNoLogs("odoo.sql_db", "ERROR"),
        ):
            self.trends._cron_uptime()
        self.assertEqual(self.sensor.trend_ids.uptime_day, 100.0)


@tagged("post_install", "-at_install")
class TestDeviceCounter(LineCase):
    def count(self):
        self.run_line()
        self.clock.now += 60
        self.line.run_once(0)
        self.env.invalidate_all()
        counter = self.sensor.counter_ids
        return counter._today(), counter._total()

    def test_messages_of_a_device_are_counted_by_what_became_of_them(self):
        self.publish({"temperature": 4.0})
        self.publish({"temperature": 4.0, "timestamp": self.ago(hours=1)})
        self.publish(b"garbage")
        self.publish({"temperature": "warm"})
        today, total = self.count()
        self.assertEqual(today, total)
        self.assertEqual((total.received, total.late, total.again), (4, 1, 0))
        self.assertEqual(total.rejected, 2)

    def test_what_the_broker_sends_again_is_counted_apart(self):
        mid = self.publish({"temperature": 4.0})
        self.run_line()
        self.publish({"temperature": 4.0}, again=mid)
        self.assertEqual(self.count()[1], Counts(received=2, again=1))

    def test_counts_are_told_when_the_line_is_closed(self):
        self.publish({"temperature": 4.0})
        self.run_line()
        self.assertFalse(self.sensor.counter_ids)
        self.line.close()
        self.env.invalidate_all()
        self.assertEqual(self.sensor.counter_ids._total(), Counts(received=1))

    def test_a_day_is_the_farms_and_begins_at_zero(self):
        self.farm.tz = "Asia/Dhaka"  # midnight is at 18:00 UTC
        self.refresh_devices()
        fleet = self.env["iot.device"]._get_listener_map()
        counters = self.env["iot.device.counter"]
        tally = {"TEST-1": Counts(received=2, rejected=1)}
        with freeze_time("2026-01-05 17:30:00") as time:
            counters._add(tally, fleet)
            time.move_to("2026-01-05 18:30:00")
            self.assertEqual(self.sensor.counter_ids._today(), Counts())
            counters._add({"TEST-1": Counts(received=3)}, fleet)
            self.env.invalidate_all()
            counter = self.sensor.counter_ids
            self.assertEqual(counter._today(), Counts(received=3))
            self.assertEqual(counter._total(), Counts(received=5, rejected=1))

    def test_devices_with_rejected_messages_are_found_and_their_messages_shown(self):
        self.publish({"temperature": "warm"})
        self.publish({"temperature": 4.0})
        self.count()
        found = self.env["iot.device"].search([("rejected_day", ">", 0)])
        self.assertIn(self.sensor, found)
        self.assertEqual(self.sensor.rejected_day, 1)
        action = self.sensor.action_view_rejected()
        refused = self.env["iot.rejected.message"].search(action["domain"])
        self.assertEqual(refused.mapped("reason"), ["not_a_number"])

    def test_the_quarantine_of_a_gateway_shows_who_waits_behind_it(self):
        gateway = self.make_device("GW-1", device_type="gateway")
        self.refresh_devices()
        readings = [{"device_id": "NEW-1", "temperature": 4.0}]
        self.broker.send("smartdairy/gateway/GW-1/data", {"readings": readings})
        self.run_line()
        action = gateway.action_view_quarantine()
        found = self.env["iot.discovered.device"].search(action["domain"])
        self.assertEqual(found.mapped("device_ref"), ["NEW-1"])

    def test_counts_that_cannot_be_written_are_written_with_the_next(self):
        self.publish({"temperature": 4.0})
        self.run_line()
        self.clock.now += 60
        counters = type(self.env["iot.device.counter"])
        original, failed = counters._add, []

        def fail_once(model, tally, devices):
            if not failed:
                failed.append(tally)
                raise ValueError("away")
            return original(model, tally, devices)

        self.patch(counters, "_add", fail_once)
        self.line.run_once(0)
        self.assertTrue(failed)
        self.publish({"temperature": 4.1})
        self.assertEqual(self.count()[1], Counts(received=2))
