"""The other ways in: second factor, QR code; and how often one may try."""

import secrets
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import config, mute_logger

from odoo.addons.auth_totp.models.totp import TIMESTEP

from ..models.iot_app_token_live import PROOF
from .app import AUTH, PASSWORD, PHONE, AppCase
from .common import DEVICES


@tagged("post_install", "-at_install")
class TestSignIn(AppCase):
    # Second factor ----------------------------------------------

    def second(self, challenge, code):
        return self.ask("totp", challenge=challenge, code=code, device=PHONE)

    def test_the_right_code_signs_in_and_its_challenge_is_used_up(self):
        challenge = self.challenge()
        response = self.second(challenge, self.code())
        self.assertEqual(response.status_code, 200, response.text)
        self.assertTrue(self.opens(response.json()))
        again = self.second(challenge, self.code(TIMESTEP))
        self.assertError(again, 401, "unauthenticated")

    def test_wrong_codes_are_counted_though_they_are_refused(self):
        challenge = self.challenge()
        with mute_logger("odoo.addons.base.models.res_users"):
            for _time in range(5):
                response = self.second(challenge, "000000")
                self.assertError(response, 401, "unauthenticated")
        self.registry._login_failures = None
        response = self.second(challenge, self.code())
        self.assertError(response, 401, "unauthenticated")

    def test_a_challenge_opens_nothing_by_itself(self):
        challenge = self.challenge()
        self.assertEqual(self.call(DEVICES, key=challenge).status_code, 401)

    def test_a_challenge_of_before_ends_after_five_minutes(self):
        challenge = self.challenge()
        with self.later(minutes=6):
            response = self.second(challenge, self.code())
        self.assertError(response, 401, "unauthenticated")

    # Pairing ----------------------------------------------

    def pair(self, code):
        return self.ask("pair", code=code, device=PHONE)

    def test_a_code_from_the_preferences_signs_one_phone_in(self):
        code = self.show_code()
        tokens = self.pair(code.lower().replace("-", " ")).json()
        self.assertTrue(self.opens(tokens))
        self.assertEqual(tokens["user"]["login"], "api_rahim")
        self.assertError(self.pair(code), 401, "unauthenticated")

    def test_a_new_code_makes_the_one_before_void(self):
        first, second = self.show_code(), self.show_code()
        self.assertError(self.pair(first), 401, "unauthenticated")
        self.assertTrue(self.pair(second).ok)

    def test_a_code_ends_after_five_minutes(self):
        code = self.show_code()
        with self.later(minutes=6):
            self.assertError(self.pair(code), 401, "unauthenticated")

    def test_a_code_ends_with_the_password_and_with_signing_out_everywhere(self):
        code = self.show_code()
        self.rahim.password = "another horse battery"
        self.env.flush_all()
        self.assertError(self.pair(code), 401, "unauthenticated")
        code = self.show_code()
        self.rahim.with_user(self.rahim).action_iot_sign_out_everywhere()
        self.env.flush_all()
        self.assertError(self.pair(code), 401, "unauthenticated")

    def test_nobody_learns_from_a_proof_of_their_own_who_is_signed_in(self):
        for said in ("key:2:99999999999", "key:2:1", "token:1", "?"):
            asked = {"channels": [PROOF + said], "last": 0, "is_first_poll": True}
            found = self.make_jsonrpc_request("/websocket/peek_notifications", asked)
            self.assertNotIn(PROOF, str(found["channels"]))

    def test_a_code_of_who_has_no_access_is_worth_nothing(self):
        code = self.show_code(self.outsider)
        self.assertError(self.pair(code), 401, "unauthenticated")

    def test_only_the_hash_of_a_code_is_kept(self):
        code = self.show_code().replace("-", "")
        self.env.cr.execute("SELECT row_to_json(c)::text FROM iot_app_code c")
        self.assertNotIn(code, "".join(row for (row,) in self.env.cr.fetchall()))

    # How often ----------------------------------------------

    def test_one_user_has_to_wait_and_the_others_have_not(self):
        self.settings(api_calls_per_minute=6)
        tokens = self.signed_in()
        answers = [self.call(DEVICES, key=tokens["accessToken"]) for _ in range(11)]
        codes = [answer.status_code for answer in answers]
        self.assertEqual(codes, [200] * 10 + [429])
        self.assertError(answers[-1], 429, "too_many_requests")
        self.assertLessEqual(1, int(answers[-1].headers["Retry-After"]))
        self.assertEqual(self.call(DEVICES, self.neighbour).status_code, 200)

    def test_an_address_has_to_wait_whoever_asks(self):
        self.settings(api_calls_per_minute_address=6)
        codes = {self.call(DEVICES).status_code for _time in range(12)}
        self.assertEqual(codes, {401, 429})
        self.assertEqual(self.call(DEVICES, self.user).status_code, 429)

    def test_guessing_passwords_soon_has_to_wait(self):
        self.env["ir.config_parameter"].set_param("base.login_cooldown_after", 0)
        self.settings(api_sign_ins_per_minute=3)
        for _time in range(3):
            response = self.log_in(password="wrong")
            self.assertError(response, 401, "unauthenticated")
        self.assertError(self.log_in(), 429, "too_many_requests")

    def log_in_from(self, address, password):
        """As behind a reverse proxy, which tells the address."""
        behind = patch.dict(config._runtime_options, proxy_mode=True)
        forwarded = {"X-Forwarded-For": address, "X-Forwarded-Host": "127.0.0.1"}
        body = {"login": "api_rahim", "password": password, "device": PHONE}
        with behind:
            return self.url_open(f"{AUTH}/login", json=body, headers=forwarded)

    def test_strangers_who_guess_do_not_lock_the_owner_out(self):
        self.settings(api_sign_ins_per_minute=3)
        self.assertEqual(self.log_in_from("192.0.2.7", PASSWORD).status_code, 200)
        with mute_logger("odoo.addons.base.models.res_users"):
            codes = [
                self.log_in_from(f"198.51.100.{number}", "wrong").status_code
                for number in range(6)
            ]
        self.assertEqual(
            sorted(set(codes)), [401, 429], "many addresses are one guesser"
        )
        self.assertEqual(codes[-1], 429)
        at_home = self.log_in_from("192.0.2.7", PASSWORD)
        self.assertEqual(at_home.status_code, 200, at_home.text)
        elsewhere = self.log_in_from("203.0.113.1", PASSWORD)
        self.assertError(elsewhere, 429, "too_many_requests")
        self.assertLessEqual(int(elsewhere.headers["Retry-After"]), 20)

    # Push, from the app's side ----------------------------------------------

    def push(self, path, key, method="PUT", **body):
        headers = {"Authorization": f"Bearer {key}"}
        return self.url_open(
            f"/api/v1/iot/push/{path}",
            method=method,
            json=body or None,
            headers=headers,
        )

    def test_a_device_registers_changes_its_token_and_unregisters(self):
        token = self.signed_in()["accessToken"]
        for fcm_token in ("first-token", "second-token"):
            response = self.push("tokens", token, token=fcm_token, language="en")
            self.assertTrue(response.json()["isRegistered"], response.text)
            self.assertNotIn(fcm_token, response.text)
            session = self.sessions_of(self.rahim)
            self.assertEqual(session.push_token, fcm_token)
        self.assertEqual(self.push("tokens", token, "DELETE").status_code, 204)
        self.assertFalse(self.sessions_of(self.rahim).push_token)

    def test_a_push_token_may_be_long_and_belongs_to_one_device(self):
        # Random, as a token is: what repeats, PostgreSQL would compress.
        long = secrets.token_urlsafe(4096)[:4096]
        of_one, of_other = (self.signed_in()["accessToken"] for _ in range(2))
        for token in (of_one, of_other):
            response = self.push("tokens", token, token=long)
            self.assertEqual(response.status_code, 200, response.text)
        sessions = self.sessions_of(self.rahim)
        self.assertEqual(sessions.filtered("push_token").mapped("push_token"), [long])
        response = self.push("tokens", of_one, token=f"{long}x")
        self.assertError(response, 422, "invalid_parameter", "token")

    def test_a_device_chooses_among_what_its_user_may_see(self):
        token = self.signed_in()["accessToken"]
        mine, theirs = f"farm_{self.farm.id}", f"farm_{self.other_farm.id}"
        listed = self.push("topics", token, "GET").json()["topics"]
        names = {one["name"] for one in listed}
        self.assertIn(mine, names)
        self.assertNotIn(theirs, names)
        response = self.push("topics", token, topics=[mine, "severity_high"])
        chosen = [t["name"] for t in response.json()["topics"] if t["isChosen"]]
        self.assertEqual(chosen, [mine, "severity_high"])
        response = self.push("topics", token, topics=[theirs])
        self.assertError(response, 404, "not_found")
        response = self.push("topics", token, topics=["everything"])
        self.assertEqual(response.status_code, 422)

    def test_a_program_with_a_key_has_no_device_to_register(self):
        response = self.push("tokens", self.keys[self.user], token="some-token")
        self.assertEqual(response.status_code, 409)

    # In Odoo ----------------------------------------------

    def test_people_see_and_end_their_own_devices_in_odoo(self):
        tokens = self.signed_in()
        session = self.env["iot.app.session"].browse(int(tokens["session"]["id"]))
        mine = session.with_user(self.rahim)
        self.assertEqual(mine.user_id.iot_session_ids, mine)
        with self.assertRaises(AccessError):
            session.with_user(self.neighbour).action_revoke()
        with self.assertRaises(AccessError):
            mine.write({"user_id": self.neighbour.id})
        with self.assertRaises(AccessError):
            self.rahim.with_user(self.neighbour).action_iot_sign_out_everywhere()
        mine.action_revoke()
        self.env.flush_all()
        self.assertFalse(self.opens(tokens))

    def test_nobody_reads_a_hash_or_a_push_token(self):
        self.signed_in()
        session = self.sessions_of(self.rahim).with_user(self.rahim)
        with self.assertRaises(AccessError):
            session.read(["push_token"])
        for model in ("iot.app.token", "iot.app.code"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(self.manager).search([])
