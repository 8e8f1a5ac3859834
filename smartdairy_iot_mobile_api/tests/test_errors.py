from unittest.mock import patch

import psycopg2
from psycopg2.pool import PoolError

from odoo.exceptions import ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import ALERTS, DEVICES, SUMMARY, MobileApiCase


@tagged("post_install", "-at_install")
class TestErrors(MobileApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.devices = cls.registry["iot.device"]

    def test_an_unknown_address_is_answered_in_json(self):
        for path in ("", "/", "/nothing", "/devices/a/b", "/alerts/1/approve"):
            for user in (None, self.user):
                for method in ("GET", "POST", "DELETE"):
                    with self.subTest(path=path, user=user, method=method):
                        path = f"/api/v1/iot{path}"
                        response = self.call(path, user, method=method)
                        self.assertError(response, 404, "not_found")

    def test_a_wrong_method_is_told_the_right_one(self):
        acknowledge = f"{ALERTS}/{self.alert.id}/acknowledge"
        wrong = [
            ("PUT", DEVICES, "GET"),
            ("DELETE", f"{DEVICES}/API-TEMP-1", "GET"),
            ("PUT", SUMMARY, "GET"),
            ("GET", acknowledge, "POST"),
        ]
        for method, path, right in wrong:
            with self.subTest(method=method, path=path):
                response = self.call(path, self.user, method=method)
                self.assertError(response, 405, "method_not_allowed")
                self.assertIn(right, response.headers["Allow"])
        self.assertEqual(self.alert.state, "new")

    def test_what_breaks_inside_stays_inside(self):
        secret = "password of the database"
        with (
            patch.object(
                self.devices, "_list_for_app", side_effect=RuntimeError(secret)
            ),
            self.assertLogs("odoo.http", "ERROR") as logs,
        ):
            response = self.call(DEVICES, self.user)
        self.assertError(response, 500, "internal_error")
        self.assertNotIn(secret, response.text)
        self.assertIn(secret, logs.output[0])

    def test_what_a_model_refuses_is_told(self):
        refusal = ValidationError("This is not how a dairy works.")
        with (
            patch.object(self.devices, "_list_for_app", side_effect=refusal),
            mute_logger("odoo.http"),
        ):
            response = self.call(DEVICES, self.user)
        error = self.assertError(response, 422, "invalid_parameter")
        self.assertEqual(error["message"], "This is not how a dairy works.")

    def test_a_parameter_nobody_knows_is_ignored(self):
        response = self.call(DEVICES, self.user, params={"colour": "blue"})
        self.assertEqual(response.status_code, 200, response.text)

    def test_a_database_that_is_away_or_busy_is_unavailable_and_not_an_error(self):
        for problem in (psycopg2.OperationalError("secret host"), PoolError("full")):
            with (
                patch.object(self.devices, "_list_for_app", side_effect=problem),
                mute_logger("odoo.http", "odoo.service.model"),
            ):
                response = self.call(DEVICES, self.user)
            error = self.assertError(response, 503, "unavailable")
            self.assertNotIn("secret", error["message"])
            self.assertEqual(response.headers["Retry-After"], "10")
