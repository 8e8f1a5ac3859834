from contextlib import nullcontext
from datetime import date, datetime, timedelta, timezone
from unittest.mock import patch

from odoo.modules.migration import load_script
from odoo.tests import tagged
from odoo.tools.misc import file_path

from ..models.iot_milking_production import Production
from .common import IotCase
from .milk_meter import DAWN, MilkMeterCase

DAY = date(2026, 7, 6)


@tagged("post_install", "-at_install")
class TestMilkingProduction(MilkMeterCase, IotCase):
    """Litres have one truth: the milkings."""

    def produced(self, *asked, **more):
        mine = [("farm_id", "=", self.farm.id)]
        return self.sessions._production(mine, *asked, **more)

    def give(self, liters, hours=0, **said):
        self.milk(
            ("session_start", 60 * hours),
            ("session_end", 60 * hours + 5, {"volume": liters}),
            **{"session": f"S-{hours}", **said},
        )

    def test_by_animal_stall_session_meter_time_of_day_farm_and_day(self):
        other = self.make_animal(8)
        stall = self.env["farm.stall"].create({"name": "2", "farm_id": self.farm.id})
        meter = self.make_meter("M-2", stall_id=stall.id)
        self.give(10.0)
        self.give(9.0, hours=12)
        self.give(12.0, animal=8, meter=meter)
        self.give(8.0, hours=24)
        bella = self.bella.id
        for by, expected in {
            "animal": {bella: (27.0, 3), other.id: (12.0, 1)},
            "stall": {self.stall.id: (27.0, 3), stall.id: (12.0, 1)},
            "session": {"S-0": (22.0, 2), "S-12": (9.0, 1), "S-24": (8.0, 1)},
            "device": {self.meter.id: (27.0, 3), meter.id: (12.0, 1)},
            "milking": {"morning": (30.0, 3), "evening": (9.0, 1)},
            "farm": {self.farm.id: (39.0, 4)},
        }.items():
            found = {p.key: (p.liters, p.sessions) for p in self.produced(by=by)}
            self.assertEqual(found, expected, by)
        days = [(p.time, p.liters) for p in self.produced("day")]
        self.assertEqual(days, [(DAY, 31.0), (DAY + timedelta(days=1), 8.0)])
        first = self.produced("day", by="animal")[0]
        self.assertEqual(first[:4], (DAY, bella, 19.0, 2))

    def test_a_meter_that_counts_on_gives_what_was_milked_not_what_it_shows(self):
        profile = self.make_profile(milk_volume="counter")
        meter = self.make_meter("M-2", profile_id=profile.id)
        said = [("reading", n, {"volume": 1000.0 + 3 * n}) for n in range(4)]
        self.milk(*said, meter=meter)
        self.assertEqual([p.liters for p in self.produced()], [9.0])

    def test_a_milking_is_of_the_farms_day_in_which_it_ends(self):
        """Also where the clocks go forward: that day has 23 hours."""
        midnight = datetime(2026, 3, 28, 23, 0, tzinfo=timezone.utc)
        self.give(4.0, start=midnight - timedelta(minutes=3))
        self.give(5.0, start=midnight + timedelta(hours=22, minutes=50), session="T")
        self.give(6.0, start=midnight + timedelta(hours=22, minutes=57), session="U")
        days = [(p.time, p.liters) for p in self.produced("day")]
        sunday = date(2026, 3, 29)
        self.assertEqual(days, [(sunday, 9.0), (sunday + timedelta(days=1), 6.0)])

    def test_a_milking_over_a_month_is_of_the_week_and_month_it_ends_in(self):
        self.give(4.0, start=datetime(2026, 7, 31, 21, 58, tzinfo=timezone.utc))
        self.assertEqual(self.produced("month")[0].time, date(2026, 8, 1))
        self.assertEqual(self.produced("week")[0].time, date(2026, 7, 27))

    def test_fat_is_by_volume_and_what_nobody_measured_is_not_zero(self):
        self.give(4.0)
        self.assertEqual(self.produced(), [Production(None, None, 4.0, 1)])
        told = {"volume": 30.0, "fat_percent": 4.0}
        self.milk(("session_end", 60, told), session="T")
        told = {"volume": 10.0, "fat_percent": 8.0}
        self.milk(("session_end", 120, told), session="U")
        self.assertEqual(self.produced()[0].fat, 5.0)

    def test_it_stays_when_the_readings_are_dropped(self):
        self.give(10.0)
        with self.store._cursor() as cr:
            cr.execute("DELETE FROM milk_meter_readings WHERE device_id = 'M-1'")
        self.assertEqual(self.produced()[0].liters, 10.0)

    def test_nobody_counts_the_milk_of_a_farm_that_is_not_theirs(self):
        self.give(10.0)
        milker = self.make_user("milker", "smartdairy_iot.group_iot_user")
        stranger = self.make_user("stranger", "smartdairy_iot.group_iot_user")
        self.farm.user_ids = milker
        self.env.invalidate_all()
        counts = [
            [p.liters for p in self.sessions.with_user(user)._production([], by="farm")]
            for user in (milker, stranger)
        ]
        self.assertEqual(counts, [[10.0], []])

    def test_a_bucket_or_period_that_there_is_not_is_refused(self):
        with self.assertRaisesRegex(ValueError, "fortnight"):
            self.produced("fortnight")
        with self.assertRaisesRegex(ValueError, "1y"):
            self.sessions.get_milk_production(self.farm.id, "1y")

    def test_the_specifications_answer(self):
        now = datetime.now(timezone.utc)
        told = {"volume": 12.5, "fat_percent": 4.125, "protein_percent": 3.4}
        start = now - timedelta(minutes=10)
        self.milk(("session_start", 0), ("session_end", 5, told), start=start)
        ended = start + timedelta(minutes=5)
        for period, begun in (
            ("24h", ended.replace(minute=0, second=0, microsecond=0)),
            ("7d", self.the_one().day),
        ):
            found = self.sessions.get_milk_production(self.farm.id, period)
            self.assertEqual(found["period"], period)
            (line,) = found["data"]
            self.assertIn(begun.isoformat(), line.pop("timestamp"))
            expected = {"volume": 12.5, "sessions": 1, "avg_fat": 4.12}
            self.assertEqual(line, {**expected, "avg_protein": 3.4})

    def test_the_specifications_rollup_is_a_view_of_milkings(self):
        self.give(10.0)
        self.give(9.0, hours=12)
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT bucket, animal_id, total_volume, session_count"
            " FROM milk_production_daily WHERE device_id = 'M-1'"
        )
        self.assertEqual(self.env.cr.fetchall(), [(DAY, self.bella.id, 19.0, 2)])


@tagged("post_install", "-at_install")
class TestMilkingsOfBefore(MilkMeterCase, IotCase):
    """An upgrade from a version whose store had milkings of its own."""

    def upgrade(self, *milkings):
        """:param milkings: ``(time, device id, session, litres)`` of the old table"""
        cr = self.env.cr
        cr.execute("DROP TABLE IF EXISTS milkings")
        cr.execute(
            "CREATE TABLE milkings (bucket timestamptz, device_id varchar,"
            " animal_id integer, session_id varchar, liters float8)"
        )
        cr.execute("DELETE FROM retention_horizon")
        cr.execute(
            "INSERT INTO retention_horizon VALUES ('milk_meter_readings', %s)", [DAWN]
        )
        for bucket, device_id, session, liters in milkings:
            row = [bucket, device_id, session, liters]
            cr.execute("INSERT INTO milkings VALUES (%s, %s, 7, %s, %s)", row)
        script = file_path("smartdairy_iot/migrations/19.0.1.5.0/end-milkings.py")
        store = type(self.store)
        with patch.object(store, "_cursor", lambda _store: nullcontext(cr)):
            load_script(script, "end_milkings").migrate(cr, "19.0.1.4.0")
        cr.execute("SELECT to_regclass('milkings')")
        self.assertEqual(cr.fetchone(), (None,), "it is gone")
        self.env.invalidate_all()

    def test_milkings_of_dropped_readings_are_taken_over_once(self):
        old = DAWN.replace(year=2024), "M-1", "OLD", 11.0
        self.upgrade(old)
        self.upgrade(old)
        session = self.the_one()
        self.assertEqual(
            (session.liters, session.animal_id, session.farm_id, session.state),
            (11.0, self.bella, self.farm, "closed"),
        )
        told = (session.day, session.milking)
        self.assertEqual(told, (date(2024, 7, 6), "morning"))

    def test_one_that_is_a_milking_already_does_not_count_twice(self):
        start = DAWN - timedelta(hours=12)
        told = {"volume": 10.0}
        self.milk(("session_start", 0), ("session_end", 5, told), start=start)
        self.upgrade((start, "M-1", "S", 10.0))
        self.assertEqual(self.the_one().liters, 10.0)

    def test_those_whose_readings_are_there_are_made_of_these(self):
        self.upgrade((DAWN, "M-1", "S", 10.0))
        self.assertFalse(self.sorted_sessions())

    def test_one_of_a_device_that_is_gone_is_no_error(self):
        self.upgrade((DAWN.replace(year=2024), "GONE", "S", 10.0))
        self.assertFalse(self.sorted_sessions())
