import json
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import NOW, IotCase

MONDAY = NOW.date()
SEALED_AT = NOW + timedelta(days=1, hours=1)  # seven in the morning of Tuesday
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@tagged("post_install", "-at_install")
class TestLedger(IotCase):
    """Each day is sealed once, and what was changed since is found and named."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["iot.retention"].search([]).write({"days": 36500})
        cls.days = cls.env["iot.ledger.day"]
        cls.store = cls.env["iot.store"]
        cls.store._insert(
            [cls.sample(4.0 + n / 10, NOW + n * MINUTE) for n in range(9)]
        )

    def seal(self, day=MONDAY, at=SEALED_AT):
        return self.days._seal(self.farm, day, at)

    def hours(self, day, kind="readings"):
        entries = day.entry_ids.filtered(lambda entry: entry.kind == kind)
        return {entry.subject: json.loads(entry.content) for entry in entries}

    def alter(self, statement, *values):
        self.env.flush_all()
        self.env.cr.execute(statement, values)
        self.assertTrue(self.env.cr.rowcount)
        self.env.invalidate_all()

    def test_a_day_holds_the_number_of_readings_of_each_hour_of_each_device(self):
        self.make_device("SILENT")
        hours = self.hours(self.seal())
        [[hour, count, digest]] = hours["TEST-1"]["temperature_readings"]
        self.assertEqual((hour, count, len(digest)), (6, 9, 64))
        self.assertEqual(hours["SILENT"], {})

    def test_each_entry_says_in_words_what_it_holds(self):
        self.make_device("SILENT")
        self.make_alert(message="Too warm")
        self.env.flush_all()
        at = datetime.now(timezone.utc) + MINUTE
        told = {e.subject: e.told for e in self.seal(at=at).entry_ids}
        self.assertEqual(told["TEST-1"], "9 readings in 1 hours")
        self.assertEqual(told["SILENT"], "No readings")
        self.assertIn("Too warm", told.values())

    def test_what_nobody_has_touched_is_intact(self):
        days = self.seal() | self.seal(MONDAY + DAY, SEALED_AT + DAY)
        days.action_verify()
        self.assertEqual(set(days.mapped("state")), {"intact"}, days.mapped("faults"))
        self.assertEqual(days[1].previous, days[0].hash)

    def test_a_reading_that_was_altered_is_named_by_device_and_hour(self):
        day = self.seal()
        self.alter(
            "UPDATE temperature_readings SET temperature_celsius = 3.9"
            " WHERE device_id = 'TEST-1' AND time = %s",
            NOW,
        )
        day.action_verify()
        self.assertEqual(day.state, "broken")
        self.assertIn("TEST-1, the hour from 2026-01-05 06:00", day.faults)
        self.assertIn("altered", day.faults)

    def test_a_reading_that_was_removed_or_put_in_later_is_counted(self):
        day = self.seal()
        self.alter("DELETE FROM temperature_readings WHERE time = %s", NOW)
        day.action_verify()
        self.assertIn("9 readings were sealed, there are 8 now", day.faults)
        self.store._insert(
            [self.sample(2.0, NOW + timedelta(hours=2))]
        )  # as if in time
        day.action_verify()
        self.assertIn("0 readings were sealed, there are 1 now", day.faults)

    def test_a_reading_that_came_late_is_no_fault_and_is_told_the_next_day(self):
        day = self.seal()
        late = self.sample(4.2, NOW + timedelta(hours=3))
        self.store._insert([replace(late, received_at=SEALED_AT + timedelta(hours=2))])
        following = self.seal(MONDAY + DAY, SEALED_AT + DAY)
        (day | following).action_verify()
        self.assertEqual(set((day | following).mapped("state")), {"intact"})
        told = self.hours(following, "late")["TEST-1"]["temperature_readings"]
        self.assertEqual([count for _hour, count, _digest in told], [1])

    def test_a_farm_whose_time_zone_is_corrected_has_the_same_days_behind_it(self):
        day = self.seal()
        self.farm.tz = "Pacific/Auckland"
        day.action_verify()
        self.assertEqual(day.state, "intact", day.faults)

    def test_a_retired_device_needs_no_entry_that_it_was_silent(self):
        self.make_device("GONE", state="retired")
        self.assertNotIn("GONE", self.hours(self.seal()))

    def test_an_alert_that_was_altered_behind_odoo_is_named(self):
        alert = self.make_alert(cause="door")
        self.env.flush_all()
        at = datetime.now(timezone.utc) + timedelta(minutes=1)
        day = self.seal(at=at)
        day.action_verify()
        self.assertEqual(day.state, "intact", day.faults)
        self.alter("UPDATE iot_alert SET peak_value = 4 WHERE id = %s", alert.id)
        day.action_verify()
        self.assertEqual(day.faults, f"Alert {alert.id} is not what was sealed.")

    def test_an_entry_that_was_altered_is_named(self):
        day = self.seal()
        self.alter(
            "UPDATE iot_ledger_entry SET content = '{}' WHERE day_id = %s"
            " AND subject = 'TEST-1'",
            day.id,
        )
        day.action_verify()
        self.assertIn("The entry of TEST-1 was altered.", day.faults)

    def test_a_day_that_was_sealed_again_breaks_the_next(self):
        day = self.seal()
        following = self.seal(MONDAY + DAY, SEALED_AT + DAY)
        self.alter("UPDATE iot_ledger_day SET hash = 'x' WHERE id = %s", day.id)
        (day | following).action_verify()
        self.assertIn("The day itself was altered.", day.faults)
        self.assertIn("does not follow", following.faults)

    def test_whoever_finds_a_fault_tells_managers_once(self):
        manager = self.make_user("m", "smartdairy_iot.group_iot_manager")
        day = self.seal(date.today() - 2 * DAY)
        self.alter("UPDATE iot_ledger_day SET hash = 'x' WHERE id = %s", day.id)
        cron = self.env.registry["ir.cron"]
        with patch.object(cron, "_commit_progress", return_value=1):
            for _day in range(2):
                self.days._cron_verify()
        told = day.activity_ids.filtered(lambda activity: activity.user_id == manager)
        self.assertEqual(len(told), 1)

    def test_every_day_that_is_over_is_sealed_in_its_order(self):
        self.seal()
        at = NOW + timedelta(days=3, hours=1)
        self.assertEqual(
            list(self.days._days_to_seal(self.farm, at)),
            [MONDAY + DAY, MONDAY + 2 * DAY],
        )
        before_the_grace = at.replace(hour=5)
        self.assertEqual(
            list(self.days._days_to_seal(self.farm, before_the_grace)), [MONDAY + DAY]
        )

    def test_a_day_has_as_many_hours_as_the_farms_calendar_says(self):
        self.farm.tz = "Europe/Berlin"
        for day, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25)):
            start, end = self.days._span(self.farm, day)
            self.assertEqual(end - start, timedelta(hours=hours))

    def test_nobody_writes_or_deletes_what_is_sealed(self):
        day = self.seal()
        manager = self.make_user("m", "smartdairy_iot.group_iot_manager")
        for record in (day, day.entry_ids[:1]):
            with self.assertRaises(AccessError):
                record.with_user(manager).write({"hash": "x"})
            with self.assertRaises(AccessError):
                record.with_user(manager).unlink()
        with self.assertRaises(UserError):
            day.unlink()
        technician = self.make_user("t", "smartdairy_iot.group_iot_technician")
        with self.assertRaises(AccessError):
            self.days.with_user(technician).search([])
