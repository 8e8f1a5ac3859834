from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from ..milking.grade import SPECIFICATION
from .common import IotCase
from .milk_meter import MilkMeterCase

DAY = date(2026, 7, 6)


@tagged("post_install", "-at_install")
class TestMilkQuality(MilkMeterCase, IotCase):
    def setUp(self):
        super().setUp()
        self.scoring = self.env.ref("smartdairy_iot.iot_milk_scoring_specification")

    def quality(self, day=DAY):
        return self.env["iot.milk.quality"].search(
            [("farm_id", "=", self.farm.id), ("day", "=", day)]
        )

    def milk_of(self, liters, session, minutes=0, **said):
        values = {"volume": liters, "fat_percent": 4.0, "protein_percent": 3.3}
        values |= {"scc": 100_000, **said}
        values = {name: value for name, value in values.items() if value is not None}
        self.milk(("reading", minutes, values), session=session)

    def test_the_specifications_table_is_the_default(self):
        scheme = self.scoring._to_scheme()
        self.assertCountEqual(scheme.steps, SPECIFICATION.steps)
        self.assertEqual(scheme.grades, SPECIFICATION.grades)

    def test_a_day_is_graded_by_volume(self):
        self.milk_of(30.0, "S")
        self.milk_of(10.0, "T", 60, fat_percent=2.0, scc=1_600_000)
        row = self.quality()
        self.assertEqual((row.liters, row.session_count, row.animal_count), (40, 2, 1))
        self.assertAlmostEqual(row.fat, 3.5, 5)
        self.assertEqual(row.scc, 200_000, "the geometric mean, three parts to one")
        self.assertEqual((row.grade, row.points), ("B", 85))

    def test_what_is_not_measured_is_not_graded(self):
        self.milk_of(30.0, "S", protein_percent=None)
        row = self.quality()
        self.assertEqual(row.grade, "N/A")
        ((points, fat),) = row._read_group(
            [("id", "=", row.id)], [], ["points:avg", "fat:avg"]
        )
        self.assertEqual((points, fat), (False, 4.0), "it is in no average")

    def test_what_comes_late_changes_the_day_and_makes_no_second_one(self):
        self.milk_of(30.0, "S")
        self.assertEqual(self.quality().grade, "A")
        self.milk_of(30.0, "T", 60, scc=6_400_000)
        self.assertEqual((self.quality().scc, self.quality().grade), (800_000, "C"))

    def test_a_milking_that_moves_to_another_day_leaves_none_behind(self):
        midnight = (22 - 4) * 60  # of Amsterdam, in minutes after dawn
        self.milk(("reading", midnight - 1, {"volume": 4.0}))
        self.assertEqual(self.quality().liters, 4.0)
        self.milk(("session_end", midnight + 1, {"volume": 9.0}))
        self.assertFalse(self.quality())
        self.assertEqual(self.quality(DAY + timedelta(days=1)).liters, 9.0)

    def test_a_milking_that_still_runs_is_not_in_it(self):
        self.milk(("reading", 0, {"volume": 4.0}), at=1)
        self.assertFalse(self.quality())
        self.milk(("session_end", 5, {"volume": 9.0}), at=5)
        self.assertEqual(self.quality().liters, 9.0)

    def test_days_are_graded_anew_when_the_table_changes(self):
        self.milk_of(30.0, "S", fat_percent=3.6)
        self.assertEqual(self.quality().grade, "A")
        best = self.scoring.step_ids.filtered(
            lambda s: s.criterion == "fat" and s.points == 30
        )
        self.scoring.step_ids = [Command.update(best.id, {"limit": 3.7})]
        self.assertEqual((self.quality().grade, self.quality().points), ("A", 90))
        top = self.scoring.grade_ids[0]
        self.scoring.grade_ids = [Command.update(top.id, {"points": 95})]
        self.assertEqual(self.quality().grade, "B")

    def test_a_farm_may_have_a_grading_of_its_own(self):
        self.milk_of(30.0, "S")
        own = self.scoring.copy({"name": "Own"})
        own.grade_ids[0].name = "Gold"
        self.farm.milk_scoring_id = own
        self.assertEqual(self.quality().grade, "Gold")

    def test_a_grading_must_say_all(self):
        cells = self.scoring.step_ids.filtered(lambda step: step.criterion == "scc")
        without = [Command.delete(step.id) for step in cells]
        for change, problem in (
            ({"step_ids": without}, "no points for Somatic Cells"),
            ({"grade_ids": [Command.clear()]}, "has no grades"),
        ):
            with (
                self.assertRaisesRegex(ValidationError, problem),
                self.env.cr.savepoint(),
            ):
                self.scoring.write(change)

    def test_only_managers_change_it(self):
        technician = self.make_user("tech", "smartdairy_iot.group_iot_technician")
        with self.assertRaises(AccessError):
            self.scoring.with_user(technician).name = "Mine"
        manager = self.make_user("boss", "smartdairy_iot.group_iot_manager")
        self.milk_of(30.0, "S")
        self.scoring.with_user(manager).name = "Ours"

    def test_the_report_of_a_farm_is_as_the_specification_shapes_it(self):
        self.milk_of(30.0, "S")
        report = self.env["iot.milk.quality"].get_quality_report(
            self.farm.id, "2026-07-01", "2026-07-31"
        )
        self.assertEqual(
            (report["start_date"], report["end_date"]), ("2026-07-01", "2026-07-31")
        )
        self.assertEqual(
            report["report"],
            [
                {
                    "date": "2026-07-06",
                    "avg_fat_percent": 4.0,
                    "avg_protein_percent": 3.3,
                    "avg_scc": 100_000,
                    "avg_conductivity": 0,
                    "total_volume_liters": 30.0,
                    "animals_milked": 1,
                    "quality_grade": "A",
                }
            ],
        )

    def test_the_report_of_all_farms_is_one_line_a_day_of_those_one_may_see(self):
        self.milk_of(30.0, "S")
        other = self.env["farm.farm"].create({"name": "Other", "tz": "UTC"})
        meter = self.make_meter("M-2", farm_id=other.id)
        values = {"volume": 10.0, "fat_percent": 2.0}
        self.milk(("reading", 0, values), meter=meter)
        rows = self.env["iot.milk.quality"]
        span = DAY, DAY
        (line,) = rows.get_quality_report(None, *span)["report"]
        self.assertEqual(
            (line["total_volume_liters"], line["avg_fat_percent"]), (40.0, 3.5)
        )
        milker = self.make_user("milker", "smartdairy_iot.group_iot_user")
        other.user_ids = self.env.user
        (line,) = rows.with_user(milker).get_quality_report(None, *span)["report"]
        self.assertEqual(line["total_volume_liters"], 30.0)
