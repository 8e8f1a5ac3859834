from odoo.tests import tagged

from .common import LineCase


@tagged("post_install", "-at_install")
class TestLiveBoard(LineCase):
    def tile(self):
        board = self.env["farm.farm"].get_live_board()
        (tile,) = (t for t in board["devices"] if t["device_id"] == "TEST-1")
        return tile

    def test_a_tile_has_all_that_the_screen_needs(self):
        self.publish({"temperature": 9.5, "humidity": 81, "battery": 93})
        self.run_line()
        tile = self.tile()
        self.assertEqual(tile["values"], {"temperature": 9.5, "humidity": 81.0})
        self.assertEqual(tile["units"], {"temperature": "°C", "humidity": "%"})
        self.assertEqual((tile["low"], tile["high"]), (2.0, 6.0))
        self.assertEqual((tile["online"], tile["is_alarm"]), (True, True))
        self.assertEqual(
            (tile["battery"], tile["alarm_type"]), (93, "high_temperature")
        )
        self.assertRegex(tile["time"], r"^\d{4}-.*\+00:00$")

    def test_a_device_that_never_spoke_has_an_empty_tile(self):
        tile = self.tile()
        self.assertEqual((tile["values"], tile["time"]), ({}, False))
        self.assertFalse(tile["online"])

    def test_a_device_out_of_service_has_no_tile(self):
        self.sensor.action_maintenance()
        board = self.env["farm.farm"].get_live_board()
        self.assertNotIn("TEST-1", [tile["device_id"] for tile in board["devices"]])

    def test_open_alerts_are_on_the_board(self):
        self.publish({"temperature": 9.5})
        self.run_line()
        self.evaluate()
        board = self.env["farm.farm"].get_live_board()
        alerts = [a for a in board["alerts"] if a["device_id"] == "TEST-1"]
        self.assertEqual([a["alert_type"] for a in alerts], ["high_temperature"])
