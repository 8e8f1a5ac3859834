"""What holds of each route, those that are declared tomorrow included."""

import re
from datetime import timedelta

from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..controllers.routes import BASE, OPERATIONS
from .app import AppCase
from .common import WRONG_KEY

# To anyone, without a token: signing in, and what the API is. One more is a decision.
_OPEN = {"log_in", "check_second_factor", "pair", "refresh_tokens"}
_DOCUMENTS = {f"{BASE}/openapi.json", f"{BASE}/docs"}
_FALLBACK = {BASE, f"{BASE}/<path:subpath>"}
_QUIET = ("odoo.http", "odoo.addons.base.models.ir_model", "odoo.models")


@tagged("post_install", "-at_install")
class TestEveryRoute(AppCase):
    def closed_routes(self):
        """``(operation, path)`` of what needs a token, about things of the far farm."""
        for operation in OPERATIONS:
            if not operation.is_open:
                yield operation, self.path_of(operation)

    def path_of(self, operation):
        stands_for = {
            "reference": self.far_tank.device_id,
            "alert_id": self.far_alert.id,
        }
        return re.sub(
            r"<(?:\w+:)?(\w+)>",
            lambda match: str(stands_for.get(match[1], 2**31 - 1)),
            operation.path,
        )

    def assertAllRefuse(self, status, code, key=None, user=None):
        for operation, path in self.closed_routes():
            with self.subTest(method=operation.method, path=path):
                response = self.call(path, user, operation.method, key, data=b"{}")
                self.assertError(response, status, code)
        self.assertEqual(self.far_alert.state, "new")

    def test_no_route_escapes_from_these_tests(self):
        """However it is declared, Odoo serves nothing there that is not listed here."""
        rules = [
            (method, rule.rule)
            for rule in self.env["ir.http"].routing_map().iter_rules()
            if rule.rule.startswith(BASE) and rule.rule not in _DOCUMENTS | _FALLBACK
            for method in rule.methods - {"HEAD", "OPTIONS"}
        ]
        declared = {(operation.method, operation.path) for operation in OPERATIONS}
        self.assertEqual(set(rules), declared)
        self.assertEqual({one.name for one in OPERATIONS if one.is_open}, _OPEN)

    def test_nobody_is_asked_for_a_token(self):
        self.assertAllRefuse(401, "unauthenticated")

    def test_a_wrong_an_expired_and_a_revoked_token_are_refused(self):
        expired = self._new_key(self.user, expires_in=timedelta(hours=-1))
        revoked = self._new_key(self.user)
        keys = self.env["res.users.apikeys"].search([("user_id", "=", self.user.id)])
        keys.filtered(lambda key: key.id == max(keys.ids)).unlink()
        for key in (WRONG_KEY, expired, revoked):
            self.assertAllRefuse(401, "unauthenticated", key=key)

    def test_a_token_of_a_phone_that_has_expired_or_was_revoked_is_refused(self):
        tokens = self.signed_in()
        self.env["iot.app.token"].search([]).expires_at = "2026-01-05 06:00:00"
        self.env.flush_all()
        self.assertAllRefuse(401, "unauthenticated", key=tokens["accessToken"])
        self.assertAllRefuse(401, "unauthenticated", key=tokens["refreshToken"])
        tokens = self.signed_in()
        self.rahim.with_user(self.rahim).action_iot_sign_out_everywhere()
        self.env.flush_all()
        self.assertAllRefuse(401, "unauthenticated", key=tokens["accessToken"])

    def test_a_portal_user_gets_nothing(self):
        portal = new_test_user(self.env, "api_portal", groups="base.group_portal")
        # sudo - res.users.apikeys: portal users cannot make one by themselves.
        keys = self.env["res.users.apikeys"].with_user(portal).sudo()
        key = keys._generate("smartdairy_iot", "phone", False)
        with mute_logger(*_QUIET):
            for operation, path in self.closed_routes():
                with self.subTest(method=operation.method, path=path):
                    response = self.call(path, None, operation.method, key, data=b"{}")
                    self.assertIn(response.status_code, (401, 403), response.text)

    def test_a_viewer_of_another_farm_finds_nothing_and_changes_nothing(self):
        before = self.far_tank.read(["name", "state", "farm_id", "config_values"])
        with mute_logger(*_QUIET):
            for operation, path in self.closed_routes():
                with self.subTest(method=operation.method, path=path):
                    response = self.call(
                        path, self.viewer, operation.method, json=_valid(operation)
                    )
                    self.assertLess(response.status_code, 500, response.text)
                    self.assertNotIn(self.far_tank.name, response.text)
                    self.assertNotIn("Far Farm", response.text)
                    if "<" in operation.path:
                        self.assertIn(response.status_code, (404, 409), response.text)
        self.env.invalidate_all()
        self.assertEqual(
            self.far_tank.read(["name", "state", "farm_id", "config_values"]), before
        )
        self.assertEqual(self.far_alert.state, "new")

    def test_every_route_takes_json_and_no_other_body(self):
        for operation, path in self.closed_routes():
            if operation.body:
                response = self.call(path, self.user, operation.method, data=b"a=1&b=2")
                self.assertError(response, 400, "bad_request")

    def test_a_body_that_is_too_large_is_refused(self):
        for operation, path in self.closed_routes():
            if operation.body:
                body = b'{"a": "%s"}' % (b"x" * 200_000)
                response = self.call(path, self.user, operation.method, data=body)
                self.assertError(response, 413, "too_large")

    def test_a_preflight_needs_no_token(self):
        for operation in OPERATIONS:
            response = self.call(self.path_of(operation), method="OPTIONS")
            self.assertEqual(response.status_code, 204, operation.path)
            self.assertIn(operation.method, response.headers["Allow"])


def _valid(operation):
    """A body that its route takes."""
    return {
        "CreateDevice": {"name": "X", "deviceType": "temperature", "farmId": "0"},
        "ChangeState": {"state": "retired"},
        "EditDevice": {"name": "Stolen"},
        "ConfigSettings": {"settings": {}},
        "Dismissal": {"reason": "mine now"},
    }.get(operation.body and operation.body.__name__, {})
