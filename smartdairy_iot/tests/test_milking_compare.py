import random
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..ingest.message import Sample
from .common import IotCase
from .milk_meter import MilkMeterCase
from .test_milking_attention import NOW


@tagged("post_install", "-at_install")
class TestMilkingCompare(MilkMeterCase, IotCase):
    """Meters against tanks, and against each other."""

    def setUp(self):
        super().setUp()
        # A test has one transaction.
        cron = self.env.registry["ir.cron"]
        self.patch(cron, "_commit_progress", lambda *_args, **_kwargs: 1.0)
        tank = self.env["farm.tank"].create({"name": "T", "farm_id": self.farm.id})
        self.gauge = self.make_device(
            "LEVEL-1", device_type="flow_sensor", tank_id=tank.id
        )
        # Yesterday's morning, wherever the day is now.
        self.start = (NOW - timedelta(days=1)).replace(hour=5, minute=0, second=0)

    def fill(self, rise):
        """The tank's level each minute: 100 L, and more in an hour of milking."""
        self.store._insert(
            [
                Sample(
                    "LEVEL-1",
                    "flow_sensor",
                    time,
                    time,
                    {"volume": 100 + rise * min(max(minute, 0), 60) / 60},
                )
                for minute in range(-20, 81)
                for time in [self.start + timedelta(minutes=minute)]
            ]
        )

    def milk_hour(self, litres=50.0):
        for number in range(4):
            minutes = 15 * number
            self.milk(
                ("session_start", minutes),
                ("session_end", minutes + 15 - 1e-3, {"volume": litres}),
                session=str(number),
                start=self.start,
            )

    def balances(self):
        self.env["iot.milking.balance"]._cron_balance()
        return self.env["iot.milking.balance"].search([("farm_id", "=", self.farm.id)])

    def test_a_milking_is_weighed_against_the_tank(self):
        self.milk_hour()
        self.fill(210.0)
        row = self.balances()
        self.assertEqual((row.metered, row.verdict), (200.0, "off"))
        self.assertAlmostEqual(row.percent, 5.0, 1)
        self.assertAlmostEqual(row.rise, 210.0, 1)

    def test_what_comes_late_makes_the_same_row_anew(self):
        self.fill(200.0)
        self.milk_hour(25.0)
        before = self.balances()
        self.assertEqual(set(before.mapped("verdict")), {"off"})
        self.milk_hour(50.0)
        for number in range(4):
            self.milk(
                ("session_end", 15 * number + 15 - 1e-3 + 0.01, {"volume": 50.0}),
                session=str(number),
                start=self.start,
            )
        after = self.balances()
        self.assertEqual(after.ids, before.ids)
        self.assertEqual(sum(after.mapped("metered")), 200.0)

    def test_a_tank_without_a_level_leaves_it_open(self):
        self.milk_hour()
        self.assertEqual(set(self.balances().mapped("verdict")), {"no_level"})

    def test_with_a_tank_more_only_its_own_meters_are_weighed(self):
        other = self.env["farm.tank"].create({"name": "U", "farm_id": self.farm.id})
        self.milk_hour()
        self.fill(200.0)
        self.assertEqual(self.balances().verdict, "no_level", "some went elsewhere")
        self.meter.tank_id = self.gauge.tank_id
        aside = self.make_meter("M-2", tank_id=other.id)
        end = ("session_end", 10, {"volume": 90.0})
        self.milk(("session_start", 1), end, start=self.start, meter=aside)
        row = self.balances()
        self.assertEqual((row.metered, row.verdict), (200.0, "ok"))

    def test_a_farm_without_gauges_has_no_balance(self):
        self.gauge.state = "retired"
        self.milk_hour()
        self.assertFalse(self.balances())

    # Drift ---------------------------------------------------------------------------

    def test_a_meter_that_counts_too_little_is_found_among_its_peers(self):
        noise = random.Random(1)
        meters = [self.meter, *(self.make_meter(f"M-{n}") for n in (2, 3, 4))]
        animals = [self.bella, *(self.make_animal(n) for n in range(20, 29))]
        rows = []
        for number in range(240):
            meter, animal = meters[number % 4], noise.choice(animals)
            factor = 0.9 if meter == meters[2] else 1.0
            start = NOW - timedelta(hours=2 * number)
            day = fields.Date.to_date(start.replace(tzinfo=None))
            rows.append(
                {
                    "device_id": meter.id,
                    "farm_id": self.farm.id,
                    "animal_id": animal.id,
                    "start": start.replace(tzinfo=None),
                    "end": start.replace(tzinfo=None),
                    "day": day,
                    "state": "closed",
                    "liters": factor * noise.gauss(1, 0.05) * (8 + animal.number % 9),
                }
            )
        self.sessions.create(rows)
        self.env["iot.milking.meter"]._cron_compare()
        found = self.env["iot.milking.meter"].search([("farm_id", "=", self.farm.id)])
        self.assertEqual(len(found), 4)
        drifting = found.filtered(lambda row: row.verdict == "drifts")
        self.assertEqual(drifting.device_id, meters[2])
        self.assertAlmostEqual(drifting.percent, -10, delta=3 * drifting.error)
        self.env["iot.milking.meter"]._cron_compare()
        again = self.env["iot.milking.meter"].search([("farm_id", "=", self.farm.id)])
        self.assertEqual(again, found)

    def test_a_meter_without_milkings_has_no_row_any_more(self):
        self.milk_hour()
        meters = self.env["iot.milking.meter"]
        meters._refresh(self.farm)
        row = meters.search([("farm_id", "=", self.farm.id)])
        self.assertEqual(row.verdict, "unknown")
        self.sessions.search([("farm_id", "=", self.farm.id)]).unlink()
        meters._refresh(self.farm)
        self.assertFalse(row.exists())
