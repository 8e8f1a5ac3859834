"""Credentials are for technicians and managers; secrets are for nobody."""

import json
import zipfile
from io import BytesIO

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, new_test_user, tagged

from .identity import IdentityCase

GROUPS = ("user", "operator", "technician", "manager")


@tagged("post_install", "-at_install")
class TestIdentityByRpc(IdentityCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.certificate = self.issue()
        self.token = self.issue_token()
        self.people = {
            group: new_test_user(
                self.env, f"rpc_{group}", f"smartdairy_iot.group_iot_{group}"
            )
            for group in GROUPS
        }

    def call(self, model, method, *args, **kwargs):
        """:return: what came back, or None when it was refused"""
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        answer = self.url_open(
            f"/web/dataset/call_kw/{model}/{method}",
            data=json.dumps({"jsonrpc": "2.0", "params": params}),
            headers={"Content-Type": "application/json"},
        ).json()
        return answer.get("result")

    def log_in(self, group):
        self.authenticate(f"rpc_{group}", f"rpc_{group}")

    def test_viewers_and_operators_see_no_credentials(self):
        for group in GROUPS:
            self.log_in(group)
            is_seen = group in ("technician", "manager")
            for model in ("iot.certificate", "iot.device.token"):
                found = self.call(model, "search_read", [], ["state"])
                self.assertEqual(bool(found), is_seen, f"{model} {group}")
            read = self.call("iot.device", "read", self.sensor.ids, ["certificate_ids"])
            self.assertEqual(bool(read), is_seen, group)

    def test_nobody_reads_the_hash_of_a_token(self):
        token_id = self.sensor.token_ids.id
        for group in GROUPS:
            self.log_in(group)
            for method, args in (
                ("read", [[token_id], ["hashed"]]),
                ("search_read", [[], ["hashed"]]),
                ("search_count", [[("hashed", "like", "$7$")]]),
                ("formatted_read_group", [[], ["hashed"]]),
                ("export_data", [[token_id], ["hashed"]]),
            ):
                found = self.call("iot.device.token", method, *args)
                self.assertFalse(found, f"{group} {method}")
            everything = self.call("iot.device.token", "read", [token_id])
            self.assertNotIn("$7$", json.dumps(everything), group)

    def test_nobody_finds_a_key_or_token_again(self):
        for group in GROUPS:
            self.log_in(group)
            for model in ("iot.credential.issue", "iot.device.token.shown"):
                found = self.call(model, "search_read", [], [])
                text = json.dumps(found)
                self.assertNotIn(self.token, text)
                self.assertNotIn("PRIVATE", text)

    def test_nobody_writes_what_only_an_action_may(self):
        for group in GROUPS:
            self.log_in(group)
            for model, record in (
                ("iot.certificate", self.certificate),
                ("iot.device.token", self.sensor.token_ids),
            ):
                write = self.call(model, "write", record.ids, {"note": "mine"})
                self.assertIsNone(write, f"{model} {group}")
                self.assertIsNone(self.call(model, "unlink", record.ids))
                self.assertIsNone(self.call(model, "copy", record.ids))

    def test_viewers_and_operators_neither_issue_nor_revoke(self):
        for group in ("user", "operator"):
            person = self.people[group]
            with self.assertRaises(AccessError):
                self.wizard(user=person)
            with self.assertRaises(AccessError):
                self.revoke(self.certificate, user=person)
            with self.assertRaises(AccessError):
                self.sensor.with_user(person).action_issue_credentials()
            with self.assertRaises(AccessError):
                self.env["iot.broker"].with_user(person).action_export()
        self.assertEqual(self.certificate.state, "valid")

    def test_private_methods_are_not_for_rpc(self):
        self.log_in("manager")
        for model, method in (
            ("iot.certificate", "_issue"),
            ("iot.device.token", "_issue"),
            ("iot.credential.issue", "_hand_out"),
            ("iot.broker", "_tokens"),
        ):
            self.assertIsNone(self.call(model, method, []), method)

    def test_a_technician_of_another_farm_does_nothing_here(self):
        self.farm.user_ids = [Command.link(self.people["user"].id)]
        other = self.people["technician"]
        with self.assertRaises(AccessError):
            self.wizard(user=other)._hand_out()
        self.assertFalse(
            self.certificate.with_user(other).search([]) & self.certificate
        )
        with self.assertRaises(AccessError):
            self.revoke(self.certificate, user=other)

    def ticket(self):
        wizard = self.wizard(user=self.people["technician"])
        self.env.flush_all()
        return f"/smartdairy_iot/credentials/{wizard.id}"

    def test_the_file_is_for_whom_has_asked_and_once(self):
        url = self.ticket()
        self.log_in("manager")
        self.assertEqual(self.url_open(url).status_code, 403)
        self.log_in("technician")
        answer = self.url_open(url)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertIn("device.key", zipfile.ZipFile(BytesIO(answer.content)).namelist())
        again = self.url_open(url)
        self.assertEqual(again.status_code, 409)
        self.assertIn("handed out already", again.text)

    def test_another_site_cannot_use_up_the_ticket(self):
        url = self.ticket()
        self.log_in("technician")
        for site in ("cross-site", "same-site"):
            answer = self.url_open(url, headers={"Sec-Fetch-Site": site})
            self.assertEqual(answer.status_code, 404, site)
        answer = self.url_open(url, headers={"Sec-Fetch-Site": "same-origin"})
        self.assertEqual(answer.status_code, 200)

    def test_without_a_login_there_is_no_file(self):
        url = self.ticket()
        self.authenticate(None, None)
        answer = self.url_open(url, allow_redirects=False)
        self.assertIn("/web/login", answer.headers.get("Location", ""))

    def test_the_certificate_itself_is_no_secret_of_technicians(self):
        url = f"/smartdairy_iot/certificate/{self.certificate.id}"
        self.log_in("technician")
        self.assertEqual(self.url_open(url).text, self.certificate.pem)
        self.log_in("user")
        self.assertNotEqual(self.url_open(url).status_code, 200)
