"""Broker → the screen on a wall: no login, live, dark when its link is revoked."""

import json
import os
from contextlib import contextmanager, suppress
from urllib.parse import urlparse

import psycopg2
import pytest
import requests
import websocket
from playwright.sync_api import expect, sync_playwright

from tests.conftest import wait_until
from tests.support.browser import _FLAGS


@pytest.fixture
def kiosk(odoo, own_farm):
    """``(id, path)`` of a screen of a farm."""
    views = [(0, 0, {"view": "live", "seconds": 3600})]
    values = {"name": "Wall", "farm_ids": [(6, 0, [own_farm])], "view_ids": views}
    kiosk = odoo.create("iot.kiosk", values)
    action = odoo.call("iot.kiosk", "action_issue", [kiosk])
    link = urlparse(action["context"]["default_link"])
    yield kiosk, f"{link.path}#{link.fragment}"
    odoo.call("iot.kiosk", "unlink", [kiosk])


@contextmanager
def screen(odoo, path):
    """Nobody's browser. ``page.frames_received`` are its websocket's messages."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=_FLAGS
        )
        page = browser.new_page(viewport={"width": 1400, "height": 800})
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.goto(odoo.url + path)
        yield page
        browser.close()


def test_a_wall_screen_is_live_without_a_login_until_its_link_is_revoked(
    make_device, odoo, own_farm, kiosk
):
    device = make_device(farm_id=own_farm)
    kiosk_id, path = kiosk
    with screen(odoo, path) as page:
        tile = page.locator(f"[data-device-id='{device.id}']")
        expect(tile).to_be_visible(timeout=30_000)
        live = page.locator(".o_iot_connection[data-connection='live']")
        expect(live).to_be_visible(timeout=15_000)
        device.publish({"temperature": 4.2})
        expect(tile).to_contain_text("4.2", timeout=10_000)
        expect(tile).to_have_attribute("data-status", "ok")
        seen = odoo.search_read("iot.kiosk", [("id", "=", kiosk_id)], ["is_showing"])
        assert seen[0]["is_showing"]

        odoo.call("iot.kiosk", "action_revoke", [kiosk_id])
        over = page.locator(".o_iot_kiosk_over")
        expect(over).to_contain_text("revoked", timeout=10_000)
        expect(tile).to_have_count(0)
        page.reload()
        expect(page.locator("body")).to_contain_text("revoked", timeout=15_000)
        assert page.errors == []


def test_whoever_guesses_a_link_sees_nothing(odoo, kiosk):
    with screen(odoo, "/iot/kiosk#" + "A" * 43) as page:
        body = page.locator("body")
        expect(body).to_contain_text("not valid", timeout=30_000)


def test_a_stubborn_websocket_is_cut_off_when_the_link_is_revoked(
    make_device, odoo, own_farm, kiosk
):
    """Not a page of ours: it never asks whether its link still holds."""
    device = make_device(farm_id=own_farm)
    kiosk_id, path = kiosk
    token = path.partition("#")[2]
    received = []
    with listening(odoo, [f"iot.kiosk_{token}"], received) as ask:
        wait_until(
            lambda: (
                ask(token)
                and not device.publish({"temperature": 4.4})
                and types(received) >= {"smartdairy_iot/readings"}
            ),
            "the websocket receives readings",
        )
        received.clear()
        odoo.call("iot.kiosk", "action_revoke", [kiosk_id])
        wait_until(
            lambda: ask(token) and "smartdairy_iot/kiosk" in types(received), "it knows"
        )
        received.clear()
        # Somebody else watches the same farm, so that its readings are still sent.
        odoo.call("farm.farm", "watch_live", [own_farm])
        before = last_sent(own_farm)
        device.publish({"temperature": 4.6})
        wait_until(lambda: last_sent(own_farm) > before, "the farm's readings are sent")
        ask(token)  # whatever was on its way has come
        assert "smartdairy_iot/readings" not in types(received)


def types(received):
    return {message["message"]["type"] for message in received}


def last_sent(farm):
    """The newest message of this farm on the bus."""
    with psycopg2.connect(os.environ["PG_DSN"]) as connection:
        with connection.cursor() as cr:
            channel = f'%"farm.farm",{farm},"readings"]'
            cr.execute(
                "SELECT coalesce(max(id), 0) FROM bus_bus"
                " WHERE channel LIKE %s AND message LIKE '%%/readings%%'",
                [channel],
            )
            return cr.fetchone()[0]


@contextmanager
def listening(odoo, channels, received):
    """A bare websocket; what it receives is appended. Yields a call of `watch`."""
    session = requests.Session()
    session.get(odoo.url + "/iot/kiosk", timeout=30)
    version = json.loads(
        session.get(odoo.url + "/iot/kiosk", timeout=30)
        .text.partition('id="o_iot_session">')[2]
        .partition("</script>")[0]
    )["websocket_worker_version"]
    cookies = "; ".join(f"{c.name}={c.value}" for c in session.cookies)
    connection = websocket.create_connection(
        odoo.url.replace("http", "ws") + f"/websocket?version={version}",
        cookie=cookies,
        origin=odoo.url,
        timeout=0.2,
    )
    asked = {"event_name": "subscribe", "data": {"channels": channels, "last": 0}}
    connection.send(json.dumps(asked))

    def ask(token):
        body = {"params": {"token": token}}
        session.post(odoo.url + "/iot/kiosk/watch", json=body, timeout=30)
        with suppress(websocket.WebSocketTimeoutException):
            while True:  # until nothing has come for a fifth of a second
                received.extend(json.loads(connection.recv()))
        return True

    yield ask
    connection.close()
