from odoo import fields
from odoo.tests import HttpCase, tagged

from .common import IotCase


@tagged("post_install", "-at_install")
class TestLiveTour(HttpCase):
    make_device = classmethod(IotCase.make_device.__func__)
    make_alert = classmethod(IotCase.make_alert.__func__)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.farm = cls.env["farm.farm"].create({"name": "Tour Farm", "tz": "UTC"})
        cls.sensor = cls.make_device("TOUR-1", name="Tour tank")
        cls.make_device("TOUR-2")
        now = fields.Datetime.now()
        # sudo - iot.device.state: only the listener's transactions write it.
        cls.env["iot.device.state"].sudo().create(
            {
                "device_id": cls.sensor.id,
                "last_values": {"temperature": 9.4},
                "last_seen": now,
                "value_time": now,
                "is_online": True,
                "alarm_type": "high_temperature",
            }
        )
        cls.make_alert()

    def test_what_is_wrong_is_found_acknowledged_and_looked_at(self):
        self.start_tour("/odoo/iot-live", "smartdairy_iot_live_board", login="admin")
        alert = self.env["iot.alert"].search([("device_id", "=", self.sensor.id)])
        self.assertEqual(alert.state, "acknowledged")
