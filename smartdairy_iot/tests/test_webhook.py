"""Signed webhooks, to a real HTTP server on loopback."""

import base64
import hashlib
import hmac
import json
import re
import time
from datetime import timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .channels import ChannelCase, settings
from .http_sink import HttpSink, closed_port

MASTER = "a master secret of at least 32 characters"
_SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")


def is_signed_with(secret, received):
    """What a receiver does; the test has no code of ours in it."""
    headers = {name.lower(): value for name, value in received.headers.items()}
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode()
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, signed + received.body, hashlib.sha256).digest()
    expected = "v1," + base64.b64encode(digest).decode()
    return expected in headers["webhook-signature"].split()


class WebhookCase(ChannelCase):
    def setUp(self):
        super().setUp()
        self.enterContext(settings(webhook_secret=MASTER))
        self.sink = self.enterContext(HttpSink())
        self.webhook = self.make_webhook()
        self.nobody = self.env["res.users"]

    def make_webhook(self, **vals):
        return self.env["iot.webhook"].create(
            {"name": "Herd software", "url": f"{self.sink.url}/alerts", **vals}
        )

    def row(self, event="raised", webhook=None, alert=None):
        address = (webhook or self.webhook)._address()
        return self.make_row("webhook", event, alert, user=self.nobody, address=address)

    def secret(self, action):
        return action["context"]["default_secret"]


@tagged("post_install", "-at_install")
class TestChannelWebhook(WebhookCase):
    def test_the_receiver_can_verify_it_and_reads_the_alert(self):
        secret = self.secret(self.webhook.action_show_secret())
        self.assertTrue(self.send(self.row()).is_sent)
        (received,) = self.sink.received
        self.assertTrue(is_signed_with(secret, received))
        content = json.loads(received.body)
        self.assertEqual(content["type"], "alert.raised")
        alert = content["data"]["alert"]
        self.assertEqual(alert["device_id"], "TANK-2")
        self.assertEqual((alert["trigger_value"], alert["unit"]), (9.1, "°C"))
        self.assertEqual(alert["started_at"], "2026-01-05T06:12:00+00:00")

    def test_each_attempt_is_the_same_message_with_its_own_time(self):
        row = self.row()
        for moment in ("2026-01-05 06:00:00", "2026-01-05 06:00:30"):
            with freeze_time(moment):
                self.send(row)
        first, second = (received.headers for received in self.sink.received)
        self.assertEqual(first["webhook-id"], second["webhook-id"])
        self.assertEqual(first["webhook-timestamp"], "1767592800")
        self.assertEqual(second["webhook-timestamp"], "1767592830")

    def test_without_a_master_secret_nothing_leaves_and_it_is_said_what_to_set(self):
        for value in ("", "too short"):
            with settings(webhook_secret=value):
                outcome = self.send(self.row("risen" if value else "raised"))
                self.assertTrue(outcome.is_channel_down)
                self.assertIn("webhook_secret", outcome.error)
                self.assertIn("webhook_secret", self.webhook.secret_problem)
                self.env.invalidate_all()
        self.assertEqual(self.sink.received, [])

    def test_a_dead_endpoint_is_left_alone_and_its_neighbour_is_told(self):
        dead = self.make_webhook(url=f"http://127.0.0.1:{closed_port()}/")
        first, good = self.send(self.row(webhook=dead) + self.row())
        self.assertEqual((first.is_sent, first.is_channel_down), (False, False))
        self.assertTrue(good.is_sent)
        self.assertTrue(dead.last_error)
        again = self.send(self.row("risen", dead))
        self.assertIn("Not tried", again.error)
        self.assertGreater(again.retry_after, 0)

    def test_an_endpoint_that_is_back_is_trusted_again(self):
        self.webhook.write({"silences": 3, "resting_until": "2026-01-05 06:00:00"})
        self.assertTrue(self.send(self.row()).is_sent)
        self.assertEqual(
            (self.webhook.silences, self.webhook.resting_until), (0, False)
        )

    def test_an_endpoint_that_is_gone_is_archived(self):
        self.sink.answer(410)
        self.assertTrue(self.send(self.row()).is_final)
        self.assertFalse(self.webhook.active)
        self.assertTrue(self.webhook.gone_at)
        self.assertTrue(self.send(self.row("risen")).is_final)
        self.assertEqual(len(self.sink.received), 1)

    def test_a_deleted_one_ends_what_waits_for_it(self):
        row = self.row()
        self.webhook.unlink()
        self.assertTrue(self.send(row).is_final)

    def test_a_redirect_is_not_followed(self):
        self.sink.answer(302, Location=f"{self.sink.url}/elsewhere")
        self.assertFalse(self.send(self.row()).is_sent)
        self.assertEqual(len(self.sink.received), 1)

    def test_a_hundred_to_two_endpoints_of_which_one_is_dead(self):
        dead = self.make_webhook(url=f"http://127.0.0.1:{closed_port()}/")
        rows = self.env["iot.notification"]
        for number in range(50):
            device = self.make_device(f"HOOK-{number}")
            alert = self.make_alert(device_id=device.id)
            rows += self.row(webhook=dead, alert=alert) + self.row(alert=alert)
        started = time.monotonic()
        outcomes = self.send(rows)
        self.assertLess(time.monotonic() - started, 5)
        self.assertEqual(sum(outcome.is_sent for outcome in outcomes), 50)
        self.assertEqual(len(self.sink.received), 50)


@tagged("post_install", "-at_install")
class TestWebhook(WebhookCase):
    def wanted(self, event="raised", **vals):
        self.webhook.write(vals)
        rows = self.env["iot.notification"]._addresses(self.alert, event)
        return [row for row in rows if row["channel"] == "webhook"]

    def test_an_alert_is_told_by_farm_severity_and_event(self):
        other = self.env["farm.farm"].create({"name": "Hill", "tz": "UTC"})
        address = self.webhook._address()
        told = [{"alert_id": self.alert.id, "channel": "webhook", "address": address}]
        self.assertEqual(self.wanted(), told)
        self.assertEqual(self.wanted(farm_ids=self.farm.ids), told)
        self.assertEqual(self.wanted(farm_ids=other.ids), [])
        self.assertEqual(
            self.wanted(farm_ids=[Command.clear()], minimum_severity="high"), told
        )
        self.assertEqual(self.wanted(minimum_severity="critical"), [])
        self.assertEqual(self.wanted(minimum_severity="low", on_raised=False), [])
        self.assertEqual(self.wanted("resolved"), told)
        self.assertEqual(self.wanted("dismissed", on_ended=False), [])
        self.assertEqual(self.wanted("reminder"), [])

    def test_another_company_is_not_told(self):
        other = self.env["res.company"].create({"name": "Other dairy"})
        self.assertEqual(self.wanted(company_id=other.id), [])

    def test_the_secret_is_shown_once_and_stored_nowhere(self):
        action = self.webhook.action_show_secret()
        secret = self.secret(action)
        self.assertRegex(secret, _SECRET)
        wizard = self.env[action["res_model"]].with_context(**action["context"])
        wizard.create({})
        self.env.flush_all()
        for table in ("iot_webhook", "iot_webhook_secret"):
            self.env.cr.execute(f"SELECT t::text FROM {table} t")
            rows = str(self.env.cr.fetchall())
            self.assertNotIn(secret.removeprefix("whsec_")[:20], rows)
            self.assertNotIn(MASTER, rows)
        with self.assertRaisesRegex(UserError, "not shown again"):
            self.webhook.action_show_secret()

    def test_after_a_change_the_old_secret_is_accepted_for_a_day(self):
        old = self.secret(self.webhook.action_show_secret())
        new = self.secret(self.webhook.action_new_secret())
        self.assertNotEqual(old, new)
        self.send(self.row())
        with freeze_time(self.now() + timedelta(hours=25)):
            self.send(self.row("risen"))
        at_once, next_day = self.sink.received
        self.assertTrue(is_signed_with(old, at_once) and is_signed_with(new, at_once))
        self.assertTrue(is_signed_with(new, next_day))
        self.assertFalse(is_signed_with(old, next_day))

    def test_a_copy_has_a_secret_of_its_own(self):
        copy = self.webhook.copy({"url": f"{self.sink.url}/copy"})
        self.assertNotEqual(copy._keys(), self.webhook._keys())

    def test_a_url_that_cannot_be_one_is_refused_with_the_reason(self):
        for url, words in (
            ("http://example.com/x", "must begin with https://"),
            ("https://me:password@example.com", "must not stand in it"),
            ("example.com", "is no URL"),
        ):
            with self.assertRaisesRegex(ValidationError, words):
                self.webhook.url = url

    def test_a_test_message_is_sent_at_once_and_its_outcome_told(self):
        notice = self.webhook.action_test()["params"]
        self.assertEqual(notice["type"], "success")
        (received,) = self.sink.received
        self.assertEqual(json.loads(received.body)["type"], "alert.test")
        self.sink.answer(500, b"out of order")
        notice = self.webhook.action_test()["params"]
        self.assertEqual(notice["type"], "danger")
        self.assertIn("HTTP 500: out of order", notice["message"])

    def test_only_administrators_see_and_use_it(self):
        user = new_test_user(self.env, "plain", "smartdairy_iot.group_iot_user")
        webhook = self.webhook.with_user(user)
        for action in ("action_test", "action_show_secret", "action_new_secret"):
            with self.assertRaises(AccessError):
                getattr(webhook, action)()
        with self.assertRaises(AccessError):
            webhook.read(["url"])

    def test_an_administrator_of_another_company_sees_and_uses_it_as_little(self):
        company = self.env["res.company"].create({"name": "Other dairy"})
        other = new_test_user(
            self.env,
            "other",
            "smartdairy_iot.group_iot_manager",
            company_id=company.id,
            company_ids=company.ids,
        )
        webhook = self.webhook.with_user(other)
        with self.assertRaises(AccessError):
            webhook.action_show_secret()
        self.assertNotIn(webhook, webhook.search([]))
