"""Every route of ours, as Odoo's routing map has it: one of tomorrow cannot escape."""

import logging
import re
from datetime import datetime, timedelta
from urllib.parse import quote

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .attack import INJECTIONS, SECRET, AttackCase

# What changes something though no token of a form, nor a bearer's, is asked for; why.
GUARDED_OTHERWISE = {
    "/iot/kiosk/open": "its secret is in the body, JSON: no form can send it",
    "/iot/kiosk/read": "as above",
    "/iot/kiosk/watch": "as above",
    "/smartdairy_iot/credentials/<int:ticket_id>": "refuses what another site began",
    "/smartdairy_iot/firmware/<int:target_id>/<int:expires>/<string:signature>": (
        "signed for one device, once"
    ),
    # These give a token to who shows a secret in their JSON body.
    "/api/v1/iot/auth/login": "password",
    "/api/v1/iot/auth/totp": "challenge",
    "/api/v1/iot/auth/pair": "code",
    "/api/v1/iot/auth/refresh": "refresh token",
}
# What is for anybody; everything else asks who it is.
FOR_ANYBODY = {
    "/iot/health",
    "/iot/kiosk",
    "/iot/app",
    "/iot/app/<any('sw.js','manifest.webmanifest'):name>",
    "/websocket",  # Odoo's; who it is, each subscription says
    "/api/v1/iot",
    "/api/v1/iot/<path:subpath>",
    "/api/v1/iot/docs",
    "/api/v1/iot/openapi.json",
    # token or network, else it does not exist
    "/metrics",
    "/iot/metrics",
}
TEXTS = (*INJECTIONS[::2], "../" * 9 + "etc/passwd", "x\r\nX-Injected: 1", "x\x00y")
NUMBERS = ("0", str(2**31), "9" * 25)
_PARAMETER = re.compile(r"<(?:(\w+)(?:\((.*?)\))?:)?(\w+)>")
_QUIET = ("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.models", "werkzeug")


@tagged("post_install", "-at_install")
class TestAttackRoutes(AttackCase, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        http = cls.env["ir.http"]
        rules = http._generate_routing_rules(
            cls.registry._init_modules, http._get_converters()
        )
        # (address, what is declared)
        cls.routes = [
            (url, endpoint.routing)
            for url, endpoint in rules
            if ".smartdairy_iot" in endpoint.func.__module__
        ]

    def stands_for(self, name):
        """What somebody would put there who wants the far farm's."""
        of = {
            "archive_id": "iot.archive",
            "certificate_id": "iot.certificate",
            "target_id": "iot.firmware.target",
            "alert_id": "iot.alert",
        }
        if name in of:
            return self.far[of[name]].id
        return {
            "ticket_id": self.env["iot.credential.issue"]
            .create({"device_ids": self.tank.ids, "kind": "token"})
            .id,
            "import_id": self.env["iot.device.import"].create({}).id,
            "device_id": self.tank.device_id,
            "reference": self.tank.device_id,
            "session_id": 1,
            "expires": 2**31,
            "signature": "0" * 64,
            "subpath": "devices",
        }[name]  # KeyError: a new route says here what it stands for

    def path(self, url, **instead):
        def fill(match):
            kind, choices, name = match.groups()
            if kind == "any":
                return re.split(r",\s*", choices)[0].strip("'\"")
            value = instead.get(name, self.stands_for(name))
            return quote(str(value), safe="")

        return _PARAMETER.sub(fill, url)

    def methods(self, routing):
        return routing["methods"] or ("GET", "POST")

    def ask(self, url, routing, method, path=None, **options):
        path = path or self.path(url)
        headers = dict(options.pop("headers", {}))
        if routing["type"] == "jsonrpc":
            options.setdefault("json", {"jsonrpc": "2.0", "params": {"token": "x"}})
        elif routing["type"] == "smartdairy_iot_api" and method != "GET":
            options.setdefault("data", b"{}")
        return self.url_open(
            path, method=method, headers=headers, allow_redirects=False, **options
        )

    def key(self, user):
        keys = self.env["res.users.apikeys"].with_user(user)
        until = datetime.now() + timedelta(hours=1)
        return {
            "Authorization": f"Bearer {keys._generate('smartdairy_iot', 'x', until)}"
        }

    def test_what_changes_something_asks_for_more_than_a_cookie(self):
        """Which a browser sends along, whoever made it ask."""
        for url, routing in self.routes:
            only_reads = routing.get("readonly") and routing["methods"] == ["GET"]
            if only_reads or url in GUARDED_OTHERWISE:
                continue
            with self.subTest(url=url, methods=routing["methods"]):
                if routing["type"] == "http":
                    # Odoo asks for the token of the form unless it is told not to; by
                    # GET nothing is written, the transaction is one that only reads.
                    self.assertTrue(routing.get("csrf", True))
                    if "POST" not in self.methods(routing):
                        self.assertTrue(routing["readonly"])
                else:
                    self.assertEqual(routing["type"], "smartdairy_iot_api")
                    if routing["auth"] != "smartdairy_iot":
                        self.assertIn(url, FOR_ANYBODY)
                        self.assertTrue(routing["readonly"])

    def test_a_route_for_anybody_is_named_as_one(self):
        for url, routing in self.routes:
            with self.subTest(url):
                is_open = routing["auth"] in ("public", "none", "smartdairy_iot_public")
                named = url in FOR_ANYBODY or url in GUARDED_OTHERWISE
                self.assertTrue(named if is_open else url not in FOR_ANYBODY)

    @mute_logger(*_QUIET)
    def test_a_form_of_another_site_changes_nothing_with_a_managers_cookie(self):
        self.authenticate("keeper", "keeper-keeper")
        before = self.snapshot()
        for url, routing in self.routes:
            for method in set(self.methods(routing)) - {"GET"}:
                with self.subTest(url=url, method=method):
                    answer = self.ask(
                        url,
                        routing,
                        method,
                        json=None,
                        data={"token": "x", "name": "Mine", "code": "x"},
                        headers={"Origin": "https://evil.example"},
                    )
                    self.assertGreaterEqual(answer.status_code, 400, answer.text[:99])
                    self.assertLess(answer.status_code, 500, answer.text[:99])
        self.assertEqual(self.snapshot(), before)

    @mute_logger(*_QUIET)
    def test_nobody_and_strangers_get_nothing_of_the_farm(self):
        before = self.snapshot()
        for login in (None, "intruder", "neighbour"):
            if login:
                self.authenticate(login, f"{login}-{login}")
            headers = self.key(getattr(self, login)) if login else {}
            for url, routing in self.routes:
                for method in self.methods(routing):
                    with self.subTest(user=login, url=url, method=method):
                        answer = self.ask(url, routing, method, headers=headers)
                        # 503: of /iot/health, where nothing listens
                        self.assertNotEqual(answer.status_code, 500, answer.text[:200])
                        self.assertNotIn(SECRET, answer.text)
                        for line in answer.headers.values():
                            self.assertNotIn(SECRET, line)
        self.assertEqual(self.snapshot(), before)

    def attacks_by_path(self):
        for url, routing in self.routes:
            for kind, choices, name in _PARAMETER.findall(url):
                if not choices:
                    # Another text in place of a number is no address of ours at all.
                    evils = NUMBERS if kind == "int" else TEXTS
                    for evil in evils:
                        yield url, routing, self.path(url, **{name: evil})

    @mute_logger(*_QUIET)
    def test_nothing_in_an_address_becomes_sql_a_path_or_a_header(self):
        self.authenticate("intruder", "intruder-intruder")
        headers, errors = self.key(self.intruder), _Errors()
        with errors:
            for url, routing, path in self.attacks_by_path():
                method = self.methods(routing)[0]
                with self.subTest(path=path, method=method):
                    answer = self.ask(url, routing, method, path, headers=headers)
                    self.assertLess(answer.status_code, 500, answer.text[:300])
                    self.assertNotIn("X-Injected", answer.headers)
                    self.assertNotIn("root:x:", answer.text)
                    self.assertNotIn("<script>alert", answer.text)
        self.assertEqual(errors.found, [])


class _Errors(logging.Handler):
    """What PostgreSQL refused, while it is entered."""

    def __init__(self):
        super().__init__(logging.ERROR)
        self.found = []

    def emit(self, record):
        self.found.append(record.getMessage())

    def __enter__(self):
        logging.getLogger("odoo.sql_db").addHandler(self)

    def __exit__(self, *_error):
        logging.getLogger("odoo.sql_db").removeHandler(self)
