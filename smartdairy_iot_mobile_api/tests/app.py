"""Somebody with a phone."""

import base64
import time
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import new_test_user

from odoo.addons.auth_totp.models.totp import TIMESTEP, hotp
from odoo.addons.smartdairy_iot.settings import Settings

from ..models import iot_app_token, ir_http
from .common import DEVICES, IOT_OPERATOR, MobileApiCase

AUTH = "/api/v1/iot/auth"
PHONE = {"name": "Rahim’s Pixel", "platform": "android", "appVersion": "1.2.0"}
PASSWORD = "correct horse battery"
SECRET = base64.b32encode(b"twenty bytes secret!").decode()


class AppCase(MobileApiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rahim = new_test_user(
            cls.env,
            "api_rahim",
            groups=IOT_OPERATOR,
            password=PASSWORD,
            company_id=cls.company.id,
            company_ids=[(6, 0, cls.company.ids)],
        )
        cls.farm.user_ids |= cls.rahim

    def setUp(self):
        super().setUp()
        # Odoo counts failures in the process, for all tests together.
        self.registry._login_failures = None
        self.addCleanup(setattr, self.registry, "_login_failures", None)

    def settings(self, **values):
        """As if ``odoo.conf`` said so, to the end of the test."""
        settings = Settings(**values)
        for module in (ir_http, iot_app_token):
            self.patch(module, "get_settings", lambda: settings)
        path = "odoo.addons.smartdairy_iot_mobile_api.controllers.v1_auth.get_settings"
        patcher = patch(path, return_value=settings)
        patcher.start()
        self.addCleanup(patcher.stop)

    def later(self, **delta):
        """:return: context in which so much time has passed"""
        moment = fields.Datetime.now() + timedelta(**delta)
        return patch.object(fields.Datetime, "now", lambda *_args: moment)

    def ask(self, path, token=None, method="POST", **body):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        response = self.url_open(
            f"{AUTH}/{path}", method=method, json=body or None, headers=headers
        )
        self.assertAsDeclared(response, method, f"{AUTH}/{path}")
        return response

    def log_in(self, login="api_rahim", password=PASSWORD, device=None):
        device = device or PHONE
        return self.ask("login", login=login, password=password, device=device)

    def signed_in(self, **options):
        """The JSON of a log-in that has worked."""
        response = self.log_in(**options)
        self.assertEqual(response.status_code, 200, response.text)
        return response.json()["tokens"]

    def challenge(self):
        self.rahim.sudo().totp_secret = SECRET
        self.env.flush_all()
        answer = self.log_in().json()
        self.assertEqual(answer["status"], "totp_required")
        self.assertIsNone(answer["tokens"])
        return answer["challenge"]["challenge"]

    def code(self, seconds=0):
        counter = int((time.time() + seconds) / TIMESTEP)
        return str(hotp(base64.b32decode(SECRET), counter)).zfill(6)

    def show_code(self, user=None):
        pairing = self.env["iot.app.pairing"].with_user(user or self.rahim)
        context = pairing._show()["context"]
        self.env.flush_all()
        return context["default_code"]

    def refresh(self, tokens):
        return self.ask("refresh", refreshToken=tokens["refreshToken"])

    def opens(self, tokens):
        """Whether the access token opens the API."""
        return self.call(DEVICES, key=tokens["accessToken"]).status_code == 200

    def sessions_of(self, user):
        sessions = self.env["iot.app.session"].search([("user_id", "=", user.id)])
        sessions.invalidate_recordset()
        return sessions
