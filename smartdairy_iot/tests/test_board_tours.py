from datetime import timedelta, timezone

from odoo.tests import tagged

from .tour import TourCase


@tagged("post_install", "-at_install")
class TestBoardTours(TourCase):
    """The main task of the boards of one device, of the tanks, and of one's own."""

    def store_two_hours(self, celsius):
        now = self.now.replace(tzinfo=timezone.utc)
        times = [now - timedelta(minutes=5 * ago) for ago in range(1, 24)]
        self.store(dict.fromkeys([("TOUR-1", at) for at in times], celsius))

    def test_a_device_is_looked_at_from_its_day_to_its_form(self):
        self.store_two_hours(4.5)
        url = f"/odoo/iot-device?device={self.sensor.id}"
        self.start_tour(url, "smartdairy_iot_device_board", login="admin")

    def test_a_tank_is_opened_with_its_curve_and_its_standard(self):
        self.store_two_hours(3.4)
        grade_a = self.env.ref("smartdairy_iot.cooling_standard_us")
        tank = self.env["farm.tank"].create(
            {
                "name": "Tour bulk tank",
                "farm_id": self.farm.id,
                "probe_id": self.sensor.id,
                "cooling_standard_id": grade_a.id,
            }
        )
        # sudo - iot.tank.state: only the rules' job writes it.
        self.env["iot.tank.state"].sudo().create(
            {"tank_id": tank.id, "temperature": 3.4, "measured_at": self.now}
        )
        self.start_tour(
            "/odoo/iot-cold-chain", "smartdairy_iot_coldchain_board", login="admin"
        )

    def test_a_board_of_ones_own_is_made_arranged_undone_kept_and_shared(self):
        self.start_tour("/odoo/iot-board", "smartdairy_iot_own_board", login="admin")
        board = self.env["iot.board"].search([("name", "=", "Tour board")])
        types = [widget["type"] for widget in board.layout["widgets"]]
        self.assertEqual(types, ["kpi", "alerts"])
        self.assertTrue(board.is_shared)
