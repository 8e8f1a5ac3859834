"""The reference client as things happen: news, interruptions, the end of a session."""

import base64
import hashlib
import hmac
import os
import struct
import time

from playwright.sync_api import expect, sync_playwright

from tests.support.accessibility import serious_faults
from tests.support.browser import _FLAGS, be_patient
from tests.support.odoo import Odoo
from tests.support.phone import (
    PASSWORD,
    make_alert,
    make_viewer,
    phone,
    sign_in,
    signed_in,
)
from tests.support.waiting import wait_until

LIVE = "[data-live=live]"
ARABIC = "ar_001"
UNITS = {"temperature": "°C", "ph": "pH"}


def test_readings_and_alerts_come_by_themselves_and_after_an_interruption(
    make_device, own_farm, odoo
):
    device = make_device(farm_id=own_farm)
    probe = make_device("ph_sensor", farm_id=own_farm)
    _id, login = make_viewer(odoo, own_farm)
    with phone(odoo) as page:
        signed_in(page, login, PASSWORD)
        expect(page.locator(LIVE)).to_have_text("Live")
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        shows(page, 4.2, temperature=device, ph=probe)
        page.wait_for_load_state("networkidle")
        # Farms that nobody is named for are everybody's: when one of them has an alert,
        # the app reads all anew. Then, and only then, the next value tells.
        for celsius in (5.1, 5.2, 5.3, 5.4):
            asked.clear()
            page.told.clear()
            shows(page, celsius, temperature=device, ph=probe)
            if page.told <= {device.id, probe.id}:
                break
        assert asked == [], "a reading is brought, not asked for"

        page.get_by_role("link", name="Alerts").click()
        expect(page.get_by_role("heading", name="Alerts")).to_be_visible()
        alert_id = make_alert(odoo, device)
        alert = page.locator(f"[data-alert-id='{alert_id}']")
        expect(alert).to_be_visible()

        page.context.set_offline(True)
        expect(page.locator(LIVE)).to_have_count(0)
        odoo.call("iot.alert", "action_acknowledge", [alert_id])
        page.context.set_offline(False)
        expect(page.locator(LIVE)).to_be_visible()
        expect(alert).to_contain_text("Acknowledged")
        assert page.errors == []


def shows(page, number, **devices):
    """Published until the phone shows it: the listener may know the devices later.

    :param devices: measure → device
    """
    values = {
        measure: page.locator(f"[data-device-id='{device.id}'] .value")
        for measure, device in devices.items()
    }

    def look():
        for measure, device in devices.items():
            device.publish({measure: number})
        page.wait_for_timeout(200)
        return all(
            value.inner_text() == f"{number} {UNITS[measure]}"
            for measure, value in values.items()
        )

    wait_until(
        look,
        f"{number} on the phone",
        seen=lambda: [value.all_inner_texts() for value in values.values()],
    )


def test_an_answer_that_is_older_than_the_news_does_not_take_them_back(
    make_device, own_farm, odoo
):
    device = make_device(farm_id=own_farm)
    _id, login = make_viewer(odoo, own_farm)
    with phone(odoo, service_workers="block") as page:
        signed_in(page, login, PASSWORD)
        expect(page.locator(LIVE)).to_have_text("Live")
        shows(page, 4.2, temperature=device)
        held = []
        page.route(
            "**/api/v1/iot/devices?*",
            lambda route: held.append((route, route.fetch())),
        )
        page.evaluate("window.dispatchEvent(new Event('online'))")
        wait_until(lambda: page.wait_for_timeout(50) or held, "devices are asked for")
        shows(page, 5.5, temperature=device)
        with page.expect_response("**/api/v1/iot/devices?*"):
            for route, response in held:
                route.fulfill(response=response)
        page.wait_for_timeout(300)
        value = page.locator(f"[data-device-id='{device.id}'] .value")
        assert value.inner_text() == "5.5 °C"


def test_signing_out_everywhere_empties_a_phone_that_looks_on(
    make_device, own_farm, odoo
):
    device = make_device(farm_id=own_farm)
    user, login = make_viewer(odoo, own_farm)
    with phone(odoo) as page:
        signed_in(page, login, PASSWORD)
        expect(page.locator(LIVE)).to_be_visible()
        odoo.call("res.users", "action_iot_sign_out_everywhere", [user])

        def is_out():
            device.publish({"temperature": 4.4})
            page.wait_for_timeout(200)
            return page.get_by_label("Password").is_visible()

        wait_until(is_out, "the phone asks for the password")
        assert page.evaluate("localStorage.length") == 0


def test_an_answer_that_comes_after_signing_out_is_kept_nowhere(odoo):
    with phone(odoo, service_workers="block") as page:
        signed_in(page)
        held = []
        page.route("**/api/v1/iot/alerts?*", lambda route: held.append(route))
        page.get_by_role("link", name="Alerts").click()
        wait_until(lambda: page.wait_for_timeout(50) or held, "alerts are asked for")
        # As another tab does it: this one still waits for its answer.
        page.evaluate("localStorage.clear()")
        with page.expect_response("**/api/v1/iot/alerts?*"):
            held[0].continue_()
        page.wait_for_timeout(300)
        assert page.evaluate("localStorage.length") == 0


def test_a_second_factor_is_asked_for_and_a_wrong_code_is_refused(own_farm, odoo):
    user, login = make_viewer(odoo, own_farm)
    rahim = Odoo(odoo.url, os.environ["ODOO_DB"], login, PASSWORD)
    secret = use_second_factor(rahim, user)
    with phone(odoo) as page:
        sign_in(page, login, PASSWORD)
        code = page.get_by_label("Code of your second factor")
        code.fill("000000")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_contain_text("Verification failed")
        assert page.evaluate("localStorage.length") == 0
        code.fill(totp(secret, steps=1))  # the code of now was used to set it up
        page.get_by_role("button", name="Sign in").click()
        expect(page.locator("nav")).to_be_visible()


def use_second_factor(odoo, user):
    """As in the preferences. :return: the secret, as an authenticator gets it"""
    check = odoo.call("res.users", "action_totp_enable_wizard", [user])
    password = {"password": PASSWORD}
    action = odoo.call(
        "res.users.identitycheck", "run_check", [check["res_id"]], context=password
    )
    wizard = action["res_id"]
    domain = [("id", "=", wizard)]
    [found] = odoo.search_read("auth_totp.wizard", domain, ["secret"])
    secret = found["secret"].replace(" ", "")
    code = {"code": totp(secret)}
    odoo.call("auth_totp.wizard", "enable", [wizard], context=code)
    return secret


def totp(secret, steps=0):
    """RFC 6238, without Odoo."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.digest(base64.b32decode(secret), counter, hashlib.sha1)
    (number,) = struct.unpack_from(">I", digest, digest[-1] & 0xF)
    return f"{(number & 0x7FFFFFFF) % 10**6:06}"


def test_chromium_finds_it_installable(odoo, tmp_path):
    """With a profile: in a private window nothing can be installed."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path, executable_path="/usr/bin/chromium", args=_FLAGS
        )
        page = be_patient(context).new_page()
        page.goto(f"{odoo.url}/iot/app")
        # Not wait_for_function: the page's policy lets nothing be evaluated there.
        page.evaluate("async () => { await navigator.serviceWorker.ready; }")
        devtools = context.new_cdp_session(page)
        manifest = devtools.send("Page.getAppManifest")
        assert manifest["errors"] == []
        assert '"display": "standalone"' in manifest["data"]
        faults = devtools.send("Page.getInstallabilityErrors")["installabilityErrors"]
        assert faults == []
        context.close()


def test_every_view_fits_a_small_phone_in_the_dark_and_from_right_to_left(
    make_device, own_farm, odoo
):
    device = make_device(farm_id=own_farm, name="Kühltank Nord, hinten links")
    make_alert(odoo, device)
    [arabic] = odoo.call(
        "res.lang", "search", [("code", "=", ARABIC)], context={"active_test": False}
    )
    odoo.call("res.lang", "write", [arabic], {"active": True})
    _id, login = make_viewer(odoo, own_farm, lang=ARABIC)
    with phone(odoo, width=360, color_scheme="dark", locale="ar") as page:
        signed_in(page, login, PASSWORD)
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        for view in ("devices", f"device/{device.id}", "alerts", "settings"):
            page.goto(f"{odoo.url}/iot/app#/{view}")
            expect(page.locator("[data-live=live]")).to_be_visible()
            assert serious_faults(page, "body") == [], view
            wide = "document.documentElement.scrollWidth > innerWidth"
            assert not page.evaluate(wide), view
        assert page.errors == []
