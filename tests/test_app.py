"""The reference client on a phone: sign in, look, acknowledge, lose the network."""

import os

from playwright.sync_api import expect

from tests.support.accessibility import serious_faults
from tests.support.phone import make_alert, phone, signed_in


def test_the_app_signs_in_shows_acknowledges_and_survives_without_a_network(
    make_device, odoo
):
    device = make_device()
    device.publish({"temperature": 4.2})
    with phone(odoo) as page:
        page.get_by_label("Login").fill("nobody")
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("alert")).to_contain_text("Wrong login or password")
        signed_in(page)

        page.get_by_role("searchbox").fill(device.id)
        card = page.locator(f"[data-device-id='{device.id}']")
        expect(card).to_contain_text("4.2")
        assert serious_faults(page, "body") == []
        card.locator("a").click()
        expect(page.get_by_role("img")).to_have_attribute(
            "aria-label", "Temperature over 24h: from 4.2 °C to 4.2 °C, last 4.2 °C"
        )

        alert_id = make_alert(odoo, device)
        page.get_by_role("link", name="Alerts").click()
        alert = page.locator(f"[data-alert-id='{alert_id}']")
        alert.get_by_role("button").click()
        page.get_by_label("Cause").select_option("door")
        page.get_by_label("Note").fill("lid of tank 2")
        page.get_by_label("What was done").fill("closed")
        assert serious_faults(page, "body") == []
        page.locator("dialog button[type=submit]").click()
        expect(alert).to_contain_text("Acknowledged")
        domain = [("id", "=", alert_id)]
        found = odoo.search_read("iot.alert", domain, ["state", "cause"])[0]
        assert (found["state"], found["cause"]) == ("acknowledged", "door")

        page.get_by_role("link", name="Settings").click()
        expect(page.locator("main")).to_contain_text(os.environ["ODOO_LOGIN"])
        page.wait_for_function("navigator.serviceWorker.controller !== null")
        page.context.set_offline(True)
        page.goto(odoo.url + "/iot/app#/devices")
        page.reload()
        expect(page.get_by_role("alert")).to_contain_text("No connection")
        page.get_by_role("searchbox").fill(device.id)
        expect(card).to_contain_text("4.2")
        page.context.set_offline(False)

        page.get_by_role("link", name="Settings").click()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_label("Password")).to_be_visible()
        assert page.evaluate("localStorage.length") == 0
        assert page.errors == []


def test_the_link_of_the_qr_code_pairs_after_a_tap_and_leaves_no_code_behind(odoo):
    [user] = odoo.search_read("res.users", [("login", "=", odoo.login)], ["id"])
    check = odoo.call("res.users", "action_iot_pair", [user["id"]])
    password = {"password": os.environ["ODOO_PASSWORD"]}
    action = odoo.call(
        "res.users.identitycheck", "run_check", [check["res_id"]], context=password
    )
    code = action["context"]["default_code"]
    with phone(odoo, f"#pair={code}") as page:
        expect(page.get_by_label("Pairing code")).to_have_value(code)
        assert page.evaluate("localStorage.length") == 0
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Devices")).to_be_visible()
        assert code not in page.url
        page.goto(f"{odoo.url}/iot/app#pair={code}")
        expect(page.get_by_role("alert")).to_contain_text("signed in already")
        assert page.errors == []
    with phone(odoo, f"#pair={code}") as stranger:
        stranger.get_by_role("button", name="Sign in").click()
        expect(stranger.get_by_role("alert")).to_contain_text("not valid any more")


def test_the_documentation_page_draws_all_of_itself_without_an_error(odoo):
    with phone(odoo) as page:
        failed = []
        page.on("response", lambda r: r.status >= 400 and failed.append(r.url))
        page.goto(odoo.url + "/api/v1/iot/docs")
        expect(page.locator("api-response").last).to_be_attached()
        assert (page.errors, failed) == ([], [])


def test_the_shell_refuses_scripts_of_others_and_frames(odoo):
    answer = odoo.session.get(odoo.url + "/iot/app", timeout=30)
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy and "'unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    worker = odoo.session.get(odoo.url + "/iot/app/sw.js", timeout=30)
    assert worker.headers["Content-Type"].startswith("text/javascript")
    assert worker.headers["Service-Worker-Allowed"] == "/iot/app"
