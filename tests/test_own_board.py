"""Somebody puts a board together with the keyboard, saves it, and finds it again."""

import uuid

from playwright.sync_api import expect

from tests.support.browser import open_page


def test_a_board_is_put_together_kept_and_found_by_its_address(make_device, odoo):
    device = make_device()
    name = f"Morning {uuid.uuid4().hex[:6]}"
    with open_page(odoo, "/odoo/iot-board") as page:
        page.locator(".o_sd_new").click()
        page.locator(".o_sd_name").fill(name)
        adder = page.locator(".o_sd_adder")
        adder.get_by_label("Device").select_option(label=label_of(odoo, device))
        adder.locator(".o_sd_add").click()
        adder.get_by_label("What").select_option("kpi")
        adder.locator(".o_sd_add").click()
        order = page.locator(".o_sd_widget")
        expect(order).to_have_count(2)

        order.nth(1).locator(".o_sd_widget_handle").press("ArrowLeft")
        expect(order.nth(0)).to_have_attribute("data-type", "kpi")
        order.nth(0).locator(".o_sd_widget_remove").click()
        expect(order).to_have_count(1)
        page.keyboard.press("Control+z")
        expect(order).to_have_count(2)
        page.locator(".o_sd_save").click()
        expect(page.locator(".o_sd_arrange")).to_be_visible()

        device.publish({"temperature": 4.2})
        tile = page.locator(f"[data-device-id='{device.id}'] .o_sd_tile_value")
        expect(tile).to_contain_text("4.2")
        page.reload()
        expect(tile).to_contain_text("4.2")
        expect(order.nth(0)).to_have_attribute("data-type", "kpi")
        assert page.errors == []
    (board,) = odoo.search_read("iot.board", [("name", "=", name)], ["layout"])
    kinds = [widget["type"] for widget in board["layout"]["widgets"]]
    assert kinds == ["kpi", "tile"]


def label_of(odoo, device):
    (found,) = odoo.search_read(
        "iot.device", [("device_id", "=", device.id)], ["name", "farm_id"]
    )
    return f"{found['name']} · {found['farm_id'][1]}"
