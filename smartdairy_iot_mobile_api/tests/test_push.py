"""Push to phones, to a real HTTP server on loopback that stands for Google."""

import tempfile
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.smartdairy_iot.notify import web_push
from odoo.addons.smartdairy_iot.settings import Settings
from odoo.addons.smartdairy_iot.tests.channels import ChannelCase
from odoo.addons.smartdairy_iot.tests.http_sink import HttpSink, closed_port
from odoo.addons.smartdairy_iot.tests.test_channel_push import Browser

from ..auth.device import Device
from ..models import iot_notification_fcm
from .fcm_server import FcmServer, make_key

LATER = (503, "UNAVAILABLE", {})


@tagged("post_install", "-at_install")
class TestPush(ChannelCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.key = make_key()
        cls.folder = cls.enterClassContext(tempfile.TemporaryDirectory())

    def setUp(self):
        super().setUp()
        self.fcm = self.enterContext(FcmServer(self.key))
        self.configure(self.fcm.url)
        self.phone = self.new_device("phone-token")

    def configure(self, url, **values):
        values = {"fcm_service_account": self.fcm.write_account(self.folder)} | values
        settings = Settings(fcm_url=url, **values)
        self.patch(iot_notification_fcm, "get_settings", lambda: settings)
        self.patch(iot_notification_fcm, "_clients", {})

    def new_device(self, token, user=None, language="", topics=None):
        device = Device(token, "android", "1.0", language)
        session, _tokens = self.env["iot.app.session"]._open(
            user or self.anna, device, "password", "127.0.0.1"
        )
        session._register_push(token)
        session.push_topics = topics
        return session

    def state_of(self, row):
        row.invalidate_recordset()
        return {d.session_id.name: d.state for d in row.delivery_ids}

    def test_an_administrator_tries_push_from_the_settings(self):
        """Of their own phones; what a phone has chosen to hear is no hindrance."""
        boss = self.make_user("fcm-boss", "smartdairy_iot.group_iot_manager")
        boss.group_ids |= self.env.ref("base.group_system")
        self.new_device("boss-token", user=boss, topics=["severity_critical"])
        settings = self.env["res.config.settings"].with_user(boss).create({})
        notice = settings.action_iot_test_push()
        self.assertEqual(notice["params"]["type"], "success")
        (message,) = self.fcm.messages("boss-token")
        self.assertIn("TEST", message["notification"]["title"])
        self.assertEqual(self.fcm.messages("phone-token"), [])

    def test_the_phone_is_told_what_happened_and_which_alert_it_is(self):
        row = self.make_row("push")
        self.assertTrue(self.send(row).is_sent)
        (message,) = self.fcm.messages("phone-token")
        self.assertEqual(
            message["notification"]["title"],
            "HIGH: Cooling tank 2: Temperature 9.1 °C (max 6 °C)",
        )
        self.assertEqual(message["data"]["alert_id"], str(self.alert.id))
        self.assertEqual(message["data"]["severity"], "high")
        channel = message["android"]["notification"]["channel_id"]
        self.assertEqual(channel, "iot_high")
        self.assertEqual(self.state_of(row), {"phone-token": "sent"})

    def test_good_news_is_no_alarm(self):
        self.send(self.make_row("push", "cleared", severity="critical"))
        (message,) = self.fcm.messages()
        self.assertEqual(message["data"]["severity"], "normal")
        aps = message["apns"]["payload"]["aps"]
        self.assertEqual(aps["interruption-level"], "active")

    def test_each_device_is_told_in_its_own_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        tablet = self.new_device("tablet-token", language="fr")
        self.assertEqual(tablet.language, "fr_FR")
        told = []
        original = type(self.env["iot.notification"])._fcm_arguments

        def note(row):
            told.append(row.env.lang)
            return original(row)

        with patch.object(type(self.env["iot.notification"]), "_fcm_arguments", note):
            self.send(self.make_row("push"))
        self.assertEqual(sorted(told), ["en_US", "fr_FR"])

    def test_who_has_the_app_is_not_told_in_the_browser_too(self):
        sink = self.browser_of(self.anna)
        self.assertTrue(self.send(self.make_row("push")).is_sent)
        self.assertEqual(len(self.fcm.messages()), 1)
        self.assertFalse(sink.received)

    def test_who_has_no_app_is_told_in_the_browser(self):
        self.phone._revoke("signed_out")
        sink = self.browser_of(self.anna)
        self.assertTrue(self.send(self.make_row("push")).is_sent)
        self.assertEqual(len(sink.received), 1)
        self.assertFalse(self.fcm.pushed)

    def test_a_browser_stands_in_when_fcm_lets_nobody_in(self):
        sink = self.browser_of(self.anna)
        self.fcm.refuses_account = True
        with mute_logger("odoo.addons.smartdairy_iot_mobile_api"):
            outcome = self.send(self.make_row("push"))
        self.assertTrue(outcome.is_sent)
        self.assertEqual(len(sink.received), 1)

    def test_without_a_browser_it_waits_until_fcm_lets_us_in(self):
        self.fcm.refuses_account = True
        with self.assertLogs("odoo.addons.smartdairy_iot_mobile_api") as logs:
            outcome = self.send(self.make_row("push"))
        self.assertFalse(outcome.is_sent or outcome.is_final)
        self.assertTrue(outcome.is_channel_down)
        self.assertNotIn("PRIVATE KEY", logs.output[0])

    @mute_logger("odoo.addons.smartdairy_iot_mobile_api")
    def test_a_service_account_that_cannot_be_read_is_said(self):
        self.configure(self.fcm.url, fcm_service_account="/nowhere/fcm.json")
        self.assertIn("cannot be read", self.send(self.make_row("push")).error)

    def test_one_access_token_is_enough_for_many_messages(self):
        for event in ("raised", "risen", "realarm"):
            self.send(self.make_row("push", event))
        self.assertEqual(self.fcm.authorized, 1)

    def test_an_access_token_that_is_refused_is_replaced_at_once(self):
        self.send(self.make_row("push"))
        self.fcm.expire_tokens()
        self.assertTrue(self.send(self.make_row("push", "risen")).is_sent)
        self.assertEqual(self.fcm.authorized, 2)

    def test_a_dead_token_is_forgotten_and_the_other_device_told(self):
        self.new_device("tablet-token")
        self.fcm.answer("phone-token", (404, "UNREGISTERED", {}))
        row = self.make_row("push")
        self.assertTrue(self.send(row).is_sent)
        self.assertFalse(self.phone.push_token)
        self.assertFalse(self.phone.revoked_at, "it is still signed in")
        self.assertEqual(
            self.state_of(row), {"phone-token": "gone", "tablet-token": "sent"}
        )

    def test_only_the_device_that_has_not_heard_is_told_again(self):
        self.new_device("tablet-token")
        self.fcm.answer("phone-token", LATER, (200, "", {}))
        row = self.make_row("push")
        outcome = self.send(row)
        self.assertFalse(outcome.is_sent or outcome.is_final)
        row._settle(outcome)
        self.assertEqual(row.state, "queued")
        self.assertGreater(row.next_try_at, fields.Datetime.now())
        self.assertTrue(self.send(row).is_sent)
        self.assertEqual(len(self.fcm.messages("tablet-token")), 1)
        self.assertEqual(len(self.fcm.messages("phone-token")), 1)
        self.assertEqual(row.delivery_ids.mapped("attempts"), [1, 2])

    def test_fcm_says_how_long_to_wait(self):
        self.fcm.answer("phone-token", (429, "QUOTA_EXCEEDED", {"Retry-After": "300"}))
        outcome = self.send(self.make_row("push"))
        self.assertGreaterEqual(outcome.retry_after, 300)

    def test_an_error_inside_fcm_and_silence_are_tried_again(self):
        self.fcm.answer("phone-token", (500, "INTERNAL", {}))
        outcome = self.send(self.make_row("push"))
        self.assertFalse(outcome.is_sent or outcome.is_final)
        self.fcm.answer("phone-token", (0, "", {}))
        self.env["iot.notification"]._fcm().timeout = 0.2
        outcome = self.send(self.make_row("push", "risen"))
        self.assertIn("No answer", outcome.error)
        self.assertFalse(outcome.is_final)

    def test_a_network_that_is_down_is_no_fault_of_the_device(self):
        fcm = self.env["iot.notification"]._fcm()
        fcm.authorize()
        fcm.FCM_END_POINT_BASE = f"http://127.0.0.1:{closed_port()}/v1/projects"
        outcome = self.send(self.make_row("push"))
        self.assertFalse(outcome.is_final)
        self.assertTrue(self.phone.push_token)

    def test_a_device_that_was_signed_out_is_told_nothing(self):
        self.phone._revoke("revoked")
        self.assertFalse(self.phone.push_token)
        self.send(self.make_row("push"))
        self.assertFalse(self.fcm.pushed)

    def test_another_account_on_the_same_phone_takes_the_token_over(self):
        bela = self.make_user("bela", "smartdairy_iot.group_iot_user")
        theirs = self.new_device("phone-token", bela)
        self.assertFalse(self.phone.push_token)
        self.assertEqual(theirs.push_token, "phone-token")

    def test_a_device_hears_of_the_farms_it_has_chosen(self):
        self.phone.push_topics = [f"farm_{self.farm.id + 1}"]
        tablet = self.new_device("tablet-token", topics=[f"farm_{self.farm.id}"])
        self.send(self.make_row("push"))
        (pushed,) = self.fcm.pushed
        self.assertEqual(pushed.token, tablet.push_token)

    def test_without_a_service_account_the_browser_is_told(self):
        self.configure(self.fcm.url, fcm_service_account="")
        sink = self.browser_of(self.anna)
        self.assertTrue(self.send(self.make_row("push")).is_sent)
        self.assertEqual(len(sink.received), 1)

    def test_no_token_is_in_what_is_logged_of_a_device(self):
        self.fcm.answer("phone-token", (400, "INVALID_ARGUMENT", {}))
        row = self.make_row("push")
        outcome = self.send(row)
        self.phone.name = "Phone"
        self.assertNotIn("phone-token", f"{outcome} {row.delivery_ids.read()}")

    def browser_of(self, user):
        self.patch(web_push, "PLAIN_HOSTS", {"127.0.0.1"})
        sink = self.enterContext(HttpSink())
        sink.answer(201)
        self.env["mail.push.device"].get_web_push_vapid_public_key()
        self.env["mail.push.device"].create(
            {
                "partner_id": user.partner_id.id,
                "endpoint": f"{sink.url}/browser",
                "keys": Browser().keys,
            }
        )
        return sink
