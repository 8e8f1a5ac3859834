"""The web server, by clients that send too much, too slowly, or what no form has."""

import os
import re
import socket
import uuid
from urllib.parse import urlparse

import pytest
import requests

from tests.conftest import REPO
from tests.support.waiting import PATIENCE

MARK = f"INJECTED-{uuid.uuid4().hex[:8]}"


def is_at_work(odoo):
    """Others are answered meanwhile."""
    answer = requests.get(f"{odoo.url}/iot/app", timeout=PATIENCE)
    return answer.status_code in (200, 404)  # 404: without the mobile API


def connect(odoo):
    address = urlparse(odoo.url)
    return socket.create_connection((address.hostname, address.port), timeout=PATIENCE)


@pytest.mark.parametrize(
    "path", ["/api/v1/iot/auth/login", "/api/v1/iot/devices", "/iot/kiosk/read"]
)
def test_an_oversized_body_is_refused_before_it_is_read(odoo, path):
    """Its length is told, and nothing of it sent: who reads it would wait too long."""
    with connect(odoo) as client:
        client.sendall(
            f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            f"Content-Length: {10**12}\r\nConnection: close\r\n\r\n".encode()
        )
        answer = client.recv(4096)
        while chunk := client.recv(4096):
            answer += chunk
    status = answer.split(b" ")[1]
    # An error of JSON-RPC has the status 200.
    assert status in (b"401", b"413", b"400") or b'"error"' in answer, answer[:200]
    assert is_at_work(odoo)


BOMBS = {
    "deep": b"[" * 60000,
    "deep objects": b'{"a":' * 12000 + b"1" + b"}" * 12000,
    "huge number": b'{"login": ' + b"9" * 60000 + b"}",
    "wide": b"[" + b"0," * 30000 + b"0]",
    "nul": b'{"login": "\\u0000", "password": "x"}',
    "not UTF-8": b"\xff" * 1000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_payload_bomb_is_an_error_of_the_client(odoo, name):
    for path in ("/api/v1/iot/auth/login", "/iot/kiosk/read"):
        answer = requests.post(
            odoo.url + path,
            data=BOMBS[name],
            headers={"Content-Type": "application/json"},
            timeout=PATIENCE,
        )
        assert answer.status_code < 500 or "error" in answer.json(), answer.text[:200]
        assert "Traceback" not in answer.text or path.startswith("/iot/kiosk")


def test_a_packed_body_is_not_unpacked(odoo):
    """So none can grow: what says that it is gzip is read as it is, and is no JSON."""
    answer = requests.post(
        f"{odoo.url}/api/v1/iot/auth/login",
        data=b"\x1f\x8b\x08\x00" + b"\x00" * 1000,
        headers={"Content-Type": "application/json", "Content-Encoding": "gzip"},
        timeout=PATIENCE,
    )
    assert answer.status_code == 400, answer.text


def test_clients_that_never_finish_do_not_keep_others_out(odoo):
    """Slowloris: headers without an end. Bounded: 200 of them.

    A server without workers keeps a thread for each, for as long as they like: it has
    no timeout that could be set. That is what the proxy is for: tests/deploy. What they
    ask for needs no database: when they let go, all of it is answered at once.
    """
    slow = [connect(odoo) for _ in range(200)]
    try:
        for client in slow:
            client.sendall(
                b"GET /web/static/img/favicon.ico HTTP/1.1\r\nHost: x\r\nX-A: "
            )
        assert is_at_work(odoo)
    finally:
        for client in slow:
            client.close()


def test_the_proxy_hangs_up_on_slow_clients_and_counts_those_of_an_address():
    text = (REPO / "docker" / "nginx" / "nginx.conf").read_text()
    settings = dict(re.findall(r"^ *(\w+) ([^;{]+);", text, re.MULTILINE))
    for name in ("client_header_timeout", "client_body_timeout"):
        assert int(settings[name].removesuffix("s")) <= 30, name
    assert int(settings["client_max_body_size"].removesuffix("m")) <= 64
    assert int(settings["limit_conn"].split()[1]) <= 100


def test_names_with_line_breaks_begin_no_line_of_a_log(odoo, own_farm):
    name = f"X\n{MARK} 1 ERROR x: \x1b[31mforged"
    values = {"name": name, "device_type": "temperature", "farm_id": own_farm}
    device = odoo.create("iot.device", {**values, "state": "registered"})
    odoo.call("farm.farm", "write", [own_farm], {"name": name})
    odoo.call("iot.device", "action_activate", [device])
    quoted = requests.utils.quote(f"\r\n{MARK}")
    requests.get(f"{odoo.url}/iot/d/{quoted}", timeout=PATIENCE)
    requests.get(
        f"{odoo.url}/api/v1/iot/devices/{quoted}",
        headers={"User-Agent": MARK, "X-Forwarded-For": MARK},
        timeout=PATIENCE,
    )
    with open(os.environ["ODOO_LOG"], errors="replace") as log:
        assert not [line for line in log if line.startswith(MARK)]


def test_a_field_that_no_form_has_is_refused_and_sets_nothing(odoo, own_farm):
    """Mass assignment, with an administrator's own session and JSON of RPC."""
    values = {"name": "M", "device_type": "temperature", "farm_id": own_farm}
    device = odoo.create("iot.device", values)
    for evil in ({"id": 1}, {"__class__": "x"}, {"create_uid": 999999}):
        try:
            odoo.call("iot.device", "write", [device], {**evil, "name": "N"})
        except RuntimeError:
            continue
        fields = ["id", "create_uid"]
        row = odoo.search_read("iot.device", [("id", "=", device)], fields)[0]
        assert row["id"] == device and row["create_uid"][0] != 999999
