"""Web push, to a real HTTP server on loopback that stands for the push service."""

import base64
import json
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from odoo.tests import tagged

from ..notify import web_push
from .channels import ChannelCase
from .http_sink import HttpSink, closed_port


def encode(raw):
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode(text):
    return base64.urlsafe_b64decode(text + "==")


class Browser:
    """Has the keys of a subscription, and reads what is sent to it (RFC 8291)."""

    def __init__(self):
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._auth = b"sixteen bytes ok"
        self._public = self._key.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        self.keys = json.dumps(
            {"p256dh": encode(self._public), "auth": encode(self._auth)}
        )

    def read(self, body):
        salt, length = body[:16], body[20]
        sender, content = body[21 : 21 + length], body[21 + length :]
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        shared = self._key.exchange(ec.ECDH(), public)
        info = b"WebPush: info\x00" + self._public + sender
        secret = self._derive(shared, self._auth, info, 32)
        key = self._derive(secret, salt, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = self._derive(secret, salt, b"Content-Encoding: nonce\x00", 12)
        plain = AESGCM(key).decrypt(nonce, content, None)
        return json.loads(plain.rstrip(b"\x00")[:-1])

    @staticmethod
    def _derive(secret, salt, info, length):
        return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


@tagged("post_install", "-at_install")
class TestChannelPush(ChannelCase):
    def setUp(self):
        super().setUp()
        self.patch(web_push, "PLAIN_HOSTS", {"127.0.0.1"})
        self.sink = self.enterContext(HttpSink())
        self.sink.answer(201)
        self.public = self.env["mail.push.device"].get_web_push_vapid_public_key()
        self.browser = Browser()
        self.device = self.register("/one")

    def register(self, path, **vals):
        return self.env["mail.push.device"].create(
            {
                "partner_id": self.anna.partner_id.id,
                "endpoint": f"{self.sink.url}{path}",
                "keys": self.browser.keys,
                **vals,
            }
        )

    def test_an_administrator_tries_push_from_the_settings(self):
        boss = self.make_user("push-boss", "smartdairy_iot.group_iot_manager")
        boss.group_ids |= self.env.ref("base.group_system")
        settings = self.env["res.config.settings"].with_user(boss).create({})
        self.assertIn("none of yours has allowed", settings.iot_push_state)
        notice = settings.action_iot_test_push()
        self.assertEqual(notice["params"]["type"], "danger")
        self.assertIn("no browser that takes", notice["params"]["message"])
        self.register("/boss", partner_id=boss.partner_id.id)
        settings = self.env["res.config.settings"].with_user(boss).create({})
        self.assertIn("Browsers: 1 of yours", settings.iot_push_state)
        notice = settings.action_iot_test_push()
        self.assertEqual(notice["params"]["type"], "success")
        (request,) = self.sink.received
        told = self.browser.read(request.body)
        self.assertEqual(told["title"], "TEST: this is how alerts will reach you")
        row = self.env["iot.notification"].search([("user_id", "=", boss.id)], limit=1)
        self.assertEqual((row.channel, row.state), ("push", "sent"))

    def test_the_browser_reads_what_happened_and_a_click_opens_the_alert(self):
        outcome = self.send(self.make_row("push"))
        self.assertTrue(outcome.is_sent)
        content = self.browser.read(self.sink.received[0].body)
        self.assertEqual(
            content["title"], "HIGH: Cooling tank 2: Temperature 9.1 °C (max 6 °C)"
        )
        self.assertIn("Green Valley", content["options"]["body"])
        self.assertEqual(
            content["options"]["data"],
            {"model": "iot.alert", "res_id": self.alert.id},
        )

    def test_a_browser_that_its_owner_has_registered_is_told_how_severe_it_is(self):
        """As Odoo's service worker registers it, by the person's own right."""
        self.device.unlink()
        self.env["mail.push.device"].with_user(self.anna).register_devices(
            vapid_public_key=self.public,
            endpoint=f"{self.sink.url}/anna",
            keys=json.loads(self.browser.keys),
        )
        told = {}
        for severity in ("critical", "high", "medium"):
            alert = self.make_alert(severity=severity)
            self.assertTrue(self.send(self.make_row("push", alert=alert)).is_sent)
            received = self.sink.received[-1]
            self.assertEqual(received.path, "/anna")
            content = self.browser.read(received.body)
            told[severity] = (
                received.headers["Urgency"],
                content["title"].partition(":")[0],
                content["options"]["requireInteraction"],
            )
        self.assertEqual(
            told,
            {
                "critical": ("high", "CRITICAL", True),
                "high": ("high", "HIGH", False),
                "medium": ("normal", "MEDIUM", False),
            },
        )

    def test_the_push_service_can_verify_who_sends(self):
        self.send(self.make_row("push"))
        header = self.sink.received[0].headers["Authorization"]
        token, key = header.removeprefix("vapid t=").split(", k=")
        signed, _dot, signature = token.rpartition(".")
        raw = decode(signature)
        halves = (int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
        public = ec.EllipticCurvePublicKey.from_encoded_point(
            ec.SECP256R1(), decode(key)
        )
        public.verify(
            utils.encode_dss_signature(*halves),
            signed.encode(),
            ec.ECDSA(hashes.SHA256()),
        )
        claims = json.loads(decode(signed.split(".")[1]))
        url = urlsplit(self.sink.url)
        self.assertEqual(claims["aud"], f"{url.scheme}://{url.netloc}")

    def test_newer_news_of_an_alert_takes_the_place_of_the_older(self):
        self.send(self.make_row("push") + self.make_row("push", "risen"))
        first, second = self.sink.received
        self.assertEqual(first.headers["Topic"], second.headers["Topic"])
        tags = {self.browser.read(r.body)["options"]["tag"] for r in (first, second)}
        self.assertEqual(len(tags), 1)

    def test_all_browsers_are_asked_and_one_that_takes_it_is_enough(self):
        self.register("/two")
        self.sink.answers = [(503, {}, b""), (201, {}, b"")]
        self.assertTrue(self.send(self.make_row("push")).is_sent)
        self.assertEqual(
            {received.path for received in self.sink.received}, {"/one", "/two"}
        )

    def test_a_browser_that_has_unsubscribed_is_forgotten(self):
        for status in (404, 410):
            self.sink.answer(status)
            device = self.register(f"/gone-{status}")
            self.device.endpoint = f"{self.sink.url}/also-{status}"
            outcome = self.send(
                self.make_row("push", "risen" if status > 404 else "raised")
            )
            self.assertFalse(device.exists())
            self.assertTrue(outcome.is_final)
            self.device = self.register("/one")

    def test_one_that_is_only_busy_is_kept_and_asked_again(self):
        self.sink.answer(429, Retry_After=20)
        outcome = self.send(self.make_row("push"))
        self.assertEqual((outcome.is_final, outcome.retry_after), (False, 20))
        self.assertTrue(self.device.exists())

    def test_a_push_service_that_is_away_is_asked_again(self):
        self.device.endpoint = f"http://127.0.0.1:{closed_port()}/x"
        outcome = self.send(self.make_row("push"))
        self.assertFalse(outcome.is_sent or outcome.is_final)
        self.assertTrue(self.device.exists())

    def test_what_a_person_registers_that_is_no_browser_hinders_nothing(self):
        self.register("/broken", keys="{}")
        self.register("/x", endpoint="file:///etc/passwd")
        self.register("/y", endpoint=self.sink.url.replace("127.0.0.1", "localhost"))
        self.assertTrue(self.send(self.make_row("push")).is_sent)
        self.assertEqual(len(self.sink.received), 1)
        left = self.env["mail.push.device"].search(
            [("partner_id", "=", self.anna.partner_id.id)]
        )
        self.assertEqual(left, self.device)

    def test_who_has_no_browser_is_told_what_to_do(self):
        self.device.unlink()
        outcome = self.send(self.make_row("push"))
        self.assertTrue(outcome.is_final)
        self.assertIn("allow", outcome.error)

    def test_a_long_digest_still_fits(self):
        alerts = self.alert
        for number in range(100):
            device = self.make_device(f"LONG-{number}", name="Tank “Ä” " * 5)
            alerts += self.make_alert(device_id=device.id)
        self.assertTrue(self.send(self.make_digest("push", alerts)).is_sent)
        self.assertLessEqual(len(self.sink.received[0].body), 4096)
