from datetime import timezone

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .tank import TankCase


@tagged("post_install", "-at_install")
class TestColdChainBoard(TankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        group = "smartdairy_iot.group_iot_user"
        cls.reader = new_test_user(cls.env, "cold-reader", groups=group)
        cls.stranger = new_test_user(cls.env, "cold-stranger", groups=group)
        cls.farm.user_ids = cls.reader

    def board(self, user):
        self.env.invalidate_all()
        board = self.env["farm.farm"].with_user(user).get_cold_chain_board()
        return [row for row in board["tanks"] if row["farm"] == "Test Farm"]

    def test_a_tank_has_its_phase_temperature_and_batch(self):
        self.store(self.curve(0.5))
        self.judge_until(11)
        (row,) = self.board(self.reader)
        self.assertEqual((row["name"], row["probe"]), ("Tank 7", "PROBE"))
        self.assertEqual(row["phase"], self.tank.phase)
        self.assertTrue(row["batch"]["id"])
        self.assertFalse(row["alert"])

    def test_the_curve_has_phases_in_order_and_each_limit_from_its_deadline(self):
        self.store(self.curve(0.5))
        self.judge_until(11)
        batch = self.tank.batch_ids
        curve = self.tank.with_user(self.reader).get_cooling_curve(batch[:1].id)
        names = [phase["phase"] for phase in curve["phases"]]
        self.assertEqual(names[:2], ["filling", "cooling"])
        starts = [phase["start"] for phase in curve["phases"]]
        self.assertEqual(starts, sorted(starts))
        self.assertTrue(curve["series"]["points"])
        self.assertLess(len(curve["series"]["points"]), 1000)
        (step, *_rest) = curve["limits"]["steps"]
        self.assertEqual(step["celsius"], 6.0)
        self.assertEqual(curve["milkings"][0]["number"], batch[0].milkings)

    def test_the_probes_own_curve_has_the_limits_of_its_tank(self):
        self.store(self.curve(0.5))
        self.judge_until(11)
        start = self.tank.batch_ids[:1].start
        since = round(start.replace(tzinfo=timezone.utc).timestamp() * 1000)
        probe = self.probe.with_user(self.reader)
        (told,) = probe.get_series(["temperature"], since, since + 43_200_000)["series"]
        own = [band for band in told["bands"] if band.get("tank") == "Tank 7"]
        self.assertIn(6.0, [band["from"] for band in own])
        hidden = self.probe.with_user(self.stranger)
        with self.assertRaises(AccessError):
            hidden.get_series(["temperature"], since, since + 43_200_000)

    def test_what_is_wrong_comes_first(self):
        quiet = self.tank.copy({"name": "A quiet one", "volume_device_id": False})
        self.make_alert(device_id=self.probe.id, tank_id=self.tank.id, severity="high")
        rows = self.board(self.reader)
        self.assertEqual([row["id"] for row in rows], [self.tank.id, quiet.id])
        self.assertEqual(rows[0]["alert"]["severity"], "high")

    def test_a_user_of_another_farm_gets_nothing(self):
        self.assertEqual(self.board(self.stranger), [])
        with self.assertRaises(AccessError):
            self.tank.with_user(self.stranger).get_cooling_curve()

    def test_many_tanks_cost_no_more_queries_than_one(self):
        self.board(self.reader)
        before = self._count(self.reader)
        for number in range(8):
            self.tank.copy({"name": f"Tank {number}"})
        self.board(self.reader)  # the rules are cached anew
        self.assertLessEqual(self._count(self.reader), before + 2)

    def _count(self, user):
        self.env.invalidate_all()
        begin = self.cr.sql_log_count
        self.env["farm.farm"].with_user(user).get_cold_chain_board()
        return self.cr.sql_log_count - begin
