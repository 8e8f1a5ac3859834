import re
from datetime import timedelta

from odoo import Command, fields
from odoo.tests import HttpCase, new_test_user

from ..controllers.routes import OPERATIONS

IOT_VIEWER = "smartdairy_iot.group_iot_user"
IOT_OPERATOR = "smartdairy_iot.group_iot_operator"
IOT_TECHNICIAN = "smartdairy_iot.group_iot_technician"
IOT_MANAGER = "smartdairy_iot.group_iot_manager"
WRONG_KEY = "0" * 40

DEVICES = "/api/v1/iot/devices"
ALERTS = "/api/v1/iot/alerts"
SUMMARY = "/api/v1/iot/dashboard/summary"


def operation_of(method, path):
    """The declaration of the route that answers this; None: there is none."""
    path = path.partition("?")[0]
    for operation in OPERATIONS:
        pattern = re.sub(r"<(?:\w+:)?\w+>", "[^/]+", operation.path)
        if operation.method == method and re.fullmatch(pattern, path):
            return operation
    return None


class MobileApiCase(HttpCase):
    """Two farms of a company of their own, each seen by one user, and a manager."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.company = cls.env["res.company"].create({"name": "API Dairy"})
        cls.user = cls._new_user("api_user", IOT_OPERATOR)
        cls.viewer = cls._new_user("api_viewer", IOT_VIEWER)
        cls.neighbour = cls._new_user("api_neighbour", IOT_OPERATOR)
        cls.manager = cls._new_user("api_manager", IOT_MANAGER)
        cls.outsider = cls._new_user("api_outsider", "base.group_user")
        cls.farm = cls._new_farm("Near Farm", cls.user | cls.viewer)
        cls.other_farm = cls._new_farm("Far Farm", cls.neighbour)
        cls.tank = cls._new_device("API-TEMP-1", cls.farm)
        cls.meter = cls._new_device("API-MILK-1", cls.farm, device_type="milk_meter")
        cls.far_tank = cls._new_device("API-TEMP-2", cls.other_farm)
        cls._say(cls.tank, {"temperature": 3.8, "humidity": 81.0}, battery_level=93)
        cls._say(cls.far_tank, {"temperature": 4.4})
        cls.alert = cls._new_alert(cls.tank, severity="high")
        cls.far_alert = cls._new_alert(cls.far_tank, severity="low")
        cls.keys = {
            user: cls._new_key(user)
            for user in (
                *(cls.user, cls.viewer, cls.neighbour),
                *(cls.manager, cls.outsider),
            )
        }

    # What is there ----------------------------------------------------------------

    @classmethod
    def _new_user(cls, login, group):
        return new_test_user(
            cls.env,
            login,
            groups=group,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @classmethod
    def _new_key(cls, user, scope="smartdairy_iot", expires_in=timedelta(hours=1)):
        keys = cls.env["res.users.apikeys"].with_user(user)
        return keys._generate(scope, "phone", fields.Datetime.now() + expires_in)

    @classmethod
    def _new_farm(cls, name, user):
        return cls.env["farm.farm"].create(
            {
                "name": name,
                "company_id": cls.company.id,
                "tz": "UTC",
                "user_ids": [Command.set(user.ids)],
            }
        )

    @classmethod
    def _new_device(cls, device_id, farm, **values):
        defaults = {
            "name": f"Device {device_id}",
            "device_id": device_id,
            "device_type": "temperature",
            "farm_id": farm.id,
            "state": "active",
        }
        devices = cls.env["iot.device"].with_company(cls.company)
        return devices.create(defaults | values)

    @classmethod
    def _say(cls, device, readings, **values):
        now = fields.Datetime.now()
        defaults = {
            "device_id": device.id,
            "last_seen": now,
            "value_time": now,
            "is_online": True,
            "last_values": readings,
        }
        return cls.env["iot.device.state"].create(defaults | values)

    @classmethod
    def _new_alert(cls, device, **values):
        now = fields.Datetime.now()
        defaults = {
            "device_id": device.id,
            "alert_type": "high_temperature",
            "severity": "medium",
            "message": f"{device.name} is too warm",
            "reading_type": "temperature",
            "trigger_value": 9.5,
            "threshold_value": 6.0,
            "unit": "°C",
            "started_at": now,
        }
        return cls.env["iot.alert"].create(defaults | values)

    # What is asked ----------------------------------------------------------------

    def call(self, path, user=None, method="GET", key=None, headers=None, **options):
        """The response to a request with that user's key, or with none."""
        key = key or self.keys.get(user)
        headers = dict(headers or {})
        if key:
            headers["Authorization"] = f"Bearer {key}"
        response = self.url_open(path, method=method, headers=headers, **options)
        self.assertAsDeclared(response, method, path)
        return response

    def read(self, path, user, **params):
        """The JSON of a successful GET."""
        response = self.call(path, user, params=params)
        self.assertEqual(response.status_code, 200, response.text)
        return response.json()

    def acknowledge(self, alert, user, **options):
        path = f"{ALERTS}/{alert.id}/acknowledge"
        return self.call(path, user, method="POST", **options)

    def device_ids(self, user):
        devices = self.read(DEVICES, user)["devices"]
        return {device["deviceId"] for device in devices}

    def alert_ids(self, user, **params):
        return {alert["id"] for alert in self.read(ALERTS, user, **params)["alerts"]}

    # What is expected -------------------------------------------------------------

    def assertAsDeclared(self, response, method, path):
        """A success has the shape that its route declares, null for null.

        JSON of the answer's very own types: a number as text would be refused.
        """
        operation = operation_of(method, path)
        if not operation or response.status_code >= 300:
            return
        self.assertEqual(response.status_code, operation.status)
        if operation.answer:
            operation.answer.model_validate_json(response.content, strict=True)

    def assertError(self, response, status, code, field=None):
        """The one shape, and nothing of Odoo's insides."""
        self.assertEqual(response.status_code, status, response.text)
        self.assertIn("application/json", response.headers["Content-Type"])
        error = response.json()
        self.assertEqual(set(error), {"code", "message", "field"})
        self.assertEqual(error["code"], code)
        self.assertEqual(error["field"], field)
        self.assertTrue(error["message"])
        self.assertNotIn("Traceback", response.text)
        return error
