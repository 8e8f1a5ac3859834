from odoo.tests import tagged
from odoo.tools import mute_logger

from ..controllers.routes import BASE, OPERATIONS
from .app import PASSWORD, PHONE, AppCase
from .common import IOT_TECHNICIAN, operation_of


@tagged("post_install", "-at_install")
class TestEveryAnswer(AppCase):
    """Each route once, with success: its answer is what the Dart models parse."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        technician = cls._new_user("api_every", IOT_TECHNICIAN)
        cls.farm.user_ids |= technician
        cls.key = cls._new_key(technician)
        cls.seen = set()

    def do(self, method, path, key=None, **body):
        """:return: the JSON of an answer that is as declared, see ``call``"""
        response = self.call(
            f"{BASE}{path}", key=key or self.key, method=method, json=body or None
        )
        self.assertLess(response.status_code, 300, f"{path}: {response.text}")
        self.seen.add(operation_of(method, f"{BASE}{path}").name)
        return response.json() if response.content else None

    def test_every_route_answers_as_it_is_declared(self):
        self.read_all()
        self.manage_devices()
        self.see_to_alerts()
        with mute_logger("odoo.addons.base.models.res_users"):
            self.sign_in_and_out()
        self.assertEqual(self.seen, {operation.name for operation in OPERATIONS})

    def read_all(self):
        for path in (
            *("/devices", "/devices/API-TEMP-1", "/devices/API-TEMP-1/readings"),
            *("/alerts", f"/alerts/{self.alert.id}", "/dashboard/summary"),
            *("/dashboard/devices/status", "/dashboard/milk/production"),
            "/dashboard/temperature/chart?device_id=API-TEMP-1",
            *("/analytics/temperature/trends", "/analytics/milk/quality-report"),
            *("/preferences", "/devices/API-TEMP-1/config"),
        ):
            self.do("GET", path)
        self.do("PATCH", "/preferences", notifications={"pushFrom": "high"})

    def manage_devices(self):
        new = {"name": "New", "deviceType": "humidity", "farmId": str(self.farm.id)}
        path = f"/devices/{self.do('POST', '/devices', **new)['deviceId']}"
        self.do("PATCH", path, name="Newer")
        self.do("POST", f"{path}/state", state="registered")
        self.do("PUT", f"{path}/config", settings={})

    def see_to_alerts(self):
        of_each = {"acknowledge": {}, "resolve": {}, "dismiss": {"reason": "A test"}}
        for action, body in of_each.items():
            alert = self._new_alert(self.tank, alert_type=f"test_{action}")
            self.do("POST", f"/alerts/{alert.id}/{action}", **body)

    def sign_in_and_out(self):
        who = {"login": "api_rahim", "password": PASSWORD, "device": PHONE}
        tokens = self.do("POST", "/auth/login", **who)["tokens"]
        first = tokens["accessToken"]
        self.do("PUT", "/push/tokens", first, token="fcm-token-of-this-phone")
        for path in ("/push/tokens", "/push/topics"):
            self.do("GET", path, first)
        self.do("PUT", "/push/topics", first, topics=[f"farm_{self.farm.id}"])
        self.do("DELETE", "/push/tokens", first)
        again = {"refreshToken": tokens["refreshToken"]}
        second = self.do("POST", "/auth/refresh", **again)["accessToken"]
        paired = self.do("POST", "/auth/pair", code=self.show_code(), device=PHONE)
        others = self.do("GET", "/auth/sessions", second)["sessions"]
        other = next(one["id"] for one in others if not one["isCurrent"])
        self.do("DELETE", f"/auth/sessions/{other}", second)
        self.assertFalse(self.opens(paired))
        self.do("POST", "/auth/logout", second)
        challenge = {"challenge": self.challenge(), "code": self.code()}
        last = self.do("POST", "/auth/totp", **challenge, device=PHONE)["accessToken"]
        self.do("DELETE", "/auth/sessions", last)
