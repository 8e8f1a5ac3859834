"""E-mail, through a real SMTP server on loopback."""

import time
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import config

from odoo.addons.base.models import ir_mail_server

from ..notify.outcome import Outcome
from .channels import ChannelCase
from .smtp_sink import DeafServer, SmtpSink, free_port

_TIMEOUT = "odoo.addons.smartdairy_iot.models.iot_notification_email._TIMEOUT"


@tagged("post_install", "-at_install")
class TestChannelEmail(ChannelCase):
    def setUp(self):
        super().setUp()
        # Odoo sends no mail in tests unless it is told to.
        self.patch(
            type(self.env["ir.mail_server"]), "_disable_send", lambda *_args: False
        )
        self.sink = self.enterContext(SmtpSink())
        self.server = self.env["ir.mail_server"].search([])
        self.server.active = False
        self.server = self.env["ir.mail_server"].create(
            {"name": "sink", "smtp_host": "127.0.0.1", "smtp_port": self.sink.port}
        )

    def body(self, message, kind="plain"):
        return message.get_body((kind,)).get_content()

    def test_the_subject_says_it_all(self):
        outcome = self.send(self.make_row("email"))
        (mail,) = self.sink.received
        self.assertEqual(
            mail["Subject"], "[HIGH] Cooling tank 2: Temperature 9.1 °C (max 6 °C)"
        )
        self.assertEqual(mail["To"], "anna <anna@example.com>")
        self.assertIn("dairy@example.com", mail["From"])
        self.assertEqual(mail["Auto-Submitted"], "auto-generated")
        self.assertEqual(outcome, Outcome(True, reference=mail["Message-Id"]))

    def test_a_level_that_was_reached_is_named_beside_the_limit(self):
        self.alert.rule_snapshot = {
            "levels": [
                {"severity": "medium", "low": None, "high": 6.0, "on_delay": 0},
                {"severity": "high", "low": None, "high": 9.0, "on_delay": 0},
            ]
        }
        self.send(self.make_row("email"))
        (mail,) = self.sink.received
        self.assertIn("9.1 °C (max 6 °C, high from 9 °C)", mail["Subject"])

    def test_a_digest_of_what_is_over_is_no_alarm(self):
        digest = self.make_row("email", event="digest", alert_id=False)
        self.make_row("email", event="cleared", state="digested", digest_id=digest.id)
        self.send(digest)
        (mail,) = self.sink.received
        self.assertIn("[CLEARED]", mail["Subject"])
        self.assertEqual(digest._to_bus()["severity"], "low")

    def test_the_body_has_place_time_and_a_link_in_both_forms(self):
        self.farm.tz = "Asia/Dhaka"
        self.send(self.make_row("email"))
        (mail,) = self.sink.received
        link = f"/mail/view?model=iot.alert&res_id={self.alert.id}"
        for words in ("Green Valley", "TANK-2", "12:12 UTC+06", link):
            self.assertIn(words, self.body(mail))
        self.assertIn(link.replace("&", "&amp;"), self.body(mail, "html"))

    def test_what_a_device_is_called_cannot_become_markup(self):
        self.tank.name = '<img src="x" onerror="alert(1)">'
        self.send(self.make_row("email"))
        (mail,) = self.sink.received
        self.assertNotIn("<img", self.body(mail, "html"))

    def test_it_speaks_the_language_of_who_reads_it(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.anna.lang = "fr_FR"
        self.send(self.make_row("email"))
        (mail,) = self.sink.received
        self.assertIn("9,1 °C", mail["Subject"])

    def test_all_mails_about_one_alert_are_one_thread(self):
        rows = self.make_row("email")
        rows += self.make_row("email", "risen")
        rows += self.make_row("email", "cleared")
        self.send(rows)
        first, second, third = self.sink.received
        self.assertFalse(first["References"])
        for later in (second, third):
            self.assertEqual(later["References"], first["Message-Id"])
            self.assertEqual(later["In-Reply-To"], first["Message-Id"])
        self.assertEqual(len({m["Message-Id"] for m in self.sink.received}), 3)
        self.assertIn(
            "[CLEARED] Cooling tank 2: back to normal after Temperature 11.4",
            third["Subject"],
        )

    def test_sent_twice_it_is_the_same_message(self):
        row = self.make_row("email", "risen")
        self.send(row)
        self.send(row)
        first, second = self.sink.received
        self.assertEqual(first["Message-Id"], second["Message-Id"])

    def test_a_digest_tells_all(self):
        alerts = self.alert
        for number in range(3, 6):
            device = self.make_device(f"TANK-{number}", name=f"Cooling tank {number}")
            alerts += self.make_alert(device_id=device.id)
        self.send(self.make_digest("email", alerts))
        (mail,) = self.sink.received
        self.assertEqual(
            mail["Subject"],
            "[HIGH] 4 alerts: Cooling tank 2, Cooling tank 3 and 2 more",
        )
        for alert in alerts:
            self.assertIn(f"{alert.device_id.name}: Temperature", self.body(mail))
            self.assertIn(f"res_id={alert.id}", self.body(mail))

    def test_many_mails_take_one_connection(self):
        events = ["raised", "risen", "realarm", "cleared", "acknowledged"]
        rows = sum(
            (self.make_row("email", event) for event in events),
            self.env["iot.notification"],
        )
        self.send(rows)
        self.assertEqual((len(self.sink.received), self.sink.connections), (5, 1))

    def test_who_has_no_address_is_told_of_where_it_is_entered(self):
        self.anna.email = False
        outcome = self.send(self.make_row("email"))
        self.assertTrue(outcome.is_final)
        self.assertIn("Settings → Users", outcome.error)

    def test_a_refused_address_is_final_and_hinders_nobody_else(self):
        bob = self.make_user("bob", "smartdairy_iot.group_iot_user")
        bob.email = "bob@example.com"
        self.sink.refused["anna@example.com"] = "550 5.1.1 no such user"
        rows = self.make_row("email") + self.make_row("email", user=bob)
        refused, sent = self.send(rows)
        self.assertTrue(refused.is_final)
        self.assertIn("550 5.1.1 no such user", refused.error)
        self.assertTrue(sent.is_sent)

    def test_a_server_that_is_busy_with_an_address_is_asked_again(self):
        self.sink.refused["anna@example.com"] = "450 4.2.0 greylisted"
        outcome = self.send(self.make_row("email"))
        self.assertFalse(outcome.is_final or outcome.is_channel_down)

    def test_a_refused_message_is_final(self):
        self.sink.data_answer = "554 5.7.1 spam"
        self.assertTrue(self.send(self.make_row("email")).is_final)

    def test_a_connection_that_breaks_costs_one_attempt_and_not_the_rest(self):
        self.sink.hangs_up = 1
        broken, sent = self.send(
            self.make_row("email") + self.make_row("email", "risen")
        )
        self.assertFalse(broken.is_sent or broken.is_final or broken.is_channel_down)
        self.assertTrue(sent.is_sent)

    def test_a_server_that_is_away_is_waited_for_and_the_rest_is_not_tried(self):
        self.server.smtp_port = free_port()
        down, rest = self.send(self.make_row("email") + self.make_row("email", "risen"))
        self.assertTrue(down.is_channel_down)
        self.assertIsNone(rest)

    def test_a_server_that_never_answers_is_left_in_time(self):
        with DeafServer() as deaf, patch(_TIMEOUT, 0.5):
            self.server.smtp_port = deaf.port
            started = time.monotonic()
            outcome = self.send(self.make_row("email"))
        self.assertLess(time.monotonic() - started, 5)
        self.assertTrue(outcome.is_channel_down)

    def test_ordinary_mail_is_as_patient_as_before(self):
        self.send(self.make_row("email"))
        self.assertEqual(ir_mail_server.SMTP_TIMEOUT, 60)
        session = self.env["ir.mail_server"]._connect__(mail_server_id=self.server.id)
        self.addCleanup(session.quit)
        self.assertEqual(session.timeout, 60)

    def test_without_a_mail_server_it_is_said_where_to_enter_one(self):
        self.server.active = False
        with patch.dict(config.options, {"smtp_server": ""}):
            outcome = self.send(self.make_row("email"))
        self.assertTrue(outcome.is_channel_down)
        self.assertIn("Outgoing Mail Servers", outcome.error)
