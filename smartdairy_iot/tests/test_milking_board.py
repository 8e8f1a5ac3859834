from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common import IotCase

_USER = "smartdairy_iot.group_iot_user"


@tagged("post_install", "-at_install")
class TestMilkingBoard(IotCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.now = fields.Datetime.now()
        cls.user = cls.make_user("milk-user", _USER)
        cls.neighbour = cls.make_user("milk-neighbour", _USER)
        cls.farm.write({"user_ids": cls.user, "tz": "UTC"})
        cls.stall = cls.env["farm.stall"].create(
            {"name": "Stall 1", "farm_id": cls.farm.id}
        )
        cls.meter = cls.make_device(
            "MEAT-1", device_type="milk_meter", stall_id=cls.stall.id
        )
        cls.animals = cls.env["farm.animal"].create(
            [{"number": n, "farm_id": cls.farm.id} for n in (901, 902)]
        )

    def milked(self, animal, days_ago, liters, hour=7, **vals):
        day = self.now.date() - timedelta(days=days_ago)
        start = fields.Datetime.to_datetime(day) + timedelta(hours=hour)
        return self.env["iot.milking.session"].create(
            {
                "device_id": self.meter.id,
                "farm_id": self.farm.id,
                "company_id": self.farm.company_id.id,
                "stall_id": self.stall.id,
                "animal_id": animal.id,
                "start": start,
                "end": start + timedelta(minutes=8),
                "day": day,
                "milking": "morning",
                "state": "closed",
                "liters": liters,
                **vals,
            }
        )

    def board(self, user=None, **asked):
        milkings = self.env["iot.milking.session"].with_user(user or self.user)
        return milkings.get_milking_board(farm_id=self.farm.id, **asked)

    def test_a_stall_shows_the_milking_that_runs(self):
        self.milked(self.animals[0], 0, 9.0, hour=5)
        self.milked(self.animals[1], 0, 3.5, hour=6, state="running")
        (meter,) = self.board()["meters"]
        self.assertEqual(meter["stall"], "Stall 1")
        self.assertEqual(meter["session"]["state"], "running")
        self.assertEqual(meter["session"]["animal_id"], self.animals[1].id)
        self.assertEqual(self.board()["today"]["running"], 1)

    def test_hours_and_days_are_those_of_the_farm(self):
        self.farm.tz = "Asia/Kolkata"  # half an hour apart from everybody
        start = self.now.replace(hour=1, minute=0, second=0, microsecond=0)
        day = self.farm._today()
        self.milked(
            self.animals[0], 0, 9.0, start=start, end=start, day=day, milking="morning"
        )
        board = self.board()
        self.assertEqual(board["by_hour"], [{"hour": 6, "liters": 9.0, "sessions": 1}])
        self.assertEqual([row["day"] for row in board["by_day"]], [str(day)])

    def test_who_gives_less_than_usual_comes_first(self):
        for day in range(2, 12):
            self.milked(self.animals[0], day, 20.0)
            self.milked(self.animals[1], day, 20.0, hour=8)
        self.milked(self.animals[0], 1, 21.0)
        self.milked(self.animals[1], 1, 10.0, hour=8)
        rows = [row for row in self.board()["animals"] if row["id"] in self.animals.ids]
        self.assertEqual([row["id"] for row in rows], self.animals[::-1].ids)
        self.assertAlmostEqual(rows[0]["change"], -50)

    def test_an_animal_s_history_is_beside_its_own_average(self):
        for day in range(2, 12):
            self.milked(self.animals[0], day, 20.0)
        self.milked(self.animals[0], 1, 10.0)
        told = self.animals[0].with_user(self.user).get_milking_history(days=5)
        self.assertEqual(len(told["days"]), 5)
        yesterday = told["days"][-2]
        self.assertEqual((yesterday["liters"], yesterday["average"]), (10.0, 20.0))
        self.assertAlmostEqual(yesterday["change"], -50)
        self.assertIsNone(told["days"][-1]["liters"])
        self.assertIsNone(told["days"][-1]["change"])
        self.assertEqual(len(told["sessions"]), 11)

    def test_of_another_farm_nothing_is_told(self):
        self.milked(self.animals[0], 0, 9.0)
        board = self.board(self.neighbour)
        self.assertNotEqual(board["farm"], self.farm.id)
        self.assertNotIn(self.farm.id, [farm["id"] for farm in board["farms"]])
        self.assertNotIn(self.meter.id, [m["id"] for m in board.get("meters", ())])
        with self.assertRaises(AccessError):
            self.animals[0].with_user(self.neighbour).get_milking_history()

    def test_who_is_no_user_of_it_is_refused(self):
        portal = self.make_user("milk-portal", "base.group_portal")
        with self.assertRaises(AccessError):
            self.board(portal)
        with self.assertRaises(AccessError):
            self.animals[0].with_user(portal).get_milking_history()

    def test_the_board_costs_the_same_queries_with_many_meters(self):
        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.board()
            return self.env.cr.sql_log_count - before

        for day in range(3):
            self.milked(self.animals[0], day, 9.0)
        queries()
        few = queries()
        for n in range(2, 8):
            meter = self.make_device(f"MEAT-{n}", device_type="milk_meter")
            animal = self.animals[0].copy({"number": 910 + n})
            self.milked(animal, 0, 5.0, device_id=meter.id)
        queries()
        self.assertLessEqual(queries(), few)
