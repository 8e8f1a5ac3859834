"""What the bus carries of readings: nothing unwatched, nothing to strangers, no gap."""

import itertools
import json
import os
import uuid
from contextlib import contextmanager
from urllib.parse import urlparse

import psycopg2
import pytest
import websocket
from playwright.sync_api import expect

from tests.conftest import wait_until
from tests.support.accessibility import serious_faults
from tests.support.browser import open_page
from tests.support.odoo import Odoo
from tests.support.proxy import Proxy
from tests.test_sensor_flow import open_websocket, wait_for_reading

TILE_VALUE = "[data-device-id='{}'] .o_sd_tile_value"


@pytest.fixture
def bus_rows():
    """How many messages about a farm are on the bus: ``bus_rows(farm, seconds)``."""
    connection = psycopg2.connect(os.environ["PG_DSN"])
    connection.autocommit = True

    def count(farm, newer_than=3600):
        with connection.cursor() as cr:
            cr.execute(
                "SELECT count(*) FROM bus_bus WHERE channel::json ->> 1 = 'farm.farm'"
                " AND channel::json ->> 2 = %s"
                " AND create_date > timezone('UTC', now()) - %s * interval '1 s'",
                [str(farm), newer_than],
            )
            return cr.fetchone()[0]

    yield count
    connection.close()


@pytest.fixture
def sent_at():
    """When a farm's messages of readings were sent, in milliseconds."""
    connection = psycopg2.connect(os.environ["PG_DSN"])
    connection.autocommit = True

    def read(farm):
        with connection.cursor() as cr:
            cr.execute(
                "SELECT (message::json -> 'payload' ->> 'at')::bigint FROM bus_bus"
                " WHERE channel LIKE %s ORDER BY 1",
                [f'%"farm.farm",{farm},"readings"]'],
            )
            return [at for (at,) in cr.fetchall()]

    yield read
    connection.close()


@pytest.fixture
def stranger(odoo):
    """A user of another farm, and of that one only: ``(session, farm)``."""
    login = f"stranger-{uuid.uuid4().hex[:6]}"
    group = odoo.call("ir.model.data", "check_object_reference", *_USER_GROUP)[1]
    user = odoo.create(
        "res.users",
        {
            "name": login,
            "login": login,
            "password": login,
            "group_ids": [(4, group)],
        },
    )
    values = {"name": f"Farm of {login}", "tz": "UTC", "user_ids": [(6, 0, [user])]}
    farm = odoo.create("farm.farm", values)
    return Odoo(odoo.url, os.environ["ODOO_DB"], login, login), farm


_USER_GROUP = ("smartdairy_iot", "group_iot_user")


def test_while_nobody_watches_the_bus_stays_empty(make_device, odoo, bus_rows):
    farm = odoo.create("farm.farm", {"name": "Unwatched farm", "tz": "UTC"})
    device = make_device(farm_id=farm)
    for value in (4.0, 4.1, 4.2):
        device.publish({"temperature": value})
    domain = [("device_id.device_id", "=", device.id)]
    wait_until(
        lambda: (
            (rows := odoo.search_read("iot.device.state", domain, ["last_values"]))
            and rows[0]["last_values"] == {"temperature": 4.2}
        ),
        "the listener has told Odoo",
    )
    assert bus_rows(farm) == 0
    odoo.call("farm.farm", "watch_live", [farm])
    device.publish({"temperature": 4.3})
    wait_until(lambda: bus_rows(farm), "a watched farm's reading is on the bus")


def test_while_nobody_watches_an_alert_is_not_on_the_bus(make_device, odoo, bus_rows):
    farm = odoo.create("farm.farm", {"name": "Unwatched alarms", "tz": "UTC"})
    device = make_device(farm_id=farm)
    device.publish({"temperature": 14.0})
    domain = [("device_id.device_id", "=", device.id)]
    (alert,) = wait_until(
        lambda: odoo.search_read("iot.alert", domain, ["id"]), "an alert", seconds=70
    )
    odoo.call("iot.alert", "action_acknowledge", [alert["id"]])
    assert bus_rows(farm) == 0
    odoo.call("farm.farm", "watch_live", [farm])
    odoo.call("iot.alert", "action_resolve", [alert["id"]])
    assert bus_rows(farm) == 1


def test_a_farm_that_speaks_all_the_time_has_one_message_a_second(
    make_device, odoo, own_farm, sent_at
):
    device = make_device(farm_id=own_farm)
    odoo.call("farm.farm", "watch_live", [own_farm])
    values = itertools.count(4.0, 0.01)

    def speaks_on():
        device.publish({"temperature": round(next(values), 2)})
        return len(sent_at(own_farm)) >= 4

    wait_until(speaks_on, "four messages")
    apart = [b - a for a, b in itertools.pairwise(sent_at(own_farm))]
    assert min(apart) >= 1000, "milliseconds between the times that they bear"
    assert next(values) > 4.2, "it spoke far more often"


def test_a_user_of_one_farm_is_never_told_of_another(make_device, odoo, stranger):
    """Recorded from the wrong side: each message of the stranger's websocket."""
    other, own_farm = stranger
    farm = odoo.create(
        "farm.farm", {"name": "Private farm", "tz": "UTC", "user_ids": [(6, 0, [2])]}
    )
    secret, own = make_device(farm_id=farm), make_device(farm_id=own_farm)
    channels = [f"farm.farm_{farm}", f"farm.farm_{own_farm}", f"farm.farm_{farm}_x"]
    wrong_side = open_websocket(other, channels)
    right_side = open_websocket(odoo, [f"farm.farm_{farm}"])
    with pytest.raises(RuntimeError):
        other.call("farm.farm", "watch_live", [farm])
    odoo.call("farm.farm", "watch_live", [farm])
    other.call("farm.farm", "watch_live", [own_farm])
    secret.publish({"temperature": 11.7})
    wait_for_reading(right_side, secret.id)
    own.publish({"temperature": 4.0})
    recorded = record_until(wrong_side, own.id)
    assert secret.id not in recorded
    assert own.id in recorded
    assert secret.id not in json.dumps(other.call("farm.farm", "get_live_board"))
    (found,) = odoo.search_read("iot.device", [("device_id", "=", secret.id)], ["id"])
    assert other.call("farm.farm", "get_live_trends", [found["id"]]) == {}
    wrong_side.close()
    right_side.close()


def record_until(connection, device_id):
    """All that comes, until that device is told of; its own farm's come later."""
    recorded = ""
    while device_id not in recorded:
        recorded += connection.recv()
    connection.settimeout(0.5)
    try:
        while True:
            recorded += connection.recv()
    except websocket.WebSocketTimeoutException:
        return recorded


def test_after_a_cut_line_the_board_has_no_gap(make_device, odoo):
    """What came while the connection was gone is there as soon as it is back."""
    device = make_device()
    with watched_through_a_proxy(odoo, device) as (proxy, page, badge, value):
        assert serious_faults(page) == []
        proxy.refuse()
        expect(badge).not_to_have_attribute("data-connection", "live")
        device.publish({"temperature": 5.7})
        expect(badge).to_have_attribute("data-connection", "stale")
        expect(page.locator(".o_sd_not_live")).to_have_count(1)
        proxy.forward()
        expect(badge).to_have_attribute("data-connection", "live")
        expect(value).to_have_text("5.7")
        device.publish({"temperature": 5.9})
        expect(value).to_have_text("5.9")


def test_a_websocket_that_is_open_at_this_end_only_is_replaced(make_device, odoo):
    """HTTP goes on, so nothing looks wrong: a snapshot knows what was not told."""
    device = make_device()
    with watched_through_a_proxy(odoo, device) as (proxy, page, badge, value):
        proxy.hold()  # the websocket: HTTP has a connection for each request
        device.publish({"temperature": 6.1})
        page.evaluate(HALF_A_MINUTE_LATER)
        expect(value).to_have_text("6.1", timeout=30_000)
        expect(badge).to_have_attribute("data-connection", "live", timeout=30_000)
        device.publish({"temperature": 6.2})
        expect(value).to_have_text("6.2", timeout=15_000)


def test_a_laptop_that_slept_is_told_what_is_true_now_and_not_what_it_missed(
    make_device, odoo, own_farm, bus_rows
):
    """Others watch meanwhile: the bus has a message of each second that it slept."""
    device = make_device(farm_id=own_farm)
    with watched_through_a_proxy(odoo, device) as (proxy, page, badge, value):
        page.evaluate(COUNT_MESSAGES)
        devtools = page.context.new_cdp_session(page)
        devtools.send("Page.setWebLifecycleState", {"state": "frozen"})
        proxy.hold()
        odoo.call("farm.farm", "watch_live", [own_farm])
        for warmer in (4.1, 4.2, 4.3):
            before = bus_rows(own_farm)
            device.publish({"temperature": warmer})
            wait_until(lambda n=before: bus_rows(own_farm) > n, "on the bus")
        wait_until(lambda: not bus_rows(own_farm, newer_than=6), "all are old")
        devtools.send("Page.setWebLifecycleState", {"state": "active"})
        proxy.reset()
        expect(value).to_have_text("4.3")
        expect(badge).to_have_attribute("data-connection", "live")
        device.publish({"temperature": 4.4})
        expect(value).to_have_text("4.4")
        assert page.evaluate("() => messages") == 1, "only what came since"


# It was told something before; a reading that may be on its way is not missed yet.
HALF_A_MINUTE_LATER = """() => {
    const { services } = odoo.__WOWL_DEBUG__.root.env;
    const { hearing } = services["smartdairy_iot.telemetry"];
    setTimeout(() => (hearing.since = hearing.lookedAt = hearing.now() - 40_000), 7000);
}"""


COUNT_MESSAGES = """() => {
    const { services } = odoo.__WOWL_DEBUG__.root.env;
    const { handlers } = services["smartdairy_iot.telemetry"];
    const handle = handlers["smartdairy_iot/reading_tables"];
    window.messages = 0;
    handlers["smartdairy_iot/reading_tables"] = (message) => {
        window.messages++;
        handle(message);
    };
}"""


@contextmanager
def watched_through_a_proxy(odoo, device):
    """Live shows the device, which is at 4.0 °C: ``(proxy, page, badge, value)``."""
    url = urlparse(odoo.url)
    with Proxy((url.hostname, url.port)) as proxy:
        through = Through(odoo, f"{url.scheme}://{url.hostname}:{proxy.port}")
        with open_page(through, "/odoo/iot-live?text=" + device.id) as page:
            badge = page.locator(".o_sd_connection")
            expect(badge).to_have_attribute("data-connection", "live")
            value = page.locator(TILE_VALUE.format(device.id))
            device.publish({"temperature": 4.0})
            expect(value).to_have_text("4.0")
            yield proxy, page, badge, value


class Through:
    """The same session at another address."""

    def __init__(self, odoo, url):
        self.url = url
        self.session_id = odoo.session_id
