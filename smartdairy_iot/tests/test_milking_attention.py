from datetime import datetime, timedelta, timezone

from odoo import fields
from odoo.tests import tagged

from .common import IotCase
from .milk_meter import MilkMeterCase

NOW = datetime.now(timezone.utc).replace(microsecond=0)


@tagged("post_install", "-at_install")
class TestMilkingAttention(MilkMeterCase, IotCase):
    def setUp(self):
        super().setUp()
        # A test has one transaction.
        cron = self.env.registry["ir.cron"]
        self.patch(cron, "_commit_progress", lambda *_args, **_kwargs: 1.0)
        self.farm.tz = "UTC"

    def milk_days(self, animal=7, liters=10.0, last=None, days=10, **said):
        """Twice a day until three hours ago; ``last`` is what differs in the last."""
        meter = self.make_meter(f"MA-{animal}")
        for number in range(2 * days):
            age = 2 * days - 1 - number
            values = {"volume": liters, "conductivity": 5.0, "scc": 100_000, **said}
            if not age:
                values |= last or {}
            self.milk(
                ("session_start", 0),
                ("reading", 4, values),
                ("session_end", 8),
                start=NOW - timedelta(hours=3 + 12 * age),
                session=f"{animal}-{number}",
                animal=animal,
                meter=meter,
                build=not age,
            )

    def rows(self):
        return self.env["iot.milking.attention"].search(
            [("farm_id", "=", self.farm.id)]
        )

    def test_an_animal_that_is_well_stands_not_there(self):
        self.milk_days()
        self.assertFalse(self.rows())

    def test_the_reason_is_told_in_words(self):
        self.milk_days(last={"scc": 812_000, "conductivity": 6.9})
        row = self.rows()
        self.assertEqual(row.animal_id, self.bella)
        self.assertEqual(
            row.reason,
            "Somatic cells 812,000 per mL, over 750,000; "
            "Conductivity 6.90 mS/cm, over 6.50",
        )
        self.assertEqual(row.session_id.scc, 812_000)
        self.assertEqual(self.bella.attention_reason, row.reason)

    def test_the_worst_comes_first(self):
        self.make_animal(8)
        self.make_animal(9)
        self.milk_days(7, last={"scc": 420_000})
        self.milk_days(8, last={"scc": 900_000})
        self.milk_days(9, last={"conductivity": 6.8})
        self.assertEqual(self.rows().animal_id.mapped("number"), [8, 9, 7])

    def test_it_goes_when_the_next_milking_is_well(self):
        self.milk_days(last={"scc": 500_000})
        since = self.rows().since
        self.assertTrue(since)
        self.milk(
            ("session_start", 150),
            ("reading", 155, {"scc": 100_000}),
            ("session_end", 159),
            start=NOW - timedelta(hours=3),
            session="next",
        )
        self.assertFalse(self.rows())

    def test_a_missed_milking_is_found_without_any_message(self):
        self.milk_days()
        hour = timedelta(hours=1)
        self.env.cr.execute(
            'UPDATE iot_milking_session SET start = start - %s, "end" = "end" - %s'
            " WHERE animal_id = %s",
            [20 * hour, 20 * hour, self.bella.id],
        )
        self.env.invalidate_all()
        self.env["iot.milking.attention"]._cron_watch()
        self.assertEqual(self.rows().kind, "missed")
        self.assertRegex(self.rows().reason, "Not milked for 23 h")

    def test_an_animal_that_was_archived_stands_not_there(self):
        self.milk_days(last={"scc": 500_000})
        self.bella.active = False
        self.env["iot.milking.attention"]._refresh(self.bella)
        self.assertFalse(self.rows())

    def test_the_farm_sets_the_limits(self):
        self.milk_days(last={"scc": 350_000})
        self.assertFalse(self.rows())
        self.farm.attention_scc = 300_000
        self.assertEqual(self.rows().kind, "scc")

    def test_it_is_no_alert(self):
        """Alerts come from the rules, which the line judges by: here nothing did."""
        before = self.env["iot.alert"].search_count([])
        self.milk_days(last={"scc": 900_000})
        self.assertEqual(self.env["iot.alert"].search_count([]), before)

    # The animal ---------------------------------------------------------------------

    def milk_on(self, days_ago, liters):
        noon = (NOW - timedelta(days=days_ago)).replace(hour=10, minute=0)
        self.milk(("reading", 0, {"volume": liters}), start=noon, session=str(days_ago))

    def test_a_days_milk_is_compared_with_the_animals_own_average(self):
        for days_ago in range(2, 9):
            self.milk_on(days_ago, 20.0)
        self.milk_on(1, 15.0)
        bella = self.bella
        self.assertEqual(bella.yield_yesterday, 15.0)
        self.assertAlmostEqual(bella.yield_average, 20.0, 5)
        self.assertAlmostEqual(bella.yield_change, -25.0, 5)
        self.assertEqual(bella.yield_days, 7)
        self.assertIn("yield", [found["kind"] for found in self.rows().findings])
        self.assertIn("15.0 L on its last day, 25 % less", self.rows().reason)

    def test_of_few_days_there_is_no_average(self):
        for days_ago in range(1, 5):
            self.milk_on(days_ago, 20.0)
        self.assertEqual((self.bella.yield_average, self.bella.yield_change), (0, 0))
        self.assertEqual(self.bella.yield_days, 3)

    def test_it_tells_when_it_was_last_milked(self):
        self.milk_on(3, 20.0)
        noon = (NOW - timedelta(days=3)).replace(hour=10, minute=0, tzinfo=None)
        self.assertEqual(self.bella.last_milked, noon)
        self.assertEqual(self.bella.days_since_milking, 3)

    def test_who_may_only_read_sees_it_all(self):
        self.milk_days(last={"scc": 500_000})
        viewer = self.make_user("viewer", "smartdairy_iot.group_iot_user")
        bella = self.bella.with_user(viewer)
        self.assertTrue(bella.attention_reason)
        self.assertTrue(bella.milking_ids)
        self.assertTrue(bella.yield_yesterday)
        self.assertEqual(
            fields.Date.to_date(bella.last_milked), bella.last_milked.date()
        )
