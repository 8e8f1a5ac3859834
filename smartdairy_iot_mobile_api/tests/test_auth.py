"""Signing in, staying signed in and signing out."""

from contextlib import contextmanager
from unittest.mock import patch

from passlib.context import CryptContext

from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .app import PASSWORD, PHONE, AppCase
from .common import DEVICES


@tagged("post_install", "-at_install")
class TestAuth(AppCase):
    def test_who_signs_in_sees_what_they_may_see_and_is_told_how_long(self):
        answer = self.signed_in()
        self.assertEqual(answer["status"], "ok")
        self.assertEqual(answer["expiresIn"], 3600)
        self.assertEqual(answer["user"]["login"], "api_rahim")
        self.assertEqual(answer["session"]["name"], PHONE["name"])
        devices = self.call(DEVICES, key=answer["accessToken"]).json()["devices"]
        seen = {device["deviceId"] for device in devices}
        self.assertEqual(seen, {self.tank.device_id, self.meter.device_id})

    def test_a_wrong_password_and_an_unknown_name_are_told_the_same(self):
        wrong = self.log_in(password="wrong")
        unknown = self.log_in(login="nobody", password="wrong")
        self.assertError(wrong, 401, "unauthenticated")
        self.assertEqual(wrong.json(), unknown.json())

    def test_a_wrong_password_and_an_unknown_name_cost_the_same_hash(self):
        def hashes(**options):
            verified = []
            original = CryptContext.verify_and_update

            def count(context, *args, **kwargs):
                verified.append(1)
                return original(context, *args, **kwargs)

            verify = CryptContext.verify

            def count_too(context, *args, **kwargs):
                verified.append(1)
                return verify(context, *args, **kwargs)

            with patch.object(CryptContext, "verify_and_update", count):
                with patch.object(CryptContext, "verify", count_too):
                    self.log_in(**options)
            return len(verified)

        self.assertEqual(
            hashes(password="wrong"), hashes(login="nobody", password="wrong")
        )

    def test_what_is_no_log_in_is_refused_by_its_name(self):
        for body, field in (
            ({"password": "x"}, "login"),
            ({"login": "x"}, "password"),
            ({"login": 7, "password": "x"}, "login"),
            ({"login": "x", "password": "x" * 5000}, "password"),
            (
                {"login": "x", "password": "x", "device": {"platform": "palm"}},
                "device.platform",
            ),
        ):
            with self.subTest(field=field):
                response = self.ask("login", **body)
                self.assertEqual(response.status_code, 422, response.text)
                self.assertEqual(response.json()["field"], field)

    def test_a_portal_user_is_refused(self):
        new_test_user(
            self.env, "api_portal", groups="base.group_portal", password=PASSWORD
        )
        self.assertError(self.log_in(login="api_portal"), 403, "forbidden")

    def test_a_colleague_without_access_to_the_farm_app_is_refused(self):
        new_test_user(
            self.env, "api_clerk", groups="base.group_user", password=PASSWORD
        )
        self.assertError(self.log_in(login="api_clerk"), 403, "forbidden")

    def test_an_archived_user_is_refused(self):
        self.rahim.active = False
        self.assertError(self.log_in(), 401, "unauthenticated")

    def test_after_too_many_failures_the_right_password_has_to_wait_too(self):
        self.env["ir.config_parameter"].set_param("base.login_cooldown_after", 2)
        for _time in range(2):
            self.log_in(password="wrong")
        response = self.log_in()
        self.assertError(response, 429, "too_many_requests")
        self.assertEqual(response.headers["Retry-After"], "60")

    def test_no_secret_is_in_the_log_nor_in_the_database(self):
        with self.all_logs() as lines:
            answer = self.signed_in()
            self.log_in(password="hunter2-wrong")
            self.refresh(answer)
            self.opens(answer)
        secrets = [
            answer["accessToken"],
            answer["refreshToken"],
            PASSWORD,
            "hunter2-wrong",
        ]
        self.env.flush_all()
        self.env.cr.execute("SELECT row_to_json(t)::text FROM iot_app_token t")
        rows = "\n".join(row for (row,) in self.env.cr.fetchall())
        for secret in secrets:
            self.assertFalse([line for line in lines if secret in line])
            self.assertNotIn(secret, rows)

    @contextmanager
    def all_logs(self):
        """What the server logs meanwhile, at any level."""
        import logging  # noqa: PLC0415 - odoo.tests patches assertLogs

        lines = []

        class Keep(logging.Handler):
            def emit(self, record):
                lines.append(record.getMessage())

        handler = Keep()
        logging.getLogger().addHandler(handler)
        try:
            yield lines
        finally:
            logging.getLogger().removeHandler(handler)

    # Staying signed in ---------------------------------------------------------------

    def test_a_token_ends_after_an_hour_and_is_refreshed(self):
        first = self.signed_in()
        with self.later(minutes=61):
            self.assertFalse(self.opens(first))
            second = self.refresh(first).json()
            self.assertTrue(self.opens(second))
        self.assertEqual(first["session"]["id"], second["session"]["id"])

    def test_refreshing_ends_the_token_of_before(self):
        first = self.signed_in()
        self.assertTrue(self.refresh(first).ok)
        self.assertFalse(self.opens(first))

    def test_a_device_that_nobody_uses_for_two_months_is_signed_out(self):
        tokens = self.signed_in()
        with self.later(days=61):
            self.assertError(self.refresh(tokens), 401, "unauthenticated")

    def test_a_refresh_token_that_was_copied_ends_the_whole_device(self):
        first = self.signed_in()
        second = self.refresh(first).json()
        with self.later(minutes=2):
            self.assertError(self.refresh(first), 401, "unauthenticated")
            self.assertFalse(self.opens(second))
            self.assertError(self.refresh(second), 401, "unauthenticated")
        self.assertEqual(self.sessions_of(self.rahim).reason, "reused")

    def test_an_answer_that_was_lost_is_no_theft(self):
        first = self.signed_in()
        lost = self.refresh(first).json()
        again = self.refresh(first).json()
        self.assertTrue(self.opens(again))
        self.assertFalse(self.opens(lost))
        self.assertFalse(self.sessions_of(self.rahim).reason)

    def test_an_answer_that_arrived_makes_the_second_use_a_theft(self):
        first = self.signed_in()
        second = self.refresh(first).json()
        self.assertTrue(self.opens(second))
        self.assertError(self.refresh(first), 401, "unauthenticated")
        self.assertFalse(self.opens(second))

    def test_one_token_is_no_other(self):
        tokens = self.signed_in()
        swapped = {"refreshToken": tokens["accessToken"]}
        self.assertError(self.refresh(swapped), 401, "unauthenticated")
        response = self.call(DEVICES, key=tokens["refreshToken"])
        self.assertError(response, 401, "unauthenticated")

    def test_a_token_in_the_address_counts_for_nothing(self):
        token = self.signed_in()["accessToken"]
        response = self.url_open(f"{DEVICES}?access_token={token}&token={token}")
        self.assertError(response, 401, "unauthenticated")

    def test_our_tokens_open_nothing_else_of_odoo(self):
        token = self.signed_in()["accessToken"]
        response = self.url_open(
            "/json/2/res.users/search",
            headers={"Authorization": f"bearer {token}"},
            json={"domain": []},
        )
        self.assertEqual(response.status_code, 401)

    # Signing out ---------------------------------------------------------------------

    def test_who_signs_out_is_out(self):
        tokens = self.signed_in()
        self.assertTrue(self.ask("logout", tokens["accessToken"]).ok)
        self.assertFalse(self.opens(tokens))
        self.assertError(self.refresh(tokens), 401, "unauthenticated")

    def test_people_see_their_devices_and_end_one(self):
        phone = self.signed_in()
        tablet = self.signed_in(device={"name": "Parlour", "platform": "ios"})
        response = self.ask("sessions", phone["accessToken"], "GET")
        listed = response.json()["sessions"]
        self.assertEqual(
            {(one["name"], one["isCurrent"]) for one in listed},
            {(PHONE["name"], True), ("Parlour", False)},
        )
        path = f"sessions/{tablet['session']['id']}"
        self.ask(path, phone["accessToken"], "DELETE")
        self.assertFalse(self.opens(tablet))
        self.assertTrue(self.opens(phone))

    def test_nobody_ends_the_device_of_another(self):
        mine = self.signed_in()
        theirs = self.keys[self.neighbour]
        response = self.ask(f"sessions/{mine['session']['id']}", theirs, "DELETE")
        self.assertError(response, 404, "not_found")
        self.assertEqual(self.ask("sessions", theirs, "GET").json(), {"sessions": []})
        self.assertTrue(self.opens(mine))

    def test_signing_out_everywhere_ends_all_devices(self):
        phone, tablet = self.signed_in(), self.signed_in()
        self.ask("sessions", phone["accessToken"], "DELETE")
        self.assertFalse(self.opens(phone) or self.opens(tablet))

    def test_a_new_password_ends_all_devices(self):
        tokens = self.signed_in()
        self.rahim.password = "another horse battery"
        self.env.flush_all()
        self.assertFalse(self.opens(tokens))
        self.assertEqual(self.sessions_of(self.rahim).reason, "password")

    def test_archiving_a_user_ends_all_devices_for_good(self):
        tokens = self.signed_in()
        self.rahim.active = False
        self.rahim.active = True
        self.env.flush_all()
        self.assertFalse(self.opens(tokens))

    def test_who_becomes_a_portal_user_is_out(self):
        tokens = self.signed_in()
        self.rahim.group_ids = self.env.ref("base.group_portal")
        self.env.flush_all()
        self.assertFalse(self.opens(tokens))
        self.assertError(self.refresh(tokens), 401, "unauthenticated")

    @mute_logger("odoo.http")
    def test_a_program_with_a_key_has_no_device_to_sign_out(self):
        response = self.ask("logout", self.keys[self.user])
        self.assertEqual(response.status_code, 409)
