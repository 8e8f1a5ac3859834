"""No secret of the stack is in any of its logs: read last, after all other tests."""

import os
import re
import uuid
from pathlib import Path

import requests

SHORTEST = 8


def secrets():
    """``{what: text}`` that this stack is run with."""
    folder = Path(os.environ["ODOO_CONF"]).parent
    found = {
        "password of Odoo's administrator": os.environ["ODOO_PASSWORD"],
        "password of the broker": os.environ["MQTT_PASSWORD"],
    }
    for line in Path(os.environ["ODOO_CONF"]).read_text().splitlines():
        name, _equals, value = (part.strip() for part in line.partition("="))
        is_secret = re.search(r"password|token$|secret|passwd", name)
        if is_secret and len(value) >= SHORTEST:
            found[name] = value
    for path in folder.glob("certificates/**/*.key"):
        lines = path.read_text().splitlines()
        found[path.name] = lines[1]  # of the key itself
    return found


def logs():
    folder = Path(os.environ["ODOO_LOG"]).parent
    return [path for path in folder.rglob("*.log") if os.access(path, os.R_OK)]


def holders(text):
    return [p.name for p in logs() if text in p.read_text(errors="replace")]


def test_what_is_known_to_be_logged_is_found():
    """The search itself works: a word that Odoo does log."""
    assert holders("odoo.modules.loading") or holders("HTTP/1.1")


def test_no_secret_of_the_configuration_is_in_a_log():
    known = secrets()
    assert len(known) > 4
    assert {what: holders(text) for what, text in known.items() if holders(text)} == {}


def test_what_is_typed_at_a_refused_sign_in_is_in_no_log(odoo):
    typed = uuid.uuid4().hex
    for path, body in (
        ("/api/v1/iot/auth/login", {"login": "nobody", "password": typed}),
        ("/api/v1/iot/auth/refresh", {"refreshToken": typed}),
        ("/api/v1/iot/auth/pair", {"code": typed}),
        ("/iot/kiosk/read", {"jsonrpc": "2.0", "params": {"token": typed}}),
    ):
        requests.post(odoo.url + path, json=body, timeout=60)
    requests.get(
        f"{odoo.url}/metrics", headers={"Authorization": f"Bearer {typed}"}, timeout=60
    )
    assert holders(typed) == []
