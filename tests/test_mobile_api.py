"""The mobile API on the running server, as an app uses it."""

import contextlib
import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest
import websocket

from tests.conftest import REPO, wait_until
from tests.support.device import now
from tests.support.mobile_app import MobileApp

_SESSION_EXPIRED = 4001  # Odoo's close code
_ADMIN = 2  # base.user_admin
_UNTOLD = 5.4321  # °C, which is no longer to be told
_SECONDS = 12  # that schemathesis invents requests


@pytest.fixture
def app():
    app = MobileApp(
        os.environ["ODOO_URL"], os.environ["ODOO_LOGIN"], os.environ["ODOO_PASSWORD"]
    )
    yield app
    app.sign_out()


def messages_of(connection, device_id, until):
    """Those about that device, as they come, until one is of that type."""
    told = []
    while not told or told[-1]["type"] != until:
        for notification in json.loads(connection.recv()):
            assert notification["message"]["type"] == "smartdairy_iot/live"
            told += [
                message
                for message in notification["message"]["payload"]["messages"]
                if message.get("device_id") == device_id
            ]
    return told


def wait_until_told(connection, device):
    """What a thermometer says, as soon as the listener knows that an app looks."""
    connection.settimeout(1)

    def told():
        device.publish({"temperature": 4.5, "humidity": 80, "timestamp": now()})
        try:
            return messages_of(connection, device.id, "temperature_reading")
        except websocket.WebSocketTimeoutException:
            return None

    found = wait_until(told, "an app is told")
    connection.settimeout(60)
    return found


def test_an_app_without_a_cookie_is_told_what_a_thermometer_says(
    make_device, farm, app
):
    connection = app.listen(f"smartdairy_iot.farm_{farm}")
    reading = wait_until_told(connection, make_device())[-1]
    assert (reading["temperature"], reading["humidity"]) == (4.5, 80)
    assert reading["is_alarm"] is False
    connection.close()


def test_an_app_is_told_of_a_milking_from_its_start_to_its_end(make_device, farm, app):
    meter = make_device("milk_meter")
    connection = app.listen("smartdairy_iot.farms")
    wait_until_told(connection, make_device())
    told = []
    session = {"session_id": uuid.uuid4().hex, "animal_id": 123}
    meter.publish({"type": "session_start", "timestamp": now(), **session})
    meter.publish({"type": "reading", "volume": 2.5, "timestamp": now(), **session})
    told += messages_of(connection, meter.id, "session_start")
    meter.publish(
        {"type": "session_end", "total_volume": 2.5, "timestamp": now(), **session}
    )
    told += messages_of(connection, meter.id, "session_end")
    kinds = [message["type"] for message in told]
    assert "milk_reading" in kinds
    assert kinds.index("session_start") < kinds.index("session_end")
    end = told[-1]
    assert end["session_id"] == session["session_id"]
    assert end["animal_id"] == 123
    assert end["total_volume"] == pytest.approx(2.5)
    connection.close()


def hear(connection, device):
    """Until a reading comes; one of before the channel is open is not told."""
    patience = connection.gettimeout()
    connection.settimeout(3)

    def hears():
        device.publish({"temperature": 4.0, "timestamp": now()})
        with contextlib.suppress(websocket.WebSocketTimeoutException):
            return messages_of(connection, device.id, "temperature_reading")

    wait_until(hears, "the reading")
    connection.settimeout(patience)


def test_who_has_signed_out_hears_nothing_more(make_device, farm, app):
    device = make_device()
    connection = app.listen(f"smartdairy_iot.farm_{farm}")
    hear(connection, device)
    app.call("POST", "/auth/logout")
    device.publish({"temperature": _UNTOLD, "timestamp": now()})
    assert closed_as(connection) == _SESSION_EXPIRED


def test_who_may_no_longer_see_a_farm_hears_nothing_more_of_it(
    make_device, make_user, odoo, own_farm
):
    device = make_device(farm_id=own_farm)
    login, password = make_user()
    (user,) = odoo.call("res.users", "search", [("login", "=", login)])
    odoo.call("farm.farm", "write", [own_farm], {"user_ids": [(6, 0, [user])]})
    app = MobileApp(os.environ["ODOO_URL"], login, password)
    connection = app.listen("smartdairy_iot.farms")
    hear(connection, device)
    odoo.call("farm.farm", "write", [own_farm], {"user_ids": [(6, 0, [_ADMIN])]})
    device.publish({"temperature": _UNTOLD, "timestamp": now()})
    assert closed_as(connection) == _SESSION_EXPIRED
    app.sign_out()


@pytest.mark.parametrize("token", ["", "wrong", "iot_a_" + "0" * 43])
def test_a_wrong_token_opens_no_channel(farm, app, token):
    app.token = token
    connection = app.listen(f"smartdairy_iot.farm_{farm}")
    assert closed_as(connection) == _SESSION_EXPIRED


def closed_as(connection):
    """The close code; before it may come what was on its way, and nothing else."""
    while True:
        opcode, frame = connection.recv_data()
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            return int.from_bytes(frame[:2], "big")
        assert str(_UNTOLD).encode() not in frame


@pytest.fixture
def guest(odoo, make_user):
    """``(app, known)``: a manager of a company of its own, with a farm and a device.

    Requests that are invented change whatever they reach: here nothing of other tests,
    and nobody else's preferences.
    """
    company = odoo.create("res.company", {"name": f"Dairy {uuid.uuid4().hex[:6]}"})
    login, password = make_user(
        "group_iot_manager", company_id=company, company_ids=[(6, 0, [company])]
    )
    values = {"name": "Invented", "tz": "UTC", "company_id": company}
    farm = odoo.create("farm.farm", values)
    name = f"T-{uuid.uuid4().hex[:8].upper()}"
    values = {"name": name, "device_id": name, "device_type": "temperature"}
    odoo.create("iot.device", {**values, "farm_id": farm, "state": "active"})
    app = MobileApp(os.environ["ODOO_URL"], login, password)
    return app, {"reference": name}


def invent_requests(app, known, folder, *arguments, seconds=_SECONDS):
    """schemathesis invents requests from the document, valid ones and others."""
    program = Path(sys.executable).with_name("schemathesis")
    support = REPO / "tests" / "support"
    command = [
        *(program, "--config-file", support / "schemathesis.toml"),
        *("run", REPO / "docs" / "openapi.json", "--url", app.url, "--no-color"),
        *("-H", f"Authorization: Bearer {app.token}", *arguments),
        *("--phases", "examples,coverage,fuzzing", "--max-examples", "8"),
        *("--max-time", str(seconds), "--seed", "26", "--generation-database", "none"),
    ]
    hooks = {
        "SCHEMATHESIS_HOOKS": str(support / "schemathesis_hooks.py"),
        "SCHEMATHESIS_KNOWN": json.dumps(known),
    }
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | hooks,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout


def test_the_server_keeps_what_the_document_promises(guest, tmp_path):
    app, known = guest
    said = invent_requests(
        app, known, tmp_path, "--exclude-path-regex", "/auth/|/push/"
    )
    assert "Authentication failed" not in said


@pytest.fixture
def patient_log_in(odoo):
    """Odoo lets nobody of an address in after five wrong passwords, for a minute."""
    setting = "base.login_cooldown_after"
    before = odoo.call("ir.config_parameter", "get_param", setting)
    odoo.call("ir.config_parameter", "set_param", setting, "0")
    yield
    odoo.call("ir.config_parameter", "set_param", setting, before)


def test_so_do_signing_in_and_the_choice_of_pushes(guest, patient_log_in, tmp_path):
    app, known = guest
    invent_requests(
        *(app, known, tmp_path, "--include-path-regex", "/auth/|/push/"),
        # They end the token that all others need.
        *("--exclude-operation-id", "log_out"),
        *("--exclude-operation-id", "sign_out_everywhere"),
        seconds=6,
    )
    app.call("POST", "/auth/logout")  # its token still counts
