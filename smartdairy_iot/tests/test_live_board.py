from datetime import date, timedelta
from unittest.mock import patch

from odoo import fields
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

    def test_tiles_stand_in_the_order_in_which_people_count(self):
        for number in (10, 2, 1):
            self.make_device(f"COUNT-{number}", name=f"Probe {number}")
        names = [t["name"] for t in self.env["farm.farm"].get_live_board()["devices"]]
        ours = [name for name in names if name.startswith("Probe ")]
        self.assertEqual(ours, ["Probe 1", "Probe 2", "Probe 10"])

    def test_open_alerts_are_on_the_board(self):
        self.publish({"temperature": 9.5})
        self.run_line()
        self.evaluate()
        board = self.env["farm.farm"].get_live_board()
        alerts = [a for a in board["alerts"] if a["device_id"] == "TEST-1"]
        self.assertEqual([a["alert_type"] for a in alerts], ["high_temperature"])

    def test_of_thousands_of_alerts_the_worst_are_sent_and_all_are_counted(self):
        """After a power cut; who is over and seen, or history, is on no list."""
        began = fields.Datetime.now()
        sensors = [self.make_device(f"MANY-{number}") for number in range(4)]
        with patch("odoo.addons.smartdairy_iot.models.iot_alert_live._MOST_LISTED", 3):
            severities = ("low", "critical", "high", "high")
            for number, (sensor, severity) in enumerate(
                zip(sensors, severities, strict=True)
            ):
                self.make_alert(
                    device_id=sensor.id,
                    severity=severity,
                    started_at=began - timedelta(minutes=number),
                )
            seen = self.make_alert(severity="critical", acknowledged_at=began)
            seen.state = "acknowledged"
            self.make_alert(severity="critical", is_historic=True)
            board = self.farm._to_live_board()
        self.assertEqual(
            [(a["severity"], a["device_id"]) for a in board["alerts"]],
            [("critical", "MANY-1"), ("high", "MANY-2"), ("high", "MANY-3")],
        )
        self.assertEqual(board["alert_counts"], {"critical": 2, "high": 2, "low": 1})
        seen.is_active = False
        counts = self.farm._to_live_board()["alert_counts"]
        self.assertEqual(counts["critical"], 1)

    def test_a_device_has_its_tags_and_the_place_that_filters_go_by(self):
        tag = self.env["iot.device.tag"].create({"name": "HACCP"})
        self.sensor.tag_ids = tag
        board = self.env["farm.farm"].get_live_board()
        self.assertIn({"id": tag.id, "name": "HACCP"}, board["tags"])
        tile = self.tile()
        self.assertEqual((tile["tags"], tile["location_type"]), ([tag.id], "storage"))

    def test_a_line_is_drawn_of_the_quarters_of_six_hours_without_gaps_filled(self):
        for minutes, value in ((400, 2.0), (100, 3.0), (99, 4.0), (20, 5.0)):
            at = self.ago(minutes=minutes)
            self.publish({"temperature": value, "timestamp": at})
        self.run_line()
        trends = self.env["farm.farm"].get_live_trends(self.sensor.ids)
        values = [value for _at, value in trends["TEST-1"]]
        self.assertNotIn(2.0, values, "older than six hours")
        self.assertEqual(values[-1], 5.0)
        self.assertIn(len(values), (2, 3), "two quarters, or three at their border")

    def test_the_milk_of_today_is_told_with_the_board_and_each_time_one_still_watches(
        self,
    ):
        now = fields.Datetime.now()
        meter = self.sensor.copy({"device_id": "METER-1", "device_type": "milk_meter"})
        for day, liters in ((self.farm._today(), 12.5), (date(2020, 1, 1), 99.0)):
            # sudo - iot.milking.session: only the listener's transactions write it.
            self.env["iot.milking.session"].sudo().create(
                {
                    "device_id": meter.id,
                    "session_ref": str(liters),
                    "farm_id": self.farm.id,
                    "start": now,
                    "end": now,
                    "day": day,
                    "liters": liters,
                    "state": "closed",
                }
            )
        self.assertEqual(self.farm.watch_live(), {self.farm.id: 12.5})
        farms = self.env["farm.farm"].get_live_board()["farms"]
        (mine,) = (farm for farm in farms if farm["id"] == self.farm.id)
        self.assertEqual(mine["milk_today"], 12.5)

    def test_a_farm_that_nobody_watches_is_not_told_who_went_offline(self):
        self.sensor.live_ids.unlink()
        self.publish({"temperature": 3.0})
        self.run_line()
        self.sensor.live_ids._send_status()
        self.assertFalse(self.bus_messages("smartdairy_iot/status"))
        self.farm.watch_live()
        self.sensor.live_ids._send_status()
        self.assertEqual(len(self.bus_messages("smartdairy_iot/status")), 1)

    def test_a_board_that_is_opened_during_a_long_evaluation_is_told_what_it_found(
        self,
    ):
        """The evaluation's own transaction cannot see who came after it had begun."""
        self.publish({"temperature": 9.5})
        self.run_line()
        self.env.cr.postcommit.clear()
        self.evaluate()
        self.sensor.live_ids._send_status()
        self.assertEqual(self.told("alert"), [])
        self.farm.watch_live()
        self.commit_as_another_transaction()
        ((_channel, said),) = self.told("alert")
        self.assertEqual(said["alert"]["device_id"], "TEST-1")
        self.assertEqual(len(self.told("status")), 1)

    def test_who_was_told_during_the_evaluation_is_not_told_again_and_nobody_never(
        self,
    ):
        alert = self.make_alert()
        self.env.cr.postcommit.clear()
        alert._send_bus()
        self.commit_as_another_transaction()
        self.assertEqual(self.told("alert"), [])
        self.farm.watch_live()
        alert._send_bus()
        self.commit_as_another_transaction()
        self.assertEqual(len(self.told("alert")), 1)

    def told(self, what):
        """Of the test's own farm: others may have boards open."""
        channel = [self.env.cr.dbname, "farm.farm", self.farm.id]
        messages = self.bus_messages(f"smartdairy_iot/{what}")
        return [message for message in messages if message[0] == channel]

    def commit_as_another_transaction(self):
        self.env.flush_all()
        self.env.cr.postcommit.run()

    def test_the_board_costs_as_many_queries_with_ten_devices_as_with_one(self):
        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["farm.farm"].get_live_board()
            return self.env.cr.sql_log_count - before

        queries()  # what is cached for good
        few = queries()
        for number in range(10):
            self.sensor.copy({"device_id": f"TEST-MORE-{number}", "state": "active"})
        queries()
        self.assertLessEqual(queries(), few + 1)
