import json
from datetime import timedelta

from odoo.tests import tagged

from ..compliance.seal import digest
from ..ledger import chain
from .common import NOW, IotCase

MONDAY = NOW.date()
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@tagged("post_install", "-at_install")
class TestLedgerAttack(IotCase):
    """Somebody with the database's password wants a warm hour to have been cold."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["iot.retention"].search([]).write({"days": 36500})
        cls.days = cls.env["iot.ledger.day"]
        cls.env["iot.store"]._insert(
            [cls.sample(12.0, NOW + n * DAY + n * MINUTE) for n in range(3)]
        )
        cls.sealed = cls.days.concat(
            *(
                cls.days._seal(cls.farm, MONDAY + n * DAY, NOW + (n + 1) * DAY)
                for n in range(3)
            )
        )

    def attack(self, statement, *values):
        self.env.flush_all()
        self.env.cr.execute(statement, values)
        self.assertTrue(self.env.cr.rowcount, "the attack did something")
        self.env.invalidate_all()

    def found(self, days=None):
        """``{day of the month: what is said}`` of the days that are left."""
        days = (days or self.sealed).exists().sorted("date")
        days.action_verify()
        return {day.date.day: day.faults for day in days if day.faults}

    def sign(self):
        """As a manager did, on the evening after the third day was sealed."""
        last = self.sealed[-1]
        # sudo - iot.compliance.report: what only the machine writes.
        return (
            self.env["iot.compliance.report"]
            .sudo()
            .create(
                {
                    "farm_id": self.farm.id,
                    "date_from": MONDAY,
                    "date_to": MONDAY + DAY,
                    "state": "signed",
                    "data": "{}",
                    "data_hash": digest("{}"),
                    "signed_by": self.env.uid,
                    "signed_at": (NOW + 3 * DAY + MINUTE).replace(tzinfo=None),
                    "ledger_date": last.date,
                    "ledger_hash": last.hash,
                }
            )
        )

    def seal_again(self, days):
        """What a forger does who knows how: every hash of these days is made anew."""
        previous = days[0].previous
        for day in days:
            entries = [
                chain.to_entry(e.kind, e.subject, json.loads(e.content))
                for e in day.entry_ids
            ]
            owner, date = self.days._owner(day.farm_id), day.date.isoformat()
            made = chain.seal(owner, date, previous, entries)
            for entry, anew in zip(day.entry_ids, entries, strict=True):
                self.attack(
                    "UPDATE iot_ledger_entry SET hash = %s WHERE id = %s",
                    anew.hash,
                    entry.id,
                )
            self.attack(
                "UPDATE iot_ledger_day SET previous = %s, manifest = %s, hash = %s"
                " WHERE id = %s",
                *(made.previous, made.manifest, made.hash, day.id),
            )
            previous = made.hash

    def test_nobody_has_touched_it(self):
        self.assertEqual(self.found(), {})

    def test_an_entry_that_was_put_in_is_named(self):
        forged = chain.to_entry("readings", "TEST-9", {})
        self.attack(
            "INSERT INTO iot_ledger_entry (day_id, kind, subject, content, hash)"
            " VALUES (%s, %s, %s, %s, %s)",
            self.sealed[1].id,
            *forged,
        )
        said = "The entry of TEST-9 is not the one that was sealed."
        self.assertEqual(self.found(), {MONDAY.day + 1: said})

    def test_an_entry_that_was_deleted_is_missed_on_its_day(self):
        self.attack("DELETE FROM iot_ledger_entry WHERE day_id = %s", self.sealed[1].id)
        (day, said), *others = self.found().items()
        self.assertEqual((day, others), (MONDAY.day + 1, []))
        self.assertIn("An entry is missing.", said)

    def test_a_day_in_the_middle_that_was_deleted_is_missed_by_the_next(self):
        for table, column in (("entry", "day_id"), ("day", "id")):
            self.attack(
                f"DELETE FROM iot_ledger_{table} WHERE {column} = %s",  # noqa: S608
                self.sealed[1].id,
            )
        found = self.found()
        self.assertEqual(list(found), [MONDAY.day + 2])
        self.assertIn("The day before is missing.", found[MONDAY.day + 2])

    def test_two_days_that_were_swapped_are_both_named(self):
        first, second, _third = self.sealed
        self.attack(
            "UPDATE iot_ledger_day SET date = date - 999 WHERE id = %s", first.id
        )
        for day, date in ((second, MONDAY), (first, MONDAY + DAY)):
            self.attack(
                "UPDATE iot_ledger_day SET date = %s WHERE id = %s", date, day.id
            )
        found = self.found()
        for day in (MONDAY.day, MONDAY.day + 1):
            self.assertIn("The day itself was altered.", found[day])

    def test_a_reading_and_its_whole_suffix_sealed_again_do_not_fit_the_signed_report(
        self,
    ):
        """The chain is whole again and tells of what is stored: the paper does not."""
        report = self.sign()
        self.attack(
            "UPDATE temperature_readings SET temperature_celsius = 3.9"
            " WHERE device_id = 'TEST-1' AND time >= %s AND time < %s",
            *(NOW + DAY, NOW + 2 * DAY),
        )
        entry = self.sealed[1].entry_ids.filtered(lambda e: e.subject == "TEST-1")
        facts = self.days._readings_facts(self.farm, MONDAY + DAY, NOW + 2 * DAY)
        content = next(chain.to_text(c) for _k, s, c in facts if s == "TEST-1")
        self.assertNotEqual(content, entry.content)
        self.attack(
            "UPDATE iot_ledger_entry SET content = %s WHERE id = %s", content, entry.id
        )
        self.seal_again(self.sealed[1:])
        (day, said), *others = self.found().items()
        self.assertEqual((day, others), (MONDAY.day + 2, []))
        self.assertIn(report.display_name, said)
        self.assertIn("sealed again", said)

    def test_a_suffix_sealed_again_of_readings_that_are_as_they_were_is_found_as_well(
        self,
    ):
        """Its entry says less than there is: the readings themselves say so."""
        entry = self.sealed[1].entry_ids.filtered(lambda e: e.subject == "TEST-1")
        self.attack(
            "UPDATE iot_ledger_entry SET content = '{}' WHERE id = %s", entry.id
        )
        self.seal_again(self.sealed[1:])
        found = self.found()
        self.assertEqual(list(found), [MONDAY.day + 1])
        self.assertIn("0 readings were sealed, there are 1 now", found[MONDAY.day + 1])

    def test_a_tail_that_was_cut_off_is_missed_by_who_signed_after_it(self):
        report = self.sign()
        for table, column in (("entry", "day_id"), ("day", "id")):
            self.attack(
                f"DELETE FROM iot_ledger_{table} WHERE {column} = %s",  # noqa: S608
                self.sealed[2].id,
            )
        found = self.found()
        self.assertEqual(list(found), [MONDAY.day + 1])
        self.assertIn("The days after it are gone", found[MONDAY.day + 1])
        self.assertIn(report.display_name, found[MONDAY.day + 1])

    def test_a_signed_report_is_an_entry_and_what_was_altered_in_it_is_named(self):
        report = self.sign()
        day = self.days._seal(self.farm, MONDAY + 3 * DAY, NOW + 4 * DAY)
        entry = day.entry_ids.filtered(lambda e: e.kind == "report")
        self.assertEqual(entry.subject, f"Report {report.id}")
        self.assertIn(report.data_hash, entry.told)
        days = self.sealed | day
        self.assertEqual(self.found(days), {})
        self.attack(
            "UPDATE iot_compliance_report SET data = %s, data_hash = %s WHERE id = %s",
            *("{ }", digest("{ }"), report.id),
        )
        said = f"Report {report.id} is not what was signed."
        self.assertEqual(self.found(days), {MONDAY.day + 3: said})

    def test_a_farm_or_user_with_another_name_is_no_attack(self):
        self.sign()
        day = self.days._seal(self.farm, MONDAY + 3 * DAY, NOW + 4 * DAY)
        self.farm.name = "Other Name"
        self.env.user.login = "other@example.com"
        self.assertEqual(self.found(self.sealed | day), {})
