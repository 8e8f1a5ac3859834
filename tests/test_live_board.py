"""Broker → browser: the tile changes, the alert appears, a click acknowledges it."""

from playwright.sync_api import expect

from tests.conftest import wait_until
from tests.support.browser import open_page


def test_from_a_publish_to_the_tile_the_alert_and_its_acknowledgement(
    make_device, odoo
):
    device = make_device()
    clear_at_once(odoo, device)
    with open_page(odoo, "/odoo/iot-live") as page:
        tile = page.locator(f"[data-device-id='{device.id}']")
        expect(tile).to_have_attribute("data-status", "nodata")

        device.publish({"temperature": 4.2})
        expect(tile.locator(".o_sd_tile_value")).to_contain_text("4.2")
        expect(tile).to_have_attribute("data-status", "ok")

        device.publish({"temperature": 11.7})
        expect(tile.locator(".o_sd_tile_value")).to_contain_text("11.7")
        expect(tile).to_have_attribute("data-status", "alarm")
        alert = page.locator(".o_sd_alert", has_text=device.id)
        expect(alert).to_be_visible()

        alert.locator(".o_sd_acknowledge").click()
        expect(alert.locator(".o_sd_acknowledge")).to_have_count(0)
        domain = [("device_id.device_id", "=", device.id)]
        wait_until(
            lambda: (
                odoo.search_read("iot.alert", domain, ["state"])[0]["state"]
                == "acknowledged"
            ),
            "the alert is acknowledged in Odoo",
        )

        device.publish({"temperature": 4.0})
        expect(alert).to_have_count(0)
        assert page.errors == []


def clear_at_once(odoo, device):
    """A rule of its own: those that come with the add-on clear after two minutes."""
    (found,) = odoo.search_read("iot.device", [("device_id", "=", device.id)], ["id"])
    odoo.create(
        "iot.threshold",
        {
            "name": device.id,
            "reading_type": "temperature",
            "device_id": found["id"],
            "max_value": 8.0,
            "severity": "critical",  # above what other tests have left
            "deadband": 0.2,
        },
    )


def test_the_last_will_shows_a_device_offline(make_device, odoo):
    device = make_device()
    with open_page(odoo, "/odoo/iot-live") as page:
        device.publish({"temperature": 4.2})
        tile = page.locator(f"[data-device-id='{device.id}']")
        expect(tile).to_have_attribute("data-status", "ok")
        device.publish_status(False)
        expect(tile).to_have_attribute("data-status", "offline")
