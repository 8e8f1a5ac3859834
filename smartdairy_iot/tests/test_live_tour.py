from datetime import timedelta, timezone

from odoo.tests import tagged

from .tour import TourCase


@tagged("post_install", "-at_install")
class TestLiveTour(TourCase):
    """Each board's main task, as a person does it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.make_state(cls.sensor, {"temperature": 9.4}, alarm_type="high_temperature")
        cls.make_alert()

    def test_what_is_wrong_is_found_acknowledged_and_looked_at(self):
        self.start_tour("/odoo/iot-live", "smartdairy_iot_live_board", login="admin")
        alert = self.env["iot.alert"].search([("device_id", "=", self.sensor.id)])
        self.assertEqual(alert.state, "acknowledged")

    def test_an_alert_is_assigned_acknowledged_and_dismissed_on_its_board(self):
        self.env["res.users"].create(
            {
                "name": "Tour Colleague",
                "login": "tour-colleague",
                "group_ids": [self.env.ref("smartdairy_iot.group_iot_manager").id],
            }
        )
        url = f"/odoo/iot-alert-board?farm={self.farm.id}"
        self.start_tour(url, "smartdairy_iot_alert_board", login="admin")
        alert = self.env["iot.alert"].search([("device_id", "=", self.sensor.id)])
        self.assertEqual(alert.state, "dismissed")
        self.assertTrue(alert.acknowledged_at)
        self.assertEqual(alert.assigned_id.login, "tour-colleague")

    def test_a_milking_that_runs_shows_its_flow_and_leads_to_the_animal(self):
        meter = self.make_device("TOUR-METER", device_type="milk_meter")
        animal = self.env["farm.animal"].create(
            {"number": 901, "name": "Tour Bella", "farm_id": self.farm.id}
        )
        self.env["iot.milking.session"].create(
            {
                "device_id": meter.id,
                "farm_id": self.farm.id,
                "company_id": self.farm.company_id.id,
                "animal_id": animal.id,
                "start": self.now,
                "end": self.now,
                "day": self.now.date(),
                "milking": "morning",
                "state": "running",
                "liters": 6.5,
            }
        )
        self.make_state(meter, {"flow_rate": 2.4})
        url = f"/odoo/iot-milking?farm={self.farm.id}"
        self.start_tour(url, "smartdairy_iot_milking_board", login="admin")

    def test_a_trend_tells_its_bad_hour_and_is_compared(self):
        hour = self.now.replace(minute=30, second=0, tzinfo=timezone.utc)
        times = [hour - timedelta(hours=ago) for ago in range(1, 24 * 12)]
        devices = ("TOUR-1", "TOUR-2")
        celsius = {(device, at): 4.0 for device in devices for at in times}
        self.store(celsius | {("TOUR-1", hour - timedelta(hours=50)): 9.0})
        url = f"/odoo/iot-analytics?farm={self.farm.id}&devices={self.sensor.id}"
        self.start_tour(url, "smartdairy_iot_analytics", login="admin")
