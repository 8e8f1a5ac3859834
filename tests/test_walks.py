"""What a person does on a screen, where a model cannot tell whether it works."""

import os
import uuid

import pytest
from playwright.sync_api import expect

from tests.support.browser import open_page
from tests.support.odoo import Odoo

EXACT = {"exact": True}
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def gateway(odoo):
    """The SMS gateway's settings, put back afterwards; ``gateway()`` reads them."""
    # Other tests make companies of their own, which may come first by their names.
    user = odoo.search_read("res.users", [("login", "=", odoo.login)], ["company_id"])
    company = user[0]["company_id"][0]
    names = ["iot_sms_provider", "iot_sms_url"]

    def read():
        return odoo.call("res.company", "read", [company], names)[0]

    before = read()
    set_up = {"iot_sms_provider": "http", "iot_sms_url": "http://127.0.0.1:9/sms"}
    odoo.call("res.company", "write", [company], set_up)
    yield read
    values = {name: before[name] for name in names}
    odoo.call("res.company", "write", [company], values)


def test_a_test_sms_does_not_store_settings_that_nobody_saved(odoo, gateway):
    """A wrong address would stay in force after Discard, and no SMS leave any more."""
    with open_page(odoo, "/odoo/settings#smartdairy_iot") as page:
        url = page.locator("[name=iot_sms_url] input")
        url.fill("http://127.0.0.1:9/typed")
        page.get_by_role("button", name="Send Me a Test SMS").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("Would you like to save your changes?")
        dialog.get_by_role("button", name="Stay Here").click()
        expect(url).to_have_value("http://127.0.0.1:9/typed")
        page.get_by_role("button", name="Discard", **EXACT).click()
        expect(dialog).to_be_hidden()
        assert gateway()["iot_sms_url"] == "http://127.0.0.1:9/sms"
        assert page.errors == []


@pytest.fixture
def technician(odoo, make_user):
    """Told of nothing: other tests' alerts would lie over the buttons of a phone."""
    login, password = make_user("group_iot_technician")
    (user,) = odoo.call("res.users", "search", [("login", "=", login)])
    silence = {"user_id": user, "odoo_from": "never"}
    odoo.create("iot.alert.subscription", silence)
    return Odoo(os.environ["ODOO_URL"], os.environ["ODOO_DB"], login, password)


@pytest.fixture
def overdue(odoo, farm):
    """A probe that has been in use for years and was never calibrated: its id."""
    profile = {"name": "Probe", "device_type": "temperature", "calibration_months": 6}
    device = {
        "name": f"Probe {uuid.uuid4().hex[:6]}",
        "device_id": f"DUE-{uuid.uuid4().hex[:6].upper()}",
        "device_type": "temperature",
        "farm_id": farm,
        "profile_id": odoo.create("iot.device.profile", profile),
    }
    record = odoo.create("iot.device", device)
    odoo.call("iot.device", "action_register", [record])
    odoo.call("iot.device", "write", [record], {"activated_at": "2025-01-05 06:00:00"})
    return record


def test_a_probe_that_is_overdue_is_calibrated_on_a_phone(odoo, technician, overdue):
    path = f"/odoo/iot-devices/{overdue}"
    with open_page(technician, path, **PHONE) as page:
        expect(page.locator(".ribbon")).to_have_text("Calibrate")
        page.get_by_role("tab", name="Calibration").click()
        expect(page.get_by_text("It was never calibrated")).to_be_visible()
        page.get_by_role("button", name="Calibrate", **EXACT).click()
        measured = page.locator("[name=measured_1] input")
        measured.fill("12")
        apply(page)
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("an offset of -12 °C is no calibration")
        dialog.get_by_role("button", name="Close").last.click()
        expect(measured).to_have_value("12.0000")  # nothing that was typed is lost
        page.locator("[name=reference_1] input").fill("4.0")
        measured.fill("4.3")
        page.locator("[name=certificate] input").fill("REF-118")
        apply(page)
        expect(page.locator(".ribbon")).to_have_text("In Force")
        page.goto(technician.url + "/odoo/iot-calibrations")
        card = page.locator(".o_kanban_record", has_text="REF-118").first
        expect(card).to_contain_text("raw − 0.3 °C")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert page.errors == []
    (device,) = odoo.call("iot.device", "read", [overdue], ["is_calibration_overdue"])
    assert not device["is_calibration_overdue"]


def apply(page):
    page.get_by_role("button", name="Apply", **EXACT).first.click()
    page.get_by_role("button", name="Ok").click()
