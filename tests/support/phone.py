"""The reference client on a phone, with somebody who holds it."""

import json
import os
import uuid
from contextlib import contextmanager

from playwright.sync_api import expect, sync_playwright

from tests.support.browser import _FLAGS, be_patient
from tests.support.waiting import wait_until

PASSWORD = "correct horse battery"


@contextmanager
def phone(odoo, fragment="", width=390, **options):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=_FLAGS
        )
        viewport = {"width": width, "height": 844}
        context = be_patient(browser.new_context(viewport=viewport, **options))
        page = context.new_page()
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.told = set()  # devices that it was told of over the websocket
        page.on(
            "websocket", lambda socket: socket.on("framereceived", page_hears(page))
        )
        page.goto(f"{odoo.url}/iot/app{fragment}")
        yield page
        browser.close()


def page_hears(page):
    def hear(frame):
        for notification in json.loads(frame):
            message = notification["message"]
            if message["type"] == "smartdairy_iot/live":
                for one in message["payload"]["messages"]:
                    page.told.add(one.get("device_id") or one["alert"]["deviceId"])

    return hear


def sign_in(page, login=None, password=None):
    page.get_by_label("Login").fill(login or os.environ["ODOO_LOGIN"])
    page.get_by_label("Password").fill(password or os.environ["ODOO_PASSWORD"])
    page.get_by_role("button", name="Sign in").click()


def signed_in(page, *credentials):
    sign_in(page, *credentials)
    expect(page.locator("nav")).to_be_visible()


def make_alert(odoo, device):
    """A breach that the rules find by themselves."""
    device.publish({"temperature": 11.9})
    domain = [("device_id.device_id", "=", device.id)]

    def find():
        return odoo.search_read("iot.alert", domain, ["id"])

    return wait_until(find, "the alert is raised")[0]["id"]


def make_viewer(odoo, farm, **values):
    """:return: id and login of somebody who sees that farm only"""
    name = [("module", "=", "smartdairy_iot"), ("name", "=", "group_iot_user")]
    [group] = odoo.search_read("ir.model.data", name, ["res_id"])
    login = f"viewer-{uuid.uuid4().hex[:8]}"
    user = odoo.create(
        "res.users",
        {
            "name": "Rahim",
            "login": login,
            "password": PASSWORD,
            "group_ids": [(4, group["res_id"])],
            **values,
        },
    )
    odoo.call("farm.farm", "write", [farm], {"user_ids": [(4, user)]})
    return user, login
