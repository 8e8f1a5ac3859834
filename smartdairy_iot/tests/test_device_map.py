from odoo.tests import tagged

from .common import IotCase


@tagged("post_install", "-at_install")
class TestDeviceMap(IotCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.farm.write({"latitude": 52.9926, "longitude": 6.5642})

    def map(self, *devices):
        ids = [device.id for device in devices or (self.sensor,)]
        return self.env["iot.device"].get_device_map([("id", "in", ids)])

    def test_a_device_without_a_position_stands_where_its_farm_is(self):
        (point,) = self.map()["points"]
        self.assertEqual((point["lat"], point["lon"]), (52.9926, 6.5642))
        self.assertEqual((point["name"], point["farm"]), ("Test Farm", "Test Farm"))

    def test_a_position_of_its_own_comes_first(self):
        self.sensor.write({"latitude": -1.5, "longitude": 0})
        other = self.make_device("TEST-2")
        points = self.map(self.sensor, other)["points"]
        found = {point["name"]: (point["lat"], point["lon"]) for point in points}
        expected = {"TEST-1": (-1.5, 0), "Test Farm": (52.9926, 6.5642)}
        self.assertEqual(found, expected)

    def test_devices_of_one_place_are_one_point_by_status(self):
        live = self.env["iot.device.state"]
        online, alarm, off = (self.make_device(f"M-{n}") for n in range(3))
        live.create({"device_id": online.id, "is_online": True})
        live.create({"device_id": alarm.id, "is_online": True})
        self.make_alert(device_id=alarm.id)
        off.action_deactivate()
        (point,) = self.map(self.sensor, online, alarm, off)["points"]
        self.assertEqual(
            point["ids"],
            {
                "offline": [self.sensor.id],
                "online": [online.id],
                "alarm": [alarm.id],
                "off": [off.id],
            },
        )

    def test_an_alert_that_is_over_is_no_alarm(self):
        self.make_alert(state="resolved")
        (point,) = self.map()["points"]
        self.assertEqual(list(point["ids"]), ["offline"])

    def test_what_has_no_place_is_told(self):
        self.farm.write({"latitude": 0, "longitude": 0})
        found = self.map()
        self.assertEqual(found["points"], [])
        expected = {
            "ids": [self.sensor.id],
            "farms": [{"id": self.farm.id, "name": "Test Farm"}],
        }
        self.assertEqual(found["lost"], expected)

    def test_one_sees_the_devices_of_ones_farms_only(self):
        viewer = self.make_user("viewer", "smartdairy_iot.group_iot_user")
        as_viewer = self.env["iot.device"].with_user(viewer)
        domain = [("id", "=", self.sensor.id)]
        self.assertTrue(as_viewer.get_device_map(domain)["points"])
        self.farm.user_ids = self.env.user
        self.assertFalse(as_viewer.get_device_map(domain)["points"])
