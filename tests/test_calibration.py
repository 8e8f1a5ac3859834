"""A technician calibrates a probe: what it says from then on is corrected."""

from datetime import datetime, timedelta, timezone

from playwright.sync_api import expect

from tests.conftest import wait_until
from tests.support.browser import open_page

ROWS = (
    "SELECT temperature_celsius, raw_value, is_alarm FROM temperature_readings"
    " WHERE device_id = %s ORDER BY time"
)


def test_a_calibrated_reading_is_stored_corrected_and_judged_by_that(
    make_device, odoo, timescale
):
    """Raw 4.3 with an offset of −0.3 → 4.0, and no alarm of a limit of 4.2."""
    device = make_device()
    record = record_of(odoo, device)
    odoo.create(
        "iot.threshold",
        {
            "name": f"Limit of {device.id}",
            "reading_type": "temperature",
            "device_id": record,
            "max_value": 4.2,
        },
    )
    before = wait_until(
        lambda: published(device, timescale, lambda row: row[2]), "an alarm of 4.3"
    )
    assert before == (4.3, None, True)

    calibrate(odoo, record)
    after = wait_until(
        lambda: published(device, timescale, lambda row: row[1]), "a calibrated row"
    )
    assert after == (4.0, 4.3, False)
    # What was stored before is as it was.
    assert before in timescale(ROWS, device.id)


def test_the_page_health_shows_that_the_device_was_lost(make_device, odoo):
    device = make_device()
    device.publish({"temperature": 4.0, "battery": 88, "signal": 61})
    record = record_of(odoo, device)
    device.publish_status(False)
    wait_until(
        lambda: odoo.call("iot.device", "get_health", [record], "day")["outages"],
        "the outage",
    )
    with open_page(odoo, f"/odoo/iot-devices/{record}") as page:
        page.get_by_role("tab", name="Health").click()
        table = page.locator(".o_iot_health_outages")
        expect(table).to_contain_text("still offline")
        bar = page.locator(".o_iot_timeline_bar")
        assert "outages: 1" in bar.get_attribute("aria-label")
        assert page.errors == []


def record_of(odoo, device):
    (found,) = odoo.search_read("iot.device", [("device_id", "=", device.id)], ["id"])
    return found["id"]


def calibrate(odoo, record):
    start = datetime.now(timezone.utc) - timedelta(seconds=1)
    calibration = odoo.create(
        "iot.calibration",
        {
            "device_id": record,
            "reading_type": "temperature",
            "valid_from": start.strftime("%Y-%m-%d %H:%M:%S"),
            "reference_1": 4.0,
            "measured_1": 4.3,
        },
    )
    odoo.call("iot.calibration", "action_apply", [calibration])


def published(device, timescale, is_wanted):
    """Once more: the listener follows a change within its next look."""
    device.publish({"temperature": 4.3})
    rows = timescale(ROWS, device.id)
    return next((row for row in rows if is_wanted(row)), None)
