from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ALERTS, DEVICES, IOT_TECHNICIAN, MobileApiCase

STATUS = "/api/v1/iot/dashboard/devices/status"
PRODUCTION = "/api/v1/iot/dashboard/milk/production"
QUALITY = "/api/v1/iot/analytics/milk/quality-report"
PREFERENCES = "/api/v1/iot/preferences"


@tagged("post_install", "-at_install")
class TestManagement(MobileApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.technician = cls._new_user("api_technician", IOT_TECHNICIAN)
        cls.farm.user_ids |= cls.technician
        cls.keys[cls.technician] = cls._new_key(cls.technician)

    def send(self, method, path, user, **body):
        return self.call(path, user, method=method, json=body)

    # Devices --------------------------------------------------------------------------

    def test_a_technician_enters_a_device_and_puts_it_into_service(self):
        response = self.send(
            *("POST", DEVICES, self.technician),
            name="New Tank",
            deviceType="milkMeter",
            farmId=str(self.farm.id),
            deviceId="API-NEW",
        )
        self.assertEqual(response.status_code, 201, response.text)
        device = response.json()
        self.assertEqual(
            (device["deviceType"], device["state"]), ("milkMeter", "draft")
        )
        path = f"{DEVICES}/API-NEW"
        for state in ("registered", "active", "maintenance"):
            response = self.send("POST", f"{path}/state", self.technician, state=state)
            self.assertEqual(response.status_code, 200, response.text)
            self.assertEqual(response.json()["state"], state)
        response = self.send("PATCH", path, self.technician, name="Newer Tank")
        self.assertEqual(response.json()["name"], "Newer Tank")

    def test_a_move_that_makes_no_sense_is_a_conflict(self):
        path = f"{DEVICES}/API-TEMP-1/state"
        with mute_logger("odoo.http"):
            response = self.send("POST", path, self.technician, state="draft")
            self.assertError(response, 409, "conflict")
            response = self.send("POST", path, self.technician, state="retired")
            self.assertError(response, 403, "forbidden")
        response = self.send("POST", path, self.technician, state="broken")
        self.assertError(response, 422, "invalid_parameter", "state")
        self.assertEqual(self.tank.state, "active")

    def test_who_only_looks_changes_nothing(self):
        tries = [
            ("PATCH", f"{DEVICES}/API-TEMP-1", {"name": "Mine"}),
            ("POST", f"{DEVICES}/API-TEMP-1/state", {"state": "inactive"}),
            ("PUT", f"{DEVICES}/API-TEMP-1/config", {"settings": {}}),
            (
                *("POST", DEVICES),
                {"name": "X", "deviceType": "ph", "farmId": str(self.farm.id)}
                | {"deviceType": "phSensor"},
            ),
        ]
        with mute_logger("odoo.http", "odoo.addons.base.models.ir_model"):
            for method, path, body in tries:
                for user in (self.viewer, self.user):
                    response = self.send(method, path, user, **body)
                    self.assertError(response, 403, "forbidden")
        self.assertEqual(self.tank.state, "active")

    def test_a_device_cannot_be_put_on_a_farm_that_one_may_not_see(self):
        for farm_id in (self.other_farm.id, 2**31 - 1, 0):
            response = self.send(
                *("PATCH", f"{DEVICES}/API-TEMP-1", self.technician),
                farmId=str(farm_id),
            )
            self.assertError(response, 422, "invalid_parameter", "farmId")
        self.assertEqual(self.tank.farm_id, self.farm)

    def test_no_other_field_can_be_written(self):
        for key, value in (("state", "retired"), ("company_id", 1), ("userIds", [])):
            response = self.send(
                "PATCH", f"{DEVICES}/API-TEMP-1", self.technician, **{key: value}
            )
            self.assertError(response, 422, "invalid_parameter", key)

    def test_what_a_device_was_told_is_told(self):
        config = self.read(f"{DEVICES}/API-TEMP-1/config", self.user)
        self.assertEqual((config["version"], config["settings"]), (None, {}))
        path = f"{DEVICES}/API-TEMP-1/config"
        with mute_logger("odoo.http"):
            response = self.send(
                "PUT", path, self.technician, settings={"no_such_setting": 1}
            )
        self.assertError(response, 422, "invalid_parameter", "settings")

    def test_an_id_that_another_has_is_refused_by_its_name(self):
        self.far_tank.serial_number = "SN-1"  # of a farm that this one does not see
        new = {
            "name": "New Tank",
            "deviceType": "temperature",
            "farmId": str(self.farm.id),
        }
        taken = {"deviceId": "API-TEMP-2", "serialNumber": "SN-1"}
        for field, value in taken.items():
            with self.subTest(field=field), mute_logger("odoo.sql_db"):
                response = self.send(
                    "POST", DEVICES, self.technician, **new, **{field: value}
                )
                self.assertError(response, 422, "invalid_parameter", field)

    # Lists ----------------------------------------------------------------------------

    def test_devices_are_filtered_and_paged(self):
        def found(**params):
            answer = self.read(DEVICES, self.user, **params)
            return {device["deviceId"] for device in answer["devices"]}

        self.assertEqual(found(device_type="milkMeter"), {"API-MILK-1"})
        self.assertEqual(found(online="true"), {"API-TEMP-1"})
        self.assertEqual(found(search="milk"), {"API-MILK-1"})
        self.assertEqual(found(farm_id=self.other_farm.id), set())
        self.assertEqual(found(state="retired"), set())
        page = self.read(DEVICES, self.user, limit=1, offset=1)
        self.assertEqual((len(page["devices"]), page["total"]), (1, 2))
        everything = self.read(DEVICES, self.user)
        self.assertEqual((len(everything["devices"]), everything["total"]), (2, 2))

    def test_the_status_tells_who_is_online(self):
        status = self.read(STATUS, self.user)["devices"]
        self.assertEqual(
            {one["device_id"]: one["is_online"] for one in status},
            {"API-TEMP-1": True, "API-MILK-1": False},
        )
        self.assertEqual(
            self.read(STATUS, self.user, device_type="phSensor")["devices"], []
        )

    # Alerts ---------------------------------------------------------------------------

    def test_an_alert_is_resolved_and_dismissed(self):
        path = f"{ALERTS}/{self.alert.id}"
        self.assertEqual(self.read(path, self.viewer)["state"], "new")
        response = self.send("POST", f"{path}/dismiss", self.user)
        self.assertError(response, 422, "invalid_parameter", "reason")
        response = self.send("POST", f"{path}/resolve", self.user)
        self.assertEqual(response.json()["state"], "resolved")
        with mute_logger("odoo.http"):
            response = self.send("POST", f"{path}/dismiss", self.user, reason="late")
        self.assertError(response, 409, "conflict")
        other = self._new_alert(self.tank)
        path = f"{ALERTS}/{other.id}/dismiss"
        response = self.send("POST", path, self.user, reason="A test")
        self.assertEqual(response.json()["state"], "dismissed")
        self.assertEqual(self.alert_ids(self.user, state="dismissed"), {str(other.id)})

    # Milk -----------------------------------------------------------------------------

    def test_production_and_quality_of_a_farm_are_those_of_its_days(self):
        today = self.env["iot.milking.session"]._fields["day"].today()
        self.env["iot.milk.quality"].create(
            {
                "farm_id": self.farm.id,
                "day": today,
                "liters": 120.5,
                "session_count": 7,
                "animal_count": 7,
                "fat": 4.0,
                "protein": 3.3,
                "scc": 150000,
                "grade": "A",
            }
        )
        for farm in ({}, {"farm_id": self.farm.id}):
            week = self.read(PRODUCTION, self.user, period="7d", **farm)
            self.assertEqual(week["period"], "7d")
            self.assertEqual(week["data"][0]["volume"], 120.5)
            self.assertEqual(week["data"][0]["sessions"], 7)
            report = self.read(QUALITY, self.user, **farm)["report"]
            self.assertEqual(report[0]["quality_grade"], "A")
        for path in (PRODUCTION, QUALITY):
            far = self.read(path, self.neighbour, farm_id=self.farm.id)
            self.assertEqual(far.get("data", far.get("report")), [])

    # Preferences ----------------------------------------------------------------------

    def test_one_chooses_what_one_is_told(self):
        before = self.read(PREFERENCES, self.viewer)
        self.assertIs(before["isDefault"], True)
        response = self.send(
            *("PATCH", PREFERENCES, self.viewer),
            notifications={"pushFrom": "medium"},
            timezone="Asia/Dhaka",
        )
        self.assertEqual(response.status_code, 200, response.text)
        after = self.read(PREFERENCES, self.viewer)
        as_before = before["notifications"] | {"pushFrom": "medium"}
        self.assertEqual(after["notifications"], as_before)
        self.assertEqual(after["timezone"], "Asia/Dhaka")
        self.assertIs(after["isDefault"], False)
        self.assertIs(self.read(PREFERENCES, self.user)["isDefault"], True)

    def test_what_cannot_be_chosen_is_named(self):
        for field, value in (("language", "xx_XX"), ("timezone", "Mars/Base")):
            response = self.send("PATCH", PREFERENCES, self.viewer, **{field: value})
            self.assertError(response, 422, "invalid_parameter", field)
        response = self.send(
            "PATCH", PREFERENCES, self.viewer, notifications={"pushFrom": "often"}
        )
        self.assertError(response, 422, "invalid_parameter", "notifications.pushFrom")
