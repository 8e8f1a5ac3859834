from datetime import datetime, timedelta, timezone
from unittest.mock import patch

from odoo.tests import tagged

from ..models.iot_tank_batch import IotTankBatch
from .common import LineCase
from .tank import DAY, TankCase


@tagged("post_install", "-at_install")
class TestTank(TankCase):
    """What the sensors of a tank said becomes phases, batches and coolings."""

    def recorded(self):
        return [
            (batch.start, batch.end, batch.milkings, round(batch.outside_minutes))
            for batch in self.tank.batch_ids
        ], [
            (cooling.start, cooling.end, cooling.verdict, cooling.marks)
            for cooling in self.tank.cooling_ids
        ]

    def test_a_day_of_milking_becomes_a_batch_with_its_coolings_and_no_alert(self):
        self.store(self.curve(1))
        self.judge(24)
        self.assertFalse(self.alerts)
        (batch,) = self.tank.batch_ids
        self.assertEqual((batch.milkings, batch.outside_minutes), (2, 0))
        self.assertFalse(batch.end)
        later, first = self.tank.cooling_ids
        self.assertEqual((first.verdict, later.verdict), ("met", "met"))
        self.assertTrue(first.is_first)
        self.assertAlmostEqual(self.hours(first.start), 6, delta=0.2)
        self.assertAlmostEqual(self.hours(first.end), 8, delta=0.25)
        self.assertAlmostEqual(later.before, 3.2, delta=0.5)
        self.assertGreater(later.blend, later.before + 2)
        self.assertEqual(first.marks[0]["celsius"], 6)
        self.assertEqual(batch.standard_id, self.standard)

    def test_hour_by_hour_is_the_same_as_all_at_once(self):
        self.store(self.curve(2.2))
        self.judge_until(50)
        by_hour = self.recorded()
        self.env["iot.tank.state"].search([]).unlink()
        self.tank.batch_ids.unlink()
        self.env["iot.tank.checkpoint"].search([]).unlink()
        self.judge(50)
        self.assertEqual(self.recorded(), by_hour)

    def test_to_be_woken_again_within_the_same_minute_changes_nothing(self):
        self.store(self.curve(0.5))
        self.judge(8.5)
        records = self.tank.batch_ids, self.tank.cooling_ids
        state = self.tank.state_ids.read()
        self.judge(8.5)
        self.judge(8.505)
        self.assertEqual((self.tank.batch_ids, self.tank.cooling_ids), records)
        self.assertTrue(all(records))
        self.assertEqual(self.tank.state_ids.read(), state)

    def test_minute_by_minute_the_records_stay_the_same_ones(self):
        self.store(self.curve(0.5))
        self.judge(8)
        batch, cooling = self.tank.batch_ids, self.tank.cooling_ids
        for minute in range(1, 40):
            self.judge(8 + minute / 60)
        self.assertEqual(self.tank.batch_ids, batch)
        self.assertEqual(self.tank.cooling_ids, cooling)
        self.assertTrue(cooling.end)

    def test_the_tank_shows_its_phase_and_what_its_milk_waits_for(self):
        self.store(self.curve(0.5, tank={"watts": 6000.0}))
        self.judge(7)
        self.assertEqual(self.tank.phase, "filling")
        self.judge(8.6)
        self.assertEqual(self.tank.phase, "cooling")
        self.assertAlmostEqual(self.hours(self.tank.due_at), 10, delta=0.25)
        self.assertIn("6 °C", self.tank.countdown)
        self.assertIn("expected at", self.tank.countdown)
        self.assertAlmostEqual(self.hours(self.tank.last_milking_end), 8, delta=0.25)
        self.judge(11.9)
        self.assertEqual(self.tank.phase, "storage")
        self.assertFalse(self.tank.countdown)

    def test_an_emptied_tank_ends_its_batch(self):
        self.store(self.curve(2))
        self.judge(48)
        newest, first = self.tank.batch_ids
        self.assertAlmostEqual(self.hours(first.end), 33.7, delta=0.3)
        self.assertGreater(newest.start, first.end)

    def test_readings_that_come_late_are_judged_as_if_they_had_been_in_time(self):
        samples = self.curve(1.5)
        self.store(samples)
        self.judge(36)
        whole = self.recorded()
        self.env["iot.tank.state"].search([]).unlink()
        self.tank.batch_ids.unlink()
        self.env["iot.tank.checkpoint"].search([]).unlink()
        self.rows_deleted()
        # The line was down from 16 to 21 o'clock, during a milking.
        hole = [s for s in samples if 16 <= (s.time - DAY.timestamp()) / 3600 < 21]
        self.store([s for s in samples if s not in hole])
        self.judge_until(36)
        self.assertNotEqual(self.recorded(), whole)
        self.store(hole)
        at = (DAY + timedelta(hours=16)).replace(tzinfo=None)
        self.env["iot.tank.late"].create({"device_id": self.probe.id, "oldest": at})
        self.judge(36.1)
        self.assertEqual(self.recorded(), whole)
        self.assertFalse(self.env["iot.tank.late"].search([]))

    def rows_deleted(self):
        with self.env["iot.store"]._cursor() as cr:
            cr.execute("DELETE FROM temperature_readings WHERE device_id = 'PROBE'")
            cr.execute("DELETE FROM sensor_readings WHERE device_id = 'LEVEL'")

    def test_another_standard_judges_the_batch_in_the_tank_anew(self):
        self.store(self.curve(1, tank={"watts": 5000.0}))
        self.judge(23)
        limits = {mark["celsius"] for mark in self.tank.cooling_ids[0].marks}
        self.assertEqual(limits, {6})
        self.tank.cooling_standard_id = self.env.ref(
            "smartdairy_iot.cooling_standard_ontario"
        )
        self.judge(23.1)
        limits = {mark["celsius"] for mark in self.tank.cooling_ids[0].marks}
        self.assertEqual(limits, {10, 4})
        self.assertEqual(len(self.tank.batch_ids), 1)

    def test_a_batch_that_was_too_long_out_of_range_is_told_once_to_add_ons(self):
        self.standard.outside_minutes = 60
        self.store(self.curve(1.5, breaks_at=17 * 3600, collect_days=99))
        called = []
        with patch.object(
            IotTankBatch, "_on_out_of_range", lambda batch: called.append(batch)
        ):
            self.judge_until(29)
        (batch,) = self.tank.batch_ids
        self.assertEqual(called, [batch])
        self.assertTrue(batch.is_out_of_range)
        self.assertGreater(batch.outside_minutes, 60)

    def test_a_tank_of_robots_has_one_start_and_is_stored_while_they_milk(self):
        self.tank.milking_system = "automatic"
        self.store(self.curve(1, robots=2, warm=20.0, tank={"least": 100.0}))
        self.judge_until(24)
        self.assertFalse(self.alerts)
        (cooling,) = self.tank.cooling_ids
        self.assertEqual(cooling.verdict, "met")
        self.assertEqual(self.tank.phase, "storage")

    def test_a_tank_that_cools_too_slowly_says_so_instead_of_a_time(self):
        self.store(self.curve(1, breaks_at=18.5 * 3600, collect_days=99))
        self.judge_until(20)
        self.assertIn("too slow, it will not be in time", self.tank.countdown)
        self.assertEqual(self.tank.alert_text, self.alerts.message)

    def test_a_tank_says_what_it_lacks_to_be_judged(self):
        self.assertFalse(self.tank.not_judged)
        self.tank.probe_id = False
        self.assertIn("“Temperature From”", self.tank.not_judged)
        self.assertNotIn("standard", self.tank.not_judged)
        self.tank.cooling_standard_id = False
        self.assertIn("cooling standard", self.tank.not_judged)

    def test_a_tank_without_standard_or_probe_is_left_alone(self):
        self.tank.cooling_standard_id = False
        self.store(self.curve(0.5))
        self.judge(12)
        self.assertFalse(self.tank.phase)
        self.assertFalse(self.tank.is_supervised)
        self.farm.cooling_standard_id = self.standard
        self.judge(12)
        self.assertEqual(self.tank.standard_id, self.standard)
        self.assertEqual(self.tank.phase, "storage")

    def test_one_tank_that_fails_stops_no_other(self):
        other = self.tank.copy(
            {"name": "Tank 8", "probe_id": self.sensor.id, "volume_device_id": False}
        )
        self.store(self.curve(0.5))
        original = type(self.env["iot.tank.state"])._judge

        def judge(model, work, *args):
            if work.tank == other:
                raise ValueError("broken")
            return original(model, work, *args)

        logger = "odoo.addons.smartdairy_iot.models.iot_tank_judgement"
        with (
            patch.object(type(self.env["iot.tank.state"]), "_judge", judge),
            self.assertLogs(logger, "ERROR"),
        ):
            self.judge(12)
        self.assertEqual(self.tank.phase, "storage")


@tagged("post_install", "-at_install")
class TestTankLine(LineCase):
    """What the listener tells of the devices of a tank."""

    def setUp(self):
        super().setUp()
        standard = self.env.ref("smartdairy_iot.cooling_standard_us")
        self.tank = self.env["farm.tank"].create(
            {
                "name": "Tank",
                "farm_id": self.farm.id,
                "cooling_standard_id": standard.id,
                "probe_id": self.sensor.id,
            }
        )
        self.job = self.env.ref("smartdairy_iot.ir_cron_judge_tanks")
        self.env["ir.cron.trigger"].search([]).unlink()
        self.refresh_devices()

    def triggers(self):
        domain = [("cron_id", "=", self.job.id)]
        return self.env["ir.cron.trigger"].search_count(domain)

    def late(self):
        return self.env["iot.tank.late"].search([])

    def test_a_reading_of_a_tank_wakes_its_judgement_once(self):
        for _turn in range(3):
            self.publish({"temperature": 4.0})
            self.run_line()
        self.assertEqual(self.triggers(), 1)
        self.assertFalse(self.late())

    def test_a_reading_of_another_device_wakes_nothing(self):
        self.make_device("OTHER")
        self.refresh_devices()
        self.publish({"temperature": 4.0}, "OTHER")
        self.run_line()
        self.assertEqual(self.triggers(), 0)

    def test_a_backfill_says_from_when_on_the_tank_is_to_be_judged_again(self):
        self.publish({"temperature": 4.0, "timestamp": self.ago(hours=3)})
        self.publish({"temperature": 4.0, "timestamp": self.ago(hours=5)})
        self.publish({"temperature": 4.0})
        self.run_line()
        age = datetime.now(timezone.utc).replace(tzinfo=None) - self.late().oldest
        self.assertAlmostEqual(age.total_seconds(), 5 * 3600, delta=60)
