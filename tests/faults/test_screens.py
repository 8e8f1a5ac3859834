"""A board that is open while its server goes away and comes back."""

from playwright.sync_api import expect

from tests.support.browser import open_page


def test_after_a_restart_of_the_server_an_open_board_shows_what_came_meanwhile(
    make_device, odoo, host
):
    device = make_device()
    with open_page(odoo, "/odoo/iot-live?text=" + device.id) as page:
        badge = page.locator(".o_sd_connection")
        expect(badge).to_have_attribute("data-connection", "live", timeout=60_000)
        tile = page.locator(f"[data-device-id='{device.id}'] .o_sd_tile_value")
        device.publish({"temperature": 4.2})
        expect(tile).to_have_text("4.2", timeout=15_000)
        host.stop()
        expect(badge).to_have_attribute("data-connection", "reconnecting")
        device.publish({"temperature": 5.7})  # the broker keeps it
        expect(badge).to_have_attribute("data-connection", "stale", timeout=30_000)
        expect(tile).to_have_text("4.2")
        host.start()
        expect(badge).to_have_attribute("data-connection", "live", timeout=60_000)
        expect(tile).to_have_text("5.7", timeout=15_000)
        device.publish({"temperature": 5.9})
        expect(tile).to_have_text("5.9", timeout=15_000)
        assert page.errors == []
