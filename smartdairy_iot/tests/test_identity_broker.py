"""What is written for the broker, and what it is told to do."""

import re
from datetime import timedelta
from unittest.mock import patch

import psycopg2
from cryptography import x509
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.sql_db import db_connect
from odoo.tests import Form, tagged

from .identity import ACL, PASSWD, IdentityCase, make_ca

BROKER = "odoo.addons.smartdairy_iot.models.iot_broker"


@tagged("post_install", "-at_install")
class TestBroker(IdentityCase):
    def setUp(self):
        super().setUp()
        self.assertFalse(self.export())

    def serials(self):
        crl = x509.load_pem_x509_crl(self.exported("crl.pem").encode())
        return {entry.serial_number for entry in crl}

    def generation(self):
        return int(self.exported("generation").split()[0])

    def listener(self, **vals):
        values = {"host": "test", "pid": 1, "beat_at": fields.Datetime.now()}
        return self.env["iot.listener"].create(values | {"is_connected": True} | vals)

    def test_at_first_it_is_what_the_administrator_has_and_nobody_is_revoked(self):
        self.assertEqual(self.serials(), set())
        retired = self.env["iot.device"].search([("state", "=", "retired")])
        if not retired:
            self.assertEqual(self.exported("acl"), ACL)
        self.assertEqual(self.exported("passwd"), PASSWD)

    def test_without_a_change_nothing_is_written(self):
        before = self.generation()
        self.export()
        self.issue()  # a certificate is the broker's to verify, not to know
        self.export()
        self.assertEqual(self.generation(), before)

    def test_a_revoked_certificate_is_in_the_list_and_its_device_is_denied(self):
        certificate = self.issue()
        self.revoke(certificate)
        self.export()
        self.assertEqual(self.serials(), {int(certificate.serial, 16)})
        self.assertIn("user TEST-1\ntopic deny #\n", self.exported("acl"))
        self.assertEqual(self.action(), "reload")

    def test_a_new_certificate_lifts_the_denial(self):
        self.revoke(self.issue())
        self.issue()
        self.export()
        self.assertNotIn("user TEST-1", self.exported("acl"))
        self.assertEqual(len(self.serials()), 1)

    def test_one_that_was_replaced_at_once_is_cut_off_by_new_handshakes(self):
        self.issue()
        self.issue(overlap_days=0)
        self.export()
        self.assertEqual(self.action(), "restart")

    def test_while_one_export_writes_another_waits(self):
        """Else the one that knows less could write last."""
        tried = []

        def check(_folder):
            with db_connect(self.env.cr.dbname).cursor() as other:
                other.execute("SET LOCAL lock_timeout = '100ms'")
                try:
                    other.execute(
                        "SELECT id FROM iot_broker FOR UPDATE", log_exceptions=False
                    )
                    tried.append("went on")
                except psycopg2.errors.LockNotAvailable:
                    tried.append("waited")

        with patch(f"{BROKER}.Folder.check", check):
            self.export()
        self.assertEqual(tried, ["waited"])

    def test_without_the_folder_a_credential_is_refused_with_a_reason(self):
        (self.broker_folder / "acl.base").unlink()
        (self.broker_folder / "acl.base").mkdir()
        with self.assertRaisesRegex(UserError, "cannot be read"):
            self.issue()

    def test_of_two_the_leaked_one_is_cut_off_by_new_handshakes(self):
        """Its device goes on with the other: no access list tells them apart."""
        old = self.issue()
        self.issue()
        self.revoke(old)
        self.export()
        self.assertNotIn("user TEST-1", self.exported("acl"))
        self.assertEqual(self.action(), "restart")

    def test_one_whose_time_is_up_disturbs_nobody(self):
        old = self.issue()
        self.issue()
        old._revoke("superseded")
        self.export()
        self.assertEqual(self.serials(), {int(old.serial, 16)})
        self.assertEqual(self.action(), "reload")

    def test_tokens_stand_below_the_administrators_passwords(self):
        self.issue_token()
        self.export()
        own, line = self.exported("passwd").splitlines()
        self.assertEqual(f"{own}\n", PASSWD)
        self.assertRegex(line, r"^TEST-1:\$7\$101\$")
        self.revoke(self.sensor.token_ids)
        self.export()
        self.assertEqual(self.exported("passwd"), PASSWD)

    def test_an_inactive_device_keeps_its_rights_at_the_broker(self):
        """The listener refuses what it says: nothing of it is lost in silence."""
        self.issue()
        self.sensor.action_deactivate()
        self.export()
        self.assertNotIn("user TEST-1", self.exported("acl"))

    def test_a_retired_device_is_denied_also_with_a_certificate_of_another_maker(self):
        self.sensor.action_retire()
        self.export()
        self.assertIn("user TEST-1\ntopic deny #\n", self.exported("acl"))

    def test_while_the_listener_is_away_a_reload_would_lose_readings(self):
        self.listener(is_connected=False)
        self.revoke(self.issue())
        self.export()
        self.assertEqual(self.action(), "restart")

    def test_a_listener_that_is_connected_but_holds_no_lock_is_gone(self):
        self.listener()
        self.revoke(self.issue())
        self.export()
        self.assertEqual(self.action(), "restart")

    def test_a_listener_that_is_away_for_a_moment_is_waited_for(self):
        self.listener(is_connected=False)
        self.revoke(self.issue())
        before = self.generation()
        began = fields.Datetime.now()
        with patch(f"{BROKER}.time.sleep") as slept:
            for seconds in (0, 10, 29):
                with freeze_time(began + timedelta(seconds=seconds)):
                    self.env["iot.broker"]._cron_export()
            self.assertEqual(slept.call_count, 3)
            self.assertEqual(self.generation(), before)
            with freeze_time(began + timedelta(seconds=31)):
                self.env["iot.broker"]._cron_export()
        self.assertEqual(self.action(), "restart")

    def test_credentials_wake_the_export(self):
        cron = self.env.ref("smartdairy_iot.ir_cron_export_broker")
        triggers = self.env["ir.cron.trigger"]
        for act in (
            self.issue,
            self.issue_token,
            lambda: self.revoke(self.sensor.certificate_ids),
            self.sensor.action_retire,
        ):
            triggers.search([("cron_id", "=", cron.id)]).unlink()
            act()
            self.assertTrue(triggers.search([("cron_id", "=", cron.id)]))

    def test_what_is_wrong_with_the_folder_is_said_in_the_settings(self):
        (self.broker_folder / "acl.base").unlink()
        self.assertIn("acl.base is not there", self.export())
        settings = Form(self.env["res.config.settings"])
        self.assertIn("acl.base is not there", settings.iot_broker_problem)
        (self.broker_folder / "acl.base").write_text(ACL)
        self.assertFalse(self.export())
        settings = Form(self.env["res.config.settings"])
        self.assertFalse(settings.iot_broker_problem)

    def test_another_database_does_not_write_over_this_one(self):
        (self.broker_folder / "owner").write_text("other 1-2-3\n")
        self.revoke(self.issue())
        self.assertIn("Another database", self.export())
        self.assertNotIn("user TEST-1", self.exported("acl"))

    def test_without_the_ca_the_denial_does_not_wait_for_the_list(self):
        self.revoke(self.issue())
        (self.folder / "ca.key").unlink()
        self.assertIn("cannot be read", self.export())
        self.assertIn("user TEST-1", self.exported("acl"))
        self.assertEqual(self.serials(), set())

    def test_nobody_waits_for_a_listener_when_there_is_nothing_to_write(self):
        self.listener(is_connected=False)
        with patch(f"{BROKER}.time.sleep") as slept:
            self.env["iot.broker"]._cron_export()
        self.assertFalse(slept.called)

    def test_a_new_ca_gets_a_new_list(self):
        make_ca(self.folder)
        before = self.exported("crl.pem")
        self.export()
        self.assertNotEqual(self.exported("crl.pem"), before)

    def test_the_settings_tell_of_the_ca_and_of_the_last_export(self):
        settings = Form(self.env["res.config.settings"])
        self.assertRegex(settings.iot_ca_state, "^Test CA, valid until ")
        self.assertEqual(settings.iot_broker_folder, str(self.broker_folder))
        self.assertTrue(settings.iot_broker_exported_at)
        (self.folder / "ca.key").write_text("x")
        settings = Form(self.env["res.config.settings"])
        self.assertTrue(re.search("no private key", settings.iot_ca_problem))

    def test_an_export_by_hand_says_why_it_failed(self):
        (self.broker_folder / "passwd.base").unlink()
        settings = self.env["res.config.settings"].create({})
        with self.assertRaisesRegex(UserError, "passwd.base is not there"):
            settings.action_iot_export()
