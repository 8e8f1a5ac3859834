from odoo.tests import tagged

from .common import DEVICES, MobileApiCase

# The fields of the app's model (specification, Day 251).
DART_DEVICE = set(
    "id deviceId name deviceType state farmId farmName locationDescription manufacturer"
    " model firmwareVersion lastSeen isOnline signalStrength batteryLevel lastValue"
    " lastValueUnit alertCount".split()
)


@tagged("post_install", "-at_install")
class TestDevices(MobileApiCase):
    def test_a_device_has_the_shape_of_the_dart_model(self):
        for device in self.read(DEVICES, self.manager)["devices"]:
            self.assertEqual(set(device), DART_DEVICE)

    def test_one_sees_the_devices_of_ones_own_farm(self):
        self.assertEqual(self.device_ids(self.user), {"API-TEMP-1", "API-MILK-1"})
        self.assertEqual(self.device_ids(self.neighbour), {"API-TEMP-2"})

    def test_a_manager_sees_the_devices_of_all_farms(self):
        seen = self.device_ids(self.manager)
        self.assertLessEqual({"API-TEMP-1", "API-MILK-1", "API-TEMP-2"}, seen)

    def test_a_device_tells_what_it_measured_last(self):
        device = self.read(f"{DEVICES}/API-TEMP-1", self.user)
        self.assertEqual(device["id"], str(self.tank.id))
        self.assertEqual(device["farmId"], str(self.farm.id))
        self.assertEqual(device["farmName"], "Near Farm")
        self.assertEqual(device["lastValue"], 3.8)
        self.assertEqual(device["lastValueUnit"], "°C")
        self.assertEqual(device["batteryLevel"], 93)
        self.assertEqual(device["alertCount"], 1)
        self.assertIs(device["isOnline"], True)

    def test_what_is_not_known_is_null(self):
        device = self.read(f"{DEVICES}/API-MILK-1", self.user)
        for key in ("lastSeen", "lastValue", "batteryLevel"):
            self.assertIsNone(device[key], key)
        # The first value comes over the websocket, as a number.
        self.assertEqual(device["lastValueUnit"], "L")
        self.assertIsNone(device["signalStrength"])
        self.assertIsNone(device["manufacturer"])
        self.assertIs(device["isOnline"], False)
        self.assertEqual(device["deviceType"], "milkMeter")

    def test_a_measured_zero_is_no_null(self):
        self._say(self.meter, {"volume": 0.0})
        device = self.read(f"{DEVICES}/API-MILK-1", self.user)
        self.assertEqual((device["lastValue"], device["lastValueUnit"]), (0.0, "L"))

    def test_a_device_without_a_farm_is_null_in_both_farm_keys(self):
        self._new_device("API-LOOSE", self.env["farm.farm"])
        device = self.read(f"{DEVICES}/API-LOOSE", self.manager)
        self.assertEqual((device["farmId"], device["farmName"]), (None, None))

    def test_a_device_is_found_by_its_record_id_too(self):
        by_id = self.read(f"{DEVICES}/{self.tank.id}", self.user)
        self.assertEqual(by_id, self.read(f"{DEVICES}/API-TEMP-1", self.user))

    def test_a_device_id_goes_before_a_record_id(self):
        twin = self._new_device(str(self.tank.id), self.farm)
        device = self.read(f"{DEVICES}/{self.tank.id}", self.user)
        self.assertEqual(device["id"], str(twin.id))

    def test_a_device_of_another_farm_does_not_exist(self):
        for reference in ("API-TEMP-2", self.far_tank.id):
            response = self.call(f"{DEVICES}/{reference}", self.user)
            self.assertError(response, 404, "not_found")

    def test_no_reference_breaks_the_answer(self):
        for reference in ("NONE", "0", "-1", "9" * 30, "9" * 300, "%00", "ü", "a b"):
            with self.subTest(reference=reference):
                response = self.call(f"{DEVICES}/{reference}", self.user)
                self.assertError(response, 404, "not_found")

    def test_more_devices_take_no_more_queries(self):
        self._new_device("API-FIRST", self.farm, name="A device that never spoke")
        few = self.count_queries()
        for number in range(30):
            device = self._new_device(f"API-MANY-{number}", self.farm)
            self._say(device, {"temperature": 4.0})
            self._new_alert(device)
        self.assertEqual(self.count_queries(), few)

    def count_queries(self):
        self.read(DEVICES, self.user)  # fills the caches that a new device empties
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self.read(DEVICES, self.user)
        return self.cr.sql_log_count - before
