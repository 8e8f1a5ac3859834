"""Boards of one's own: who sees them, who changes them, what they may hold."""

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged

from .common import IotCase


@tagged("post_install", "-at_install")
class TestBoard(IotCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner = cls.make_user("board_owner", "smartdairy_iot.group_iot_user")
        cls.other = cls.make_user("board_other", "smartdairy_iot.group_iot_manager")
        boards = cls.env["iot.board"].with_user(cls.owner)
        cls.board = boards.create({"name": "Mine"})

    def of_other(self):
        self.env.invalidate_all()
        return self.board.with_user(self.other)

    def test_a_board_is_its_owners_alone(self):
        with self.assertRaises(AccessError):
            self.of_other().read(["layout"])
        seen = self.env["iot.board"].with_user(self.other).get_boards()
        self.assertNotIn(self.board.id, [board["id"] for board in seen])

    def test_a_shared_board_is_read_by_others_and_changed_by_nobody_else(self):
        self.board.is_shared = True
        seen = self.env["iot.board"].with_user(self.other).get_boards()
        (found,) = (board for board in seen if board["id"] == self.board.id)
        self.assertFalse(found["is_own"])
        for act in (
            lambda: self.of_other().write({"name": "Theirs"}),
            lambda: self.of_other().unlink(),
        ):
            with self.assertRaises(AccessError):
                act()

    def test_a_shared_board_stays_in_its_company(self):
        self.board.is_shared = True
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.other.write({"company_ids": company.ids, "company_id": company.id})
        with self.assertRaises(AccessError):
            self.of_other().read(["layout"])

    def test_a_copy_belongs_to_who_made_it(self):
        self.board.is_shared = True
        copied = self.of_other().copy()
        self.assertEqual((copied.user_id, copied.is_shared), (self.other, False))

    def test_nobody_makes_a_board_for_somebody_else(self):
        vals = {"name": "Planted", "user_id": self.owner.id}
        planted = self.env["iot.board"].with_user(self.other).create(vals)
        self.assertEqual(planted.user_id, self.other)

    def test_nobody_gives_a_board_to_somebody_else(self):
        self.board.write({"user_id": self.other.id})
        self.assertEqual(self.board.user_id, self.owner)

    def test_nobody_shares_a_board_with_a_company_they_are_not_in(self):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        foreign = {"is_shared": True, "company_id": company.id}
        with self.assertRaisesRegex(ValidationError, "does not work"):
            self.board.write(foreign)
        boards = self.env["iot.board"].with_user(self.owner)
        with self.assertRaisesRegex(ValidationError, "does not work"):
            boards.create({"name": "Planted", **foreign})

    def test_a_wrong_layout_is_refused_and_says_where(self):
        wrong = {"version": 1, "widgets": [{"id": "w", "type": "script"}]}
        with self.assertRaisesRegex(ValidationError, r"widgets\[0\]\.type"):
            self.board.layout = wrong

    def test_a_chart_is_read_with_the_rights_of_who_looks(self):
        sensor = self.sensor.with_user(self.owner)
        asked = ["temperature"], 0, 3_600_000
        self.assertEqual(sensor.get_series(*asked)["series"][0]["unit"], "°C")
        self.farm.user_ids = self.other
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            sensor.get_series(*asked)
