from datetime import timedelta

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ALERTS, DEVICES, SUMMARY, WRONG_KEY, MobileApiCase


@tagged("post_install", "-at_install")
class TestAuthentication(MobileApiCase):
    def every_endpoint(self):
        yield "GET", DEVICES
        yield "GET", f"{DEVICES}/{self.tank.device_id}"
        yield "GET", ALERTS
        yield "POST", f"{ALERTS}/{self.alert.id}/acknowledge"
        yield "GET", SUMMARY

    def assertAllAnswer(self, status, code, **options):
        for method, path in self.every_endpoint():
            with self.subTest(method=method, path=path):
                response = self.call(path, method=method, **options)
                self.assertError(response, status, code)

    def test_nobody_is_asked_for_a_key_everywhere(self):
        self.assertAllAnswer(401, "unauthenticated")

    def test_a_wrong_key_is_refused_everywhere(self):
        self.assertAllAnswer(401, "unauthenticated", key=WRONG_KEY)

    def test_a_user_without_the_iot_group_is_forbidden_everywhere(self):
        with mute_logger("odoo.http", "odoo.addons.base.models.ir_model"):
            self.assertAllAnswer(403, "forbidden", user=self.outsider)

    def test_a_refusal_acknowledges_nothing(self):
        self.acknowledge(self.alert, None)
        self.acknowledge(self.alert, None, key=WRONG_KEY)
        with mute_logger("odoo.http", "odoo.addons.base.models.ir_model"):
            self.acknowledge(self.alert, self.outsider)
        self.assertEqual(self.alert.state, "new")

    def test_a_refusal_names_no_model_and_no_group(self):
        with mute_logger("odoo.http", "odoo.addons.base.models.ir_model"):
            error = self.call(DEVICES, self.outsider).text
        self.assertNotIn("iot.device", error)
        self.assertNotIn("group", error)

    def test_who_is_asked_for_a_key_is_told_the_scheme(self):
        for key in (None, WRONG_KEY):
            response = self.call(DEVICES, key=key)
            challenge = response.headers["WWW-Authenticate"]
            self.assertEqual(challenge.split()[0].lower(), "bearer")

    def test_an_expired_key_is_refused(self):
        key = self._new_key(self.user, expires_in=timedelta(hours=-1))
        self.assertError(self.call(DEVICES, key=key), 401, "unauthenticated")

    def test_a_key_of_another_scope_is_refused(self):
        key = self._new_key(self.user, scope="2fa")
        self.assertError(self.call(DEVICES, key=key), 401, "unauthenticated")

    def test_a_key_that_opens_the_rest_of_odoo_does_not_open_this(self):
        for scope in (None, "rpc"):
            key = self._new_key(self.user, scope=scope)
            self.assertError(self.call(DEVICES, key=key), 401, "unauthenticated")

    def test_a_key_of_this_api_opens_nothing_else_of_odoo(self):
        answers = self.url_open(
            "/json/2/res.users/search",
            headers={"Authorization": f"bearer {self.keys[self.user]}"},
            json={"domain": []},
        )
        self.assertEqual(answers.status_code, 401)

    def test_the_key_of_an_archived_user_is_refused(self):
        self.user.active = False
        self.assertError(self.call(DEVICES, self.user), 401, "unauthenticated")

    def test_another_scheme_is_refused(self):
        headers = {"Authorization": f"Basic {self.keys[self.user]}"}
        response = self.call(DEVICES, headers=headers)
        self.assertError(response, 401, "unauthenticated")

    def test_a_browser_session_alone_cannot_acknowledge(self):
        self.authenticate(self.user.login, self.user.login)
        response = self.acknowledge(self.alert, None)
        self.assertError(response, 401, "unauthenticated")
        self.assertEqual(self.alert.state, "new")

    def test_the_token_counts_and_not_the_session_of_the_same_browser(self):
        self.authenticate(self.user.login, self.user.login)
        response = self.call(DEVICES, self.neighbour)
        found = {device["deviceId"] for device in response.json()["devices"]}
        self.assertEqual(found, {self.far_tank.device_id})

    def test_no_session_is_started(self):
        for method, path in self.every_endpoint():
            response = self.call(path, self.user, method=method)
            self.assertEqual(response.status_code, 200, response.text)
            self.assertNotIn("Set-Cookie", response.headers)
