"""A box of sensors: a file in the browser, a label on a phone."""

import os
import secrets
import uuid
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.browser import open_page
from tests.support.odoo import Odoo

PHONE = {"width": 390, "height": 844}
EXACT = {"exact": True}


@pytest.fixture
def technician(odoo, farm):
    """``(login, password)`` of somebody who sees one farm."""
    login, password = f"tech-{uuid.uuid4().hex[:6]}", secrets.token_urlsafe(12)
    (group,) = odoo.search_read(
        "ir.model.data",
        [("module", "=", "smartdairy_iot"), ("name", "=", "group_iot_technician")],
        ["res_id"],
    )
    odoo.create(
        "res.users",
        {
            "name": "Tess Technician",
            "login": login,
            "password": password,
            "group_ids": [(4, group["res_id"])],
        },
    )
    return login, password


@pytest.fixture
def shipped(odoo):
    device_id = f"SHIP-{uuid.uuid4().hex[:6].upper()}"
    return odoo.create(
        "iot.device",
        {"name": "Tank probe", "device_id": device_id, "device_type": "temperature"},
    ), device_id


def test_a_file_is_previewed_and_imported_in_the_browser(odoo, farm, tmp_path):
    (name,) = odoo.search_read("farm.farm", [("id", "=", farm)], ["name"])
    key = f"E2E-{uuid.uuid4().hex[:6].upper()}"
    file = tmp_path / "box.csv"
    rows = [f"{key}-{n};temperature;{name['name']}" for n in range(1, 21)]
    file.write_text("\n".join(["Device ID;Device Type;Farm", *rows, f"{key}-21;x;y"]))
    with open_page(odoo, "/odoo/iot-devices") as page:
        page.get_by_role("button", name="Devices", **EXACT).click()
        page.get_by_role("menuitem", name="Import Devices").click()
        dialog = page.get_by_role("dialog")
        dialog.locator("input[type=file]").set_input_files(file)
        dialog.get_by_role("button", name="Preview").click()
        expect(dialog.get_by_text("2 problems:")).to_be_visible()
        expect(dialog.get_by_role("button", name="Import", **EXACT)).to_be_hidden()
        file.write_text("\n".join(["Device ID;Device Type;Farm", *rows]))
        dialog.get_by_role("button", name="Back").click()
        dialog.locator("input[type=file]").set_input_files(file)
        dialog.get_by_role("button", name="Preview").click()
        expect(dialog.get_by_text("20 new")).to_be_visible()
        dialog.get_by_role("button", name="Import", **EXACT).click()
        heading = page.get_by_role("heading", name=f"{key}-1 … {key}-20")
        expect(heading).to_be_visible()
        domain = [("device_id", "=like", f"{key}-%"), ("state", "=", "active")]
        assert odoo.call("iot.device", "search_count", domain) == 20
        assert page.errors == []


def make_label(odoo, record_id):
    """The address on a new label, as a manager downloads it."""
    page = odoo.session.get(odoo.url + "/odoo", timeout=60).text
    token = page.split('csrf_token: "')[1].split('"')[0]
    answer = odoo.session.post(
        odoo.url + "/smartdairy_iot/claim/labels",
        {"csrf_token": token, "device_ids": record_id, "size": "csv", "days": 30},
        timeout=60,
    )
    answer.raise_for_status()
    _head, row = answer.content.decode("utf-8-sig").splitlines()
    return row.split(",")[-1], row.split(",")[-2]


def test_a_shipped_device_is_claimed_on_a_phone_that_must_log_in_first(
    odoo, farm, technician, shipped
):
    record_id, device_id = shipped
    link, code = make_label(odoo, record_id)
    log = Path(os.environ["ODOO_LOG"])
    read_before = log.stat().st_size
    stranger = Odoo.__new__(Odoo)  # a browser without a session
    stranger.url, stranger.session = odoo.url, _NoSession
    path = f"/iot/claim/{link.split('/iot/claim/')[1]}"
    with open_page(stranger, path, **PHONE) as page:
        page.locator("#login").fill(technician[0])
        page.locator("#password").fill(technician[1])
        page.get_by_role("button", name="Log in", **EXACT).click()
        expect(page.get_by_text("Put this device onto your farm?")).to_be_visible()
        assert "#" not in page.url and code not in page.url
        (name,) = odoo.search_read("farm.farm", [("id", "=", farm)], ["name"])
        page.get_by_label(name["name"]).check()
        page.get_by_role("button", name="Claim Device").click()
        expect(page.get_by_text("Tank probe is yours")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        page.get_by_role("link", name="Open the Device").click()
        expect(page.locator(".o_form_view")).to_contain_text(device_id)
        assert page.errors == []
    (found,) = odoo.search_read(
        "iot.device", [("id", "=", record_id)], ["farm_id", "state"]
    )
    assert (found["farm_id"][0], found["state"]) == (farm, "registered")
    with log.open("rb") as file:
        file.seek(read_before)
        logged = file.read().decode()
    assert f"/iot/claim/{device_id}" in logged
    assert code not in logged


class _NoSession:
    cookies = {"session_id": "none"}
