from datetime import timedelta
from unittest.mock import patch

from lxml import html

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from ..models import iot_device_claim_attempt as attempt
from .onboarding import OnboardingCase

PASSWORD = "box-of-500-sensors"


@tagged("post_install", "-at_install")
class TestDeviceClaim(OnboardingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shipped = cls.make_device("SHIP-1", farm_id=False, state="draft")
        cls.claims = cls.env["iot.device.claim"]

    def test_a_code_is_kept_as_a_hash_that_nobody_reads(self):
        code = self.claims._make(self.shipped, 30)[self.shipped.id]
        claim = self.claims.search([("device_id", "=", self.shipped.id)])
        self.assertEqual(claim.state, "open")
        self.assertNotIn(code, str(claim.sudo().read()))
        for user in self.people.values():
            with self.assertRaises(AccessError, msg=user.login):
                claim.with_user(user).read(["code_hash"])
        self.env.cr.execute("SELECT * FROM iot_device_claim WHERE id = %s", [claim.id])
        row = str(self.env.cr.fetchone())
        self.assertNotIn(code.replace("-", ""), row.replace("-", "").upper())

    def test_only_what_is_new_and_on_no_farm_gets_a_code(self):
        active = self.make_device("SHIP-2", farm_id=False)
        for device in (active, self.sensor):
            with self.assertRaisesRegex(UserError, device.device_id):
                self.claims._make(self.shipped | device, 30)
        self.assertFalse(self.claims.search([("device_id", "=", self.shipped.id)]))

    def test_a_new_code_cancels_the_one_before(self):
        first = self.claims._make(self.shipped, 30)[self.shipped.id]
        second = self.claims._make(self.shipped, 30)[self.shipped.id]
        self.assertEqual(self.claims._look_up("SHIP-1", first)[1], "cancelled")
        self.assertEqual(self.claims._look_up("SHIP-1", second)[1], "open")

    def test_nobody_makes_or_uses_a_claim_by_writing_the_record(self):
        self.claims._make(self.shipped, 30)
        claim = self.claims.search([("device_id", "=", self.shipped.id)])
        values = {
            "device_id": self.shipped.id,
            "code_hash": "x",
            "expires_at": fields.Datetime.now(),
        }
        for name, user in self.people.items():
            with self.assertRaises(AccessError, msg=name):
                self.claims.with_user(user).create(values)
            with self.assertRaises(AccessError, msg=name):
                claim.with_user(user).write({"used_at": False})
            with self.assertRaises(AccessError, msg=name):
                self.env["iot.device.claim.attempt"].with_user(user).search([])
        for name in ("user", "operator"):
            with self.assertRaises(AccessError, msg=name):
                claim.with_user(self.people[name]).read(["state"])
            with self.assertRaises(AccessError, msg=name):
                claim.with_user(self.people[name]).action_cancel()

    def test_a_manager_cancels_a_lost_label(self):
        code = self.claims._make(self.shipped, 30)[self.shipped.id]
        claim = self.claims.search([("device_id", "=", self.shipped.id)])
        claim.with_user(self.people["manager"]).action_cancel()
        self.assertEqual(self.claims._look_up("SHIP-1", code)[1], "cancelled")

    def test_the_dialog_says_which_devices_get_a_label(self):
        wizard = (
            self.env["iot.device.claim.labels"]
            .with_user(self.people["manager"])
            .with_context(
                active_model="iot.device",
                active_ids=(self.shipped | self.sensor).ids,
            )
            .create({})
        )
        self.assertEqual((wizard.ready_count, wizard.refused), (1, "TEST-1"))
        action = wizard.action_make()
        self.assertEqual(action["params"]["device_ids"], str(self.shipped.id))
        wizard.days = 0
        with self.assertRaises(UserError):
            wizard.action_make()


@tagged("post_install", "-at_install")
class TestClaimPages(HttpCase):
    def setUp(self):
        super().setUp()
        companies = self.env["res.company"].create({"name": "Other Dairy"})
        self.farm, self.other_farm, self.foreign_farm = self.env["farm.farm"].create(
            [
                {"name": "Claiming Farm", "tz": "UTC"},
                {"name": "Neighbour Farm", "tz": "UTC"},
                {"name": "Foreign Farm", "tz": "UTC", "company_id": companies.id},
            ]
        )
        self.users = {
            name: new_test_user(
                self.env,
                f"claim-{name}",
                groups=f"smartdairy_iot.group_iot_{group}",
                password=PASSWORD,
            )
            for name, group in {
                "user": "user",
                "operator": "operator",
                "technician": "technician",
                "manager": "manager",
                "neighbour": "technician",
            }.items()
        }
        new_test_user(self.env, "claim-stranger", "base.group_user", password=PASSWORD)
        everybody = self.env["farm.farm"].search([])
        everybody.user_ids = self.users["manager"]
        self.farm.user_ids = self.users["technician"] | self.users["user"]
        self.other_farm.user_ids = self.users["neighbour"]
        self.device = self.make_device("SHIP-1")
        self.code = self.make_code(self.device)

    def make_device(self, device_id, **vals):
        values = {"name": f"Probe {device_id}", "device_id": device_id}
        values |= {"device_type": "temperature", "serial_number": f"SN-{device_id}"}
        return self.env["iot.device"].create(values | vals)

    def make_code(self, device):
        return self.env["iot.device.claim"]._make(device, 30)[device.id]

    def login(self, name):
        self.authenticate(f"claim-{name}", PASSWORD)

    def post(self, step, name="technician", device_id="SHIP-1", **values):
        """As the page does, which has a token of this session."""
        self.login(name)
        page = self.url_open(f"/iot/claim/{device_id}")
        tokens = html.fromstring(page.content).xpath("//input[@name='csrf_token']")
        token = tokens[0].get("value") if tokens else self.csrf_token()
        return self.url_open(
            f"/iot/claim/{device_id}/{step}", {"csrf_token": token, **values}
        )

    def csrf_token(self):
        page = self.url_open("/web/login").text
        return page.split('csrf_token: "')[1].split('"')[0]

    def check(self, name="technician", code=None, device_id="SHIP-1"):
        code = self.code if code is None else code
        return self.post("check", name, device_id, code=code)

    def confirm(self, farm, name="technician", code=None):
        return self.post("confirm", name, code=code or self.code, farm_id=farm.id)

    def title(self, response):
        return html.fromstring(response.content).xpath("string(//h1)").strip()

    # The way it should go

    def test_a_technician_claims_a_device_onto_their_farm_once(self):
        response = self.check()
        self.assertEqual(response.status_code, 200)
        for words in ("Probe SHIP-1", "SN-SHIP-1", "Claiming Farm"):
            self.assertIn(words, response.text)
        self.assertNotIn("Neighbour Farm", response.text)
        self.assertFalse(self.device.farm_id, "only shown so far")
        response = self.confirm(self.farm)
        self.assertEqual(self.title(response), "Probe SHIP-1 is yours")
        self.assertEqual(self.device.farm_id, self.farm)
        self.assertEqual(self.device.state, "registered")
        claim = self.env["iot.device.claim"].search(
            [("device_id", "=", self.device.id)]
        )
        self.assertEqual(
            (claim.state, claim.used_by, claim.farm_id),
            ("used", self.users["technician"], self.farm),
        )
        self.assertIn("Claiming Farm", str(self.device.message_ids.mapped("body")))
        self.assertEqual(
            self.title(self.confirm(self.farm)), "This device is on your farm already"
        )

    def test_the_pages_are_kept_nowhere_and_in_no_frame(self):
        headers = self.check().headers
        self.assertEqual(headers["Cache-Control"], "no-store")
        self.assertEqual(headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(headers["X-Frame-Options"], "DENY")

    def test_a_farm_of_another_of_ones_companies_can_be_chosen(self):
        user = self.users["technician"]
        user.company_ids |= self.foreign_farm.company_id
        self.foreign_farm.user_ids |= user
        self.confirm(self.foreign_farm)
        self.assertEqual(self.device.farm_id, self.foreign_farm)
        response = self.url_open("/iot/d/SHIP-1", allow_redirects=False)
        self.assertIn(str(self.foreign_farm.company_id.id), response.cookies["cids"])

    # The ways it should not

    def refused(self, response, status, title):
        self.assertEqual((response.status_code, self.title(response)), (status, title))
        self.assertFalse(self.device.farm_id)
        self.assertEqual(self.device.state, "draft")

    def test_an_unknown_device_and_a_wrong_code_look_alike(self):
        wrong = self.check(code="AAAA-AAAA-AAAA-AAAA")
        self.refused(wrong, 404, "This code is not known")
        missing = self.check(device_id="SHIP-9")
        self.refused(missing, 404, "This code is not known")
        self.assertEqual(
            self.stripped(missing, "SHIP-9"), self.stripped(wrong, "SHIP-1")
        )
        for code in ("", "é" * 16, self.code[:-1], "x" * 5000):
            self.refused(self.check(code=code), 404, "This code is not known")

    def stripped(self, response, device_id):
        main = html.fromstring(response.content).xpath("//main")[0]
        return html.tostring(main, encoding="unicode").replace(device_id, "")

    def test_the_code_of_one_device_is_none_for_another(self):
        other = self.make_code(self.make_device("SHIP-2"))
        self.refused(self.check(code=other), 404, "This code is not known")

    def test_a_retired_device_cannot_be_claimed(self):
        self.device.state = "retired"
        self.assertEqual(self.title(self.check()), "This device cannot be claimed")

    def test_used_expired_cancelled_and_taken_are_told_and_nothing_of_others(self):
        claim = self.env["iot.device.claim"].search(
            [("device_id", "=", self.device.id)]
        )
        claim.expires_at = fields.Datetime.now() - timedelta(seconds=1)
        self.refused(self.check(), 409, "This code has expired")
        self.refused(self.confirm(self.farm), 409, "This code has expired")
        claim.expires_at = fields.Datetime.now() + timedelta(days=1)
        self.device.farm_id = self.other_farm
        response = self.confirm(self.farm)
        self.assertEqual(self.title(response), "This device cannot be claimed")
        self.assertNotIn("Neighbour", response.text)
        self.assertEqual(self.device.farm_id, self.other_farm)
        self.device.farm_id = False
        self.confirm(self.other_farm, "neighbour")
        response = self.check()
        self.assertEqual(self.title(response), "This code has been used")
        self.assertNotIn("Neighbour", response.text)
        self.assertNotIn("Open the Device", response.text)

    def test_viewers_operators_and_strangers_do_not_claim(self):
        for name in ("user", "operator", "stranger"):
            for response in (self.check(name), self.confirm(self.farm, name)):
                self.refused(response, 403, "You may not claim devices")
            self.assertNotIn("SN-SHIP-1", response.text)

    def test_a_farm_that_one_does_not_see_is_no_choice(self):
        for farm in (self.other_farm, self.foreign_farm):
            self.refused(self.confirm(farm), 403, "You have no such farm")
        nonsense = self.post("confirm", code=self.code, farm_id="1 OR 1=1")
        self.refused(nonsense, 403, "You have no such farm")

    def test_who_has_no_farm_is_told_so(self):
        self.farm.user_ids = self.users["user"]
        self.refused(self.check(), 403, "You have no such farm")

    def test_nothing_is_changed_by_get_nor_without_the_token(self):
        self.login("technician")
        for step in ("check", "confirm"):
            path = f"/iot/claim/SHIP-1/{step}"
            values = f"?code={self.code}&farm_id={self.farm.id}"
            response = self.url_open(path + values, allow_redirects=False)
            self.assertEqual(response.status_code, 303)
            data = {"code": self.code, "farm_id": self.farm.id}
            self.assertEqual(self.url_open(path, data).status_code, 400)
        self.assertFalse(self.device.farm_id)
        self.assertEqual(self.url_open("/smartdairy_iot/claim/labels").status_code, 405)

    def test_who_is_not_logged_in_is_asked_to(self):
        self.authenticate(None, None)
        for path in ("/iot/claim/SHIP-1", "/iot/d/SHIP-1"):
            response = self.url_open(path, allow_redirects=False)
            self.assertEqual(response.status_code, 303)
            self.assertIn("/web/login", response.headers["Location"])

    def test_after_some_wrong_codes_one_has_to_wait(self):
        for _turn in range(attempt._MOST_OF_USER):
            self.assertEqual(self.check(code="AAAA").status_code, 404)
        self.refused(self.check(), 429, "Too many wrong codes")
        self.refused(self.confirm(self.farm), 429, "Too many wrong codes")
        tries = self.env["iot.device.claim.attempt"].search([])
        self.assertEqual(self.check("manager").status_code, 200, "not everybody")
        tries.tried_at = fields.Datetime.now() - attempt._SPAN - timedelta(seconds=1)
        self.assertEqual(self.check().status_code, 200)

    def test_an_address_has_to_wait_whoever_tries(self):
        with patch.object(attempt, "_MOST_OF_ADDRESS", 2):
            for _turn in range(2):
                self.check("neighbour", code="AAAA")
            self.refused(self.check(), 429, "Too many wrong codes")

    # Scanning a device that is there

    def test_scanning_opens_the_form_for_who_may_see_it(self):
        self.device.farm_id = self.farm
        for name in ("technician", "user", "manager"):
            self.login(name)
            response = self.url_open("/iot/d/SHIP-1", allow_redirects=False)
            self.assertEqual(response.status_code, 303, name)
            location = response.headers["Location"]
            self.assertTrue(location.endswith(f"/odoo/iot-devices/{self.device.id}"))
        for name in ("neighbour", "stranger"):
            self.login(name)
            response = self.url_open("/iot/d/SHIP-1")
            missing = self.url_open("/iot/d/SHIP-9")
            self.assertEqual(response.status_code, 404)
            self.assertEqual(
                self.stripped(response, "SHIP-1"), self.stripped(missing, "SHIP-9")
            )

    # Labels

    def labels(self, name, size="csv", days="30", devices=None):
        self.login(name)
        devices = devices or self.device
        return self.url_open(
            "/smartdairy_iot/claim/labels",
            {
                "csrf_token": self.csrf_token(),
                "device_ids": ",".join(map(str, devices.ids)),
                "size": size,
                "days": days,
            },
        )

    def test_new_codes_are_in_the_answer_and_only_there(self):
        response = self.labels("manager")
        self.assertEqual(response.status_code, 200)
        _head, row = response.content.decode("utf-8-sig").splitlines()
        device_id, _serial, _type, code, link = row.split(",")
        self.assertEqual(device_id, "SHIP-1")
        self.assertTrue(link.endswith(f"/iot/claim/SHIP-1#{code}"))
        self.assertEqual(self.check(code=code).status_code, 200)
        self.assertEqual(self.title(self.check()), "This label is no longer valid")
        attachments = self.env["ir.attachment"].search(
            [("res_model", "=", "iot.device")]
        )
        self.assertFalse(attachments)

    def test_a_retired_device_is_not_claimed(self):
        self.device.state = "retired"
        self.assertEqual(self.title(self.check()), "This device cannot be claimed")

    def test_labels_are_made_by_who_sees_the_devices(self):
        for name in ("user", "operator", "stranger"):
            self.assertEqual(self.labels(name).status_code, 403, name)
        self.assertEqual(self.check().status_code, 200, "the old code is still valid")
        self.assertEqual(self.labels("technician").status_code, 200)

    def test_what_cannot_be_made_makes_nothing(self):
        active = self.make_device("SHIP-3", state="active")
        refused = self.labels("manager", devices=self.device | active)
        self.assertGreaterEqual(refused.status_code, 400)
        for bad in ({"days": "0"}, {"days": "x"}, {"size": "poster"}):
            self.assertGreaterEqual(self.labels("manager", **bad).status_code, 400, bad)
        self.assertEqual(self.check().status_code, 200, "the old code is still valid")
