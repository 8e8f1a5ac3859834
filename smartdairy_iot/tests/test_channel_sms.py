"""SMS, through a real HTTP gateway on loopback."""

import json
import logging

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from .channels import ChannelCase, settings
from .http_sink import HttpSink, closed_port

_TOKEN = "t0ken-of-ours"


class GatewayCase(ChannelCase):
    def setUp(self):
        super().setUp()
        self.sink = self.enterContext(HttpSink())
        self.enterContext(settings(sms_token=_TOKEN))
        self.company.write(
            {
                "iot_sms_provider": "http",
                "iot_sms_url": self.sink.url,
                "iot_sms_reference": "id",
            }
        )
        self.anna.phone = "+8801712345678"

    def sent(self):
        return [json.loads(received.body) for received in self.sink.received]


@tagged("post_install", "-at_install")
class TestChannelSms(GatewayCase):
    def test_one_short_text_says_it_all(self):
        self.sink.answer(202, b'{"id": "SM1"}')
        self.farm.tz = "Asia/Dhaka"
        outcome = self.send(self.make_row("sms"))
        (sent,) = self.sent()
        self.assertEqual(sent["to"], "+8801712345678")
        self.assertEqual(
            sent["text"],
            "HIGH: Cooling tank 2: Temperature 9.1 C (max 6 C), "
            "since 5 Jan 12:12 UTC+06, Green Valley",
        )
        self.assertEqual((outcome.is_sent, outcome.reference), (True, "SM1"))

    def test_a_national_number_gets_its_country_code(self):
        self.anna.partner_id.country_id = self.env.ref("base.bd")
        self.anna.phone = "01712-345678"
        self.send(self.make_row("sms"))
        self.assertEqual(self.sent()[0]["to"], "+8801712345678")

    def test_who_has_no_number_is_told_of_where_it_is_entered(self):
        for number in (False, "call me"):
            self.anna.phone = number
            outcome = self.send(self.make_row("sms", "risen" if number else "raised"))
            self.assertTrue(outcome.is_final)
            self.assertIn("Users", outcome.error)
        self.assertEqual(self.sink.received, [])

    def test_each_attempt_has_the_same_reference(self):
        self.company.iot_sms_body = (
            '{"to": "{to}", "text": "{text}", "ref": "{reference}"}'
        )
        row = self.make_row("sms")
        self.send(row)
        self.send(row)
        self.send(self.make_row("sms", "risen"))
        first, again, other = (sent["ref"] for sent in self.sent())
        self.assertEqual(first, again)
        self.assertNotEqual(first, other)

    def test_a_refused_number_is_final_and_hinders_nobody_else(self):
        self.sink.answers = [(422, {}, b"unknown subscriber"), (200, {}, b"{}")]
        refused, sent = self.send(self.make_row("sms") + self.make_row("sms", "risen"))
        self.assertTrue(refused.is_final)
        self.assertIn("unknown subscriber", refused.error)
        self.assertTrue(sent.is_sent)

    def test_a_gateway_that_is_busy_says_how_long_and_the_rest_is_not_tried(self):
        self.sink.answer(429, Retry_After=40)
        busy, rest = self.send(self.make_row("sms") + self.make_row("sms", "risen"))
        self.assertEqual((busy.is_channel_down, busy.retry_after), (True, 40))
        self.assertIsNone(rest)

    def test_a_gateway_that_is_away_is_waited_for(self):
        self.company.iot_sms_url = f"http://127.0.0.1:{closed_port()}"
        self.assertTrue(self.send(self.make_row("sms")).is_channel_down)

    def test_the_token_is_sent_and_told_to_nobody(self):
        self.sink.answer(401, b"bad token t0ken-of-ours")
        with self.assertLogs(level=logging.DEBUG) as logs:
            outcome = self.send(self.make_row("sms"))
        headers = self.sink.received[0].headers
        self.assertEqual(headers["Authorization"], f"Bearer {_TOKEN}")
        self.assertIn("sms_token", outcome.error)
        self.assertNotIn(_TOKEN, outcome.error + "".join(logs.output))

    def test_odoos_provider_that_cannot_be_reached_is_waited_for(self):
        self.company.iot_sms_provider = "odoo"
        outcome = self.send(self.make_row("sms"))  # it lets nobody out of a test
        self.assertTrue(outcome.is_channel_down)
        self.assertEqual(self.sink.received, [])

    def test_odoos_provider_waits_no_longer_than_ours(self):
        self.company.iot_sms_provider = "odoo"
        provider = self.company._get_sms_provider()
        self.assertEqual(provider._contact_iap.keywords, {"timeout": 10})

    def test_odoos_own_messages_take_the_gateway_too(self):
        good, bad = self.env["sms.sms"].create(
            [
                {"number": "+8801712345678", "body": "Hello"},
                {"number": "+8801812345678", "body": "Hello you"},
            ]
        )
        self.sink.answers = [(200, {}, b"{}"), (400, {}, b"no")]
        (good + bad).send(unlink_sent=False)
        self.assertEqual([sent["text"] for sent in self.sent()], ["Hello", "Hello you"])
        self.assertEqual((good.state, bad.state), ("pending", "error"))

    def test_a_company_without_a_gateway_keeps_odoos_provider(self):
        other = self.env["res.company"].create({"name": "Other dairy"})
        self.assertNotEqual(
            other._get_sms_api_class(), self.company._get_sms_api_class()
        )


@tagged("post_install", "-at_install")
class TestSmsSettings(GatewayCase):
    def settings(self, **vals):
        return self.env["res.config.settings"].create(vals)

    def test_what_cannot_work_is_refused_with_the_reason(self):
        for vals, words in (
            ({"iot_sms_url": "sms.example.com"}, "enter its URL"),
            ({"iot_sms_url": "https://me:pass@sms.example.com"}, "odoo.conf"),
            ({"iot_sms_body": "to={to}"}, "Fields is no JSON"),
            ({"iot_sms_headers": '{"X": "{key}"}'}, "{key}, which means nothing"),
        ):
            with self.assertRaisesRegex(ValidationError, words):
                with self.env.cr.savepoint():
                    self.settings(**vals)

    def test_a_gateway_is_entered_all_at_once(self):
        """Odoo writes one setting after the other; the first alone would be refused."""
        self.company.write({"iot_sms_provider": "odoo", "iot_sms_url": False})
        self.settings(iot_sms_provider="http", iot_sms_url=self.sink.url)
        self.assertEqual(self.company.iot_sms_provider, "http")

    def test_the_test_message_is_what_the_screen_says(self):
        self.env.user.phone = "+8801712345678"
        notice = self.settings(iot_sms_sender="Dairy").action_iot_test_sms()
        self.assertEqual(notice["params"]["type"], "success")
        self.assertIn("Dairy IoT", self.sent()[0]["text"])

    def test_a_test_that_fails_says_why(self):
        self.env.user.phone = "+8801712345678"
        self.sink.answer(503, b"maintenance")
        notice = self.settings().action_iot_test_sms()
        self.assertEqual(notice["params"]["type"], "danger")
        self.assertIn("HTTP 503: maintenance", notice["params"]["message"])

    def test_whether_there_is_a_secret_is_said_and_not_what_it_is(self):
        state = Form(self.env["res.config.settings"]).iot_sms_secret_state
        self.assertIn("A token is set", state)
        self.assertNotIn(_TOKEN, state)
        with settings():
            state = Form(self.env["res.config.settings"]).iot_sms_secret_state
        self.assertIn("sms_token", state)

    def test_the_gateway_is_for_administrators_of_odoo_only(self):
        manager = new_test_user(self.env, "manager", "smartdairy_iot.group_iot_manager")
        company = self.company.with_user(manager)
        for name in ("iot_sms_url", "iot_sms_headers", "iot_sms_body"):
            with self.assertRaises(AccessError):
                company.read([name])
        with self.assertRaises(AccessError):
            company.write({"iot_sms_url": "https://evil.example"})
