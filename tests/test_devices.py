"""Devices in a real browser: what no test without one can see."""

import uuid

import pytest

from tests.conftest import wait_until
from tests.support.browser import open_page


@pytest.fixture
def device(odoo):
    """A device, still a draft, on a farm of its own that has a position."""
    name = f"Screen {uuid.uuid4().hex[:8]}"
    place = {"latitude": 52.9926, "longitude": 6.5642}
    farm = odoo.create("farm.farm", {"name": f"Farm of {name}", "tz": "UTC", **place})
    record = odoo.create(
        "iot.device",
        {
            "name": name,
            "device_id": name.replace(" ", "-"),
            "device_type": "temperature",
            "farm_id": farm,
        },
    )
    return {"id": record, "name": name}


def find(page, text):
    page.locator(".o_searchview_input").fill(text)
    # before it is there, Enter chooses nothing
    page.locator(".o_searchview_autocomplete").wait_for()
    page.keyboard.press("Enter")
    page.locator(".o_searchview_facet").wait_for()


def state_of(odoo, device):
    (found,) = odoo.search_read("iot.device", [("id", "=", device["id"])], ["state"])
    return found["state"]


def test_a_device_is_opened_from_the_map_with_the_keyboard(odoo, device):
    with open_page(odoo, "/odoo/iot-devices?view_type=iot_map") as page:
        page.locator("g.o_iot_marker").first.wait_for()
        find(page, device["name"])
        marker = page.locator("g.o_iot_marker")
        wait_until(lambda: marker.count() == 1, "one marker is left")
        assert marker.get_attribute("data-status") == "off"
        assert "1 devices. Not active 1" in marker.get_attribute("aria-label")
        marker.focus()
        page.keyboard.press("Enter")
        page.locator(".o_form_view").wait_for()
        assert (
            page.locator(".o_field_widget[name=name] input").input_value()
            == (device["name"])
        )
        assert not page.errors


def test_a_card_that_is_dragged_where_it_may_not_go_says_why(odoo, device):
    with open_page(odoo, "/odoo/iot-devices?view_type=kanban", width=2400) as page:
        page.locator(".o_kanban_group").first.wait_for()
        find(page, device["name"])
        card = page.locator(".o_kanban_record:not(.o_kanban_ghost)")
        wait_until(lambda: card.count() == 1, "one card is left")
        drag(page, card, "Active")
        dialog = page.locator(".modal")
        dialog.wait_for()
        assert "is Draft and cannot become Active" in dialog.inner_text()
        assert state_of(odoo, device) == "draft"
        dialog.locator(".btn-close, .btn-primary").first.click()
        wait_until(lambda: "Draft" in column_of(card), "the card is back")
        drag(page, card, "Registered")
        wait_until(lambda: state_of(odoo, device) == "registered", "it is registered")


def column_of(card):
    group = card.locator(
        "xpath=ancestor::div[@data-id][.//div[contains(@class, 'o_kanban_header')]][1]"
    )
    return group.locator(".o_kanban_header").inner_text()


def drag(page, card, column):
    target = page.locator(".o_kanban_group", has_text=column)
    target = target.filter(has=page.locator(f".o_column_title:has-text('{column}')"))
    to = target.first.bounding_box()
    card.hover()
    page.mouse.down()
    x, y = to["x"] + to["width"] / 2, to["y"] + 150
    page.mouse.move(x - 30, y, steps=10)
    page.mouse.move(x, y, steps=5)
    page.mouse.up()
