"""A board that is open while its server goes away and comes back."""

from playwright.sync_api import expect

from tests.support.browser import open_page


def test_after_a_restart_of_the_server_an_open_board_shows_what_came_meanwhile(
    make_device, odoo, host
):
    device = make_device()
    with open_page(odoo, "/odoo/iot-live?text=" + device.id) as page:
        badge = page.locator(".o_sd_connection")
        expect(badge).to_have_attribute("data-connection", "live")
        tile = page.locator(f"[data-device-id='{device.id}'] .o_sd_tile_value")
        device.publish({"temperature": 4.2})
        expect(tile).to_have_text("4.2")
        host.stop()
        expect(badge).to_have_attribute("data-connection", "reconnecting")
        device.publish({"temperature": 5.7})  # the broker keeps it
        expect(badge).to_have_attribute("data-connection", "stale")
        expect(tile).to_have_text("4.2")
        host.start()
        expect(badge).to_have_attribute("data-connection", "live")
        expect(tile).to_have_text("5.7")
        device.publish({"temperature": 5.9})
        expect(tile).to_have_text("5.9")
        assert page.errors == []
