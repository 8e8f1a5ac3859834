"""Issuing, renewing and revoking, as a technician does it."""

import base64
import io
import json
import zipfile
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ..identity.authority import Authority, make_key
from .identity import IdentityCase, make_ca, make_request


def unzip(content):
    archive = zipfile.ZipFile(io.BytesIO(content))
    return {entry.filename: archive.read(entry) for entry in archive.infolist()}


@tagged("post_install", "-at_install")
class TestIssue(IdentityCase):
    def upload(self, raw, device=None, **vals):
        wizard = self.wizard(
            device, "request", upload=base64.b64encode(raw), upload_name="x.csr", **vals
        )
        return wizard.action_issue()

    def test_the_dialog_closes_so_that_nobody_issues_a_second_time(self):
        action = self.wizard().action_issue()
        # Odoo's web client closes after any download but one of the target "download".
        self.assertEqual((action["close"], action["target"]), (True, "new"))

    def test_a_bundle_holds_a_key_and_its_certificate_of_that_device(self):
        name, content = self.wizard()._hand_out()
        self.assertEqual(name, "credentials-TEST-1.zip")
        files = unzip(content)
        key = load_pem_private_key(files["device.key"], None)
        certificate = x509.load_pem_x509_certificate(files["device.crt"])
        self.assertEqual(certificate.public_key(), key.public_key())
        self.assertEqual(key.curve.name, "secp256r1")
        recorded = self.sensor.certificate_ids
        self.assertEqual(recorded.pem.encode(), files["device.crt"])
        self.assertEqual(int(recorded.serial, 16), certificate.serial_number)
        self.assertEqual(recorded.common_name, "TEST-1")
        self.assertEqual(recorded.create_uid, self.technician)
        told = json.loads(files["device.json"])
        self.assertEqual(told["host"], "mqtt.example.com")

    def test_a_bundle_is_handed_out_once(self):
        wizard = self.wizard()
        wizard._hand_out()
        with self.assertRaisesRegex(UserError, "handed out already"):
            wizard._hand_out()
        self.assertEqual(len(self.sensor.certificate_ids), 1)

    def test_nothing_is_made_before_it_is_fetched(self):
        action = self.wizard().action_issue()
        self.assertEqual(action["type"], "ir.actions.act_url")
        self.assertFalse(self.sensor.certificate_ids)

    def test_no_key_is_in_the_database(self):
        _name, content = self.wizard()._hand_out()
        key = unzip(content)["device.key"].decode().splitlines()[1]
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_name LIKE 'iot_c%' AND table_type = 'BASE TABLE'"
        )
        for (table,) in self.env.cr.fetchall():
            self.env.cr.execute(f"SELECT t::text FROM {table} t")
            self.assertNotIn(key, str(self.env.cr.fetchall()), table)

    def test_many_devices_get_one_file_with_a_folder_for_each(self):
        others = [self.make_device(f"BOX-{number:03}") for number in range(50)]
        devices = self.sensor.union(*others)
        name, content = self.wizard(devices)._hand_out()
        self.assertEqual(name, "credentials-51.zip")
        folders = {path.partition("/")[0] for path in unzip(content)}
        self.assertEqual(folders, set(devices.mapped("device_id")))
        serials = devices.certificate_ids.mapped("serial")
        self.assertEqual(len(set(serials)), 51)

    def test_a_signing_request_gives_our_name_whatever_it_asks_for(self):
        key = make_key()
        self.upload(make_request(key, "iot_consumer"))
        certificate = self.sensor.certificate_ids
        issued = x509.load_pem_x509_certificate(certificate.pem.encode())
        self.assertEqual(issued.public_key(), key.public_key())
        self.assertEqual(certificate.common_name, "TEST-1")
        self.assertNotIn(b"iot_consumer", certificate.pem.encode())
        self.assertIn("CN=TEST-1", issued.subject.rfc4514_string())

    def test_a_bad_request_is_refused_with_the_reason_and_the_remedy(self):
        weak = make_request(ec.generate_private_key(ec.SECP192R1()))
        for raw, words in ((b"hello", "neither a certificate"), (weak, "P-256")):
            with self.assertRaisesRegex(UserError, words):
                self.upload(raw)
        with self.assertRaisesRegex(UserError, "Choose one device, and the file"):
            self.wizard(kind="request").action_issue()
        self.assertFalse(self.sensor.certificate_ids)

    def test_a_certificate_of_the_same_ca_from_elsewhere_can_be_revoked_here(self):
        now = fields.Datetime.now().astimezone()
        authority = Authority.load(
            str(self.folder / "ca.crt"), str(self.folder / "ca.key"), now
        )
        raw = authority.issue("TEST-1", make_key().public_key(), now, 9).pem.encode()
        self.upload(raw)
        self.assertEqual(self.sensor.certificate_ids.source, "elsewhere")
        with self.assertRaisesRegex(UserError, "recorded already"):
            self.upload(raw)
        other = self.make_device("TEST-2")
        with self.assertRaisesRegex(UserError, "issued to TEST-1"):
            self.upload(raw, other)

    def test_a_token_is_in_the_answer_and_its_hash_alone_is_stored(self):
        token = self.issue_token()
        self.assertEqual(len(token), 43)
        self.env.flush_all()
        self.env.cr.execute("SELECT hashed, t::text FROM iot_device_token t")
        ((hashed, row),) = self.env.cr.fetchall()
        self.assertRegex(hashed, r"^\$7\$101\$[^$]{16}\$[^$]{88}$")
        self.assertNotIn(token, row)

    def test_a_new_token_replaces_the_old_one(self):
        first, second = self.issue_token(), self.issue_token()
        self.assertNotEqual(first, second)
        self.assertEqual(
            self.sensor.token_ids.sorted("id").mapped("state"), ["revoked", "valid"]
        )

    def test_tokens_of_many_devices_come_in_one_file(self):
        devices = self.sensor | self.make_device("TEST-2")
        _name, content = self.wizard(devices, "token")._hand_out()
        told = json.loads(unzip(content)["TEST-2/device.json"])
        self.assertEqual((told["username"], told["port"]), ("TEST-2", 8884))
        self.assertEqual(len(told["password"]), 43)

    def test_a_service_is_no_device(self):
        for name in ("admin", "Dashboard", "IOT_CONSUMER"):
            with self.assertRaisesRegex(ValidationError, "services"):
                self.make_device(name)

    def test_a_bridge_of_the_administrators_is_no_device(self):
        with (self.broker_folder / "acl.base").open("a") as acl:
            acl.write("user zigbee2mqtt\ntopic write zigbee2mqtt/#\n")
        device = self.make_device("zigbee2mqtt")
        for kind in ("bundle", "token"):
            with self.assertRaisesRegex(UserError, "rights of its own"):
                self.wizard(device, kind)._hand_out()

    def test_a_device_named_like_a_persons_login_gets_none(self):
        self.make_user("anna", "base.group_user")
        device = self.make_device("anna")
        with self.assertRaisesRegex(UserError, "a user of Odoo has that login"):
            self.wizard(device)._hand_out()

    def test_a_retired_device_gets_none(self):
        self.sensor.action_retire()
        with self.assertRaisesRegex(UserError, "is retired"):
            self.wizard()._hand_out()

    def test_a_ca_that_cannot_be_used_is_said_before_anything_is_made(self):
        (self.folder / "ca.key").unlink()
        wizard = self.wizard()
        self.assertIn("cannot be read", wizard.problem)
        with self.assertRaisesRegex(UserError, "cannot be read"):
            wizard.action_issue()
        make_ca(self.folder, days=-1)
        with self.assertRaisesRegex(UserError, "The CA expired on"):
            self.wizard()._hand_out()
        self.use(ca_cert="", ca_key="")
        with self.assertRaisesRegex(UserError, "set ca_cert and ca_key"):
            self.wizard()._hand_out()
        self.assertFalse(self.sensor.certificate_ids)

    def test_the_days_are_within_bounds(self):
        for vals in ({"days": 0}, {"days": 4000}, {"overlap_days": -1}):
            with self.assertRaises(ValidationError):
                self.wizard(**vals)


@tagged("post_install", "-at_install")
class TestLife(IdentityCase):
    def look_after(self, **later):
        with freeze_time(fields.Datetime.now() + timedelta(**later)):
            self.env["iot.certificate"]._cron_look_after()

    def notices(self):
        return self.env["mail.message"].search(
            [("subject", "like", "Certificates of")], order="id"
        )

    def test_the_rules_learn_when_the_certificate_expires(self):
        certificate = self.issue(days=10)
        self.assertEqual(self.sensor.certificate_expires_at, certificate.not_after)
        self.revoke(certificate)
        self.assertFalse(self.sensor.certificate_expires_at)

    def test_both_are_valid_until_the_overlap_is_over(self):
        old = self.issue()
        new = self.issue(overlap_days=3)
        self.assertEqual((old.state, new.state), ("superseded", "valid"))
        self.look_after(days=2)
        self.assertEqual(old.state, "superseded")
        self.look_after(days=3, seconds=1)
        self.assertEqual((old.state, old.reason), ("revoked", "superseded"))
        self.assertEqual(new.state, "valid")

    def test_without_overlap_the_old_one_is_revoked_at_once(self):
        old = self.issue()
        self.issue(overlap_days=0)
        self.assertEqual(old.state, "revoked")
        self.assertEqual(old.revoked_by, self.technician)

    def test_the_chatter_names_each_certificate_that_was_revoked(self):
        both = self.issue() | self.issue()
        self.revoke(both)
        log = "".join(self.sensor.message_ids.mapped("body"))
        revoked = [part for part in log.split("<p>") if "revoked" in part]
        for one in both:
            self.assertIn(one.serial, "".join(revoked))

    def test_no_user_has_the_name_of_a_device_with_credentials(self):
        certified, with_token = (self.make_device(f"LOGIN-{n}") for n in (1, 2))
        certificate = self.issue(certified)
        self.issue_token(with_token)
        for device in (certified, with_token):
            with self.assertRaises(ValidationError):
                self.make_user(device.device_id, "base.group_user")
        self.revoke(certificate)
        self.make_user("LOGIN-1", "base.group_user")
        self.make_user("LOGIN-3", "base.group_user")

    def test_a_superseded_one_can_be_kept(self):
        old = self.issue()
        self.issue(overlap_days=3)
        old.with_user(self.technician).action_keep()
        self.look_after(days=4)
        self.assertEqual(old.state, "valid")

    def test_an_expired_one_says_so(self):
        certificate = self.issue(days=2)
        self.look_after(days=2, seconds=1)
        self.assertEqual(certificate.state, "expired")

    def test_people_are_told_30_7_and_1_days_before_once_each(self):
        self.issue(days=40)
        for days, count in ((5, 0), (10, 1), (11, 1), (33, 2), (34, 2), (39, 3)):
            self.look_after(days=days, hours=1)
            self.assertEqual(len(self.notices()), count, f"after {days} days")
        subjects = self.notices().mapped("subject")
        self.assertEqual(
            subjects,
            [
                "Certificates of 1 devices expire within 30 days",
                "Certificates of 1 devices expire within 7 days",
                "Certificates of 1 devices expire tomorrow",
            ],
        )
        self.assertIn(self.technician.partner_id, self.notices()[0].partner_ids)

    def test_a_box_of_sensors_is_one_message(self):
        devices = self.sensor.union(*(self.make_device(f"B-{n}") for n in range(5)))
        self.wizard(devices, days=20)._hand_out()
        self.look_after(days=0)
        (message,) = self.notices()
        self.assertIn("6 devices", message.subject)
        self.assertIn("B-4", message.body)

    def test_nobody_is_told_of_one_that_has_a_successor(self):
        self.issue(days=20)
        self.issue(days=400)
        self.look_after(days=0)
        self.assertFalse(self.notices())

    def test_who_revoked_it_when_and_why_is_kept(self):
        certificate = self.issue()
        self.revoke(certificate)
        self.assertEqual(certificate.state, "revoked")
        self.assertEqual(certificate.revoked_by, self.technician)
        self.assertEqual(certificate.reason, "key_compromise")
        self.assertTrue(certificate.revoked_at)
        self.assertIn("revoked", self.sensor.message_ids[0].body)
        with self.assertRaisesRegex(UserError, "nothing to revoke"):
            certificate.action_revoke()

    def test_a_retired_device_has_no_credentials_left(self):
        certificate, _token = self.issue(), self.issue_token()
        self.sensor.action_retire()
        self.assertEqual(certificate.state, "revoked")
        self.assertEqual(self.sensor.token_ids.state, "revoked")

    def test_a_deleted_device_leaves_its_revocation(self):
        certificate = self.issue()
        self.sensor.unlink()
        self.assertEqual(certificate.state, "revoked")
        self.assertFalse(certificate.device_id)
        self.export()
        self.assertIn("user TEST-1\ntopic deny #", self.exported("acl"))

    def test_the_device_id_stays_while_credentials_name_it(self):
        certificate = self.issue()
        with self.assertRaisesRegex(UserError, "Revoke them first"):
            self.sensor.device_id = "OTHER-1"
        self.sensor.device_id = "TEST-1"  # the same is no change
        self.revoke(certificate)
        self.sensor.device_id = "OTHER-1"
