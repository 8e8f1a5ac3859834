"""Broker → the screen on a wall: no login, live, dark when its link is revoked."""

import json
import os
from contextlib import contextmanager, suppress
from typing import NamedTuple
from urllib.parse import urlparse

import psycopg2
import pytest
import requests
import websocket
from playwright.sync_api import expect

from tests.conftest import wait_until
from tests.support.browser import open_page


@pytest.fixture
def kiosk(odoo, own_farm):
    """``(id, path)`` of a screen of a farm; its two views show the same."""
    views = [(0, 0, {"view": "live", "seconds": 3600})] * 2
    values = {"name": "Wall", "farm_ids": [(6, 0, [own_farm])], "view_ids": views}
    kiosk = odoo.create("iot.kiosk", values)
    action = odoo.call("iot.kiosk", "action_issue", [kiosk])
    link = urlparse(action["context"]["default_link"])
    yield kiosk, f"{link.path}#{link.fragment}"
    odoo.call("iot.kiosk", "unlink", [kiosk])


@contextmanager
def screen(odoo, path):
    """Nobody's browser: it has no session."""
    with open_page(Nobody(odoo.url), path, 1400, 800) as page:
        yield page


class Nobody(NamedTuple):
    """Who has not logged in, for :func:`open_page`."""

    url: str
    session_id: str = ""


def test_a_wall_screen_is_live_without_a_login_until_its_link_is_revoked(
    make_device, odoo, own_farm, kiosk
):
    device = make_device(farm_id=own_farm)
    kiosk_id, path = kiosk
    with screen(odoo, path) as page:
        tile = page.locator(f"[data-device-id='{device.id}']")
        expect(tile).to_be_visible()
        live = page.locator(".o_sd_connection[data-connection='live']")
        expect(live).to_be_visible()
        device.publish({"temperature": 4.2})
        expect(tile).to_contain_text("4.2")
        expect(tile).to_have_attribute("data-status", "ok")
        page.keyboard.press("ArrowRight")
        odoo.call("iot.kiosk", "write", [kiosk_id], {"name": "Wall of the parlour"})
        expect(page.locator("body")).to_contain_text(
            "Wall of the parlour", timeout=60_000
        )
        expect(tile).to_contain_text("4.2")
        seen = odoo.search_read("iot.kiosk", [("id", "=", kiosk_id)], ["is_showing"])
        assert seen[0]["is_showing"]

        odoo.call("iot.kiosk", "action_revoke", [kiosk_id])
        over = page.locator(".o_iot_kiosk_over")
        expect(over).to_contain_text("revoked")
        expect(tile).to_have_count(0)
        page.reload()
        expect(page.locator("body")).to_contain_text("revoked")
        assert page.errors == []


def test_a_screen_that_could_not_load_all_of_itself_begins_anew_by_itself(odoo, kiosk):
    """A server that ends just then: nobody stands at the wall."""
    _id, path = kiosk
    with screen(odoo, "/web/health") as page:
        page.clock.install()
        page.route("**/*.css", lambda route: route.abort())
        page.goto(odoo.url + path)
        wait_until(lambda: turn(page) or "Trying again" in said(page), "it says so")
        page.unroute("**/*.css")
        page.clock.run_for(10_000)
        expect(page.locator(".o_iot_kiosk")).to_be_visible()


def turn(page):
    page.clock.run_for(5_000)


def said(page):
    return page.locator("body").text_content()


VIEWS = ["live", "alerts", "cold_chain", "milking"]


def test_an_administrator_makes_a_link_and_its_screen_turns_until_it_is_revoked(
    odoo, own_farm
):
    """No tour: its steps run in one page, and the screen's page loads no tours."""
    (farm,) = odoo.search_read("farm.farm", [("id", "=", own_farm)], ["name"])
    tank = odoo.create("farm.tank", {"name": "Tank of a tour", "farm_id": own_farm})
    with open_page(odoo, "/odoo/iot-kiosks/new", 1400, 900) as office:
        link = make_link(office, farm["name"])
        wall = office.context.browser.new_context().new_page()
        wall.clock.install()
        wall.goto(link)
        shown = wall.locator(".o_iot_kiosk")
        for view in [*VIEWS, VIEWS[0]]:
            expect(shown).to_have_attribute("data-view", view)
            if view == "cold_chain":
                expect(shown).to_contain_text("Tank of a tour")
            wall.clock.fast_forward(30_000)
        # Nobody's session, and no more than that.
        assert wall.context.cookies(f"{odoo.url}/web")
        answer = wall.request.get(f"{odoo.url}/odoo", max_redirects=0)
        assert "/web/login" in answer.headers["location"]

        office.get_by_role("button", name="I Have Copied It").click()
        office.get_by_role("button", name="Revoke").click()
        office.locator(".modal").get_by_role("button", name="Ok").click()
        over = wall.locator(".o_iot_kiosk_over")
        expect(over).to_contain_text("This link was revoked")
        expect(wall.locator("body")).not_to_contain_text(farm["name"])
        expect(shown).to_have_count(0)
        assert office.errors == []
    odoo.call("farm.tank", "unlink", [tank])


def make_link(office, farm):
    """In the form, as an administrator does."""
    office.get_by_label("Name").fill("Parlour")
    office.get_by_label("Farms").fill(farm)
    office.locator(".o-autocomplete--dropdown-item").get_by_text(farm).click()
    office.get_by_role("button", name="Make the Link").click()
    link = office.locator(".modal [name='link']")
    expect(link).to_contain_text("/iot/kiosk#")
    return link.text_content().strip()


def test_whoever_guesses_a_link_sees_nothing(odoo, kiosk):
    with screen(odoo, "/iot/kiosk#" + "A" * 43) as page:
        body = page.locator("body")
        expect(body).to_contain_text("not valid")


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
                and types(received) >= {"smartdairy_iot/reading_tables"}
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
        assert "smartdairy_iot/reading_tables" not in types(received)


def types(received):
    return {message["message"]["type"] for message in received}


def last_sent(farm):
    """The newest message of this farm on the bus."""
    with psycopg2.connect(os.environ["PG_DSN"]) as connection:
        with connection.cursor() as cr:
            channel = f'%"farm.farm",{farm},"readings"]'
            cr.execute(
                "SELECT coalesce(max(id), 0) FROM bus_bus"
                " WHERE channel LIKE %s AND message LIKE '%%/reading_tables%%'",
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
