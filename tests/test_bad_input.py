"""Whatever a device sends is counted with its reason, and costs no neighbour."""

import pytest

from tests.conftest import wait_until

BAD = {
    "not_utf8": b"\xff\xfe\x00temperature",
    "not_json": b'{"temperature": NaN}',
    "wrong_shape": b"[]",
    "missing_value": {"temperature": None},
    "not_a_number": {"temperature": "warm"},
    "out_of_range": {"temperature": 1e9},
    "bad_timestamp": {"temperature": 4, "timestamp": "the day before"},
    "future_timestamp": {"temperature": 4, "timestamp": "2199-01-01T00:00:00Z"},
    "too_large": b"garbage" * 14_629,
}


def rejections(odoo, device_id):
    rows = odoo.search_read(
        "iot.rejected.message",
        [("topic", "like", "smartdairy/sensors/"), ("topic", "like", device_id)],
        ["reason", "count", "detail"],
    )
    return {row["reason"]: row for row in rows}


def test_bad_messages_are_visible_with_their_reason_and_good_ones_stored(
    make_device, timescale, odoo
):
    device = make_device()
    good = 0
    for payload in BAD.values():
        device.publish(payload)
        device.publish({"temperature": "4.5"})
        good += 1
    rows = wait_until(
        lambda: len(seen := rejections(odoo, device.id)) == len(BAD) and seen,
        "every bad message",
        seen=lambda: rejections(odoo, device.id),
    )
    assert {reason: row["count"] for reason, row in rows.items()} == dict.fromkeys(
        BAD, 1
    )
    assert all(row["detail"] for row in rows.values())
    query = "SELECT temperature_celsius FROM temperature_readings WHERE device_id = %s"
    stored = wait_until(
        lambda: len(found := timescale(query, device.id)) == good and found, "the rows"
    )
    assert set(stored) == {(4.5,)}


def kept(odoo, device_id):
    domain = [("device_ref", "=", device_id)]
    found = odoo.search_read("iot.discovered.device", domain, ["kept"])
    return [row["kept"] for row in found]


@pytest.mark.parametrize("topic_end", ["", "/data/more", "/datum"])
def test_a_wrong_topic_is_visible(admin, make_device, odoo, topic_end):
    device = make_device()
    topic = f"smartdairy/sensors/temperature/{device.id}{topic_end}"
    admin.publish({"temperature": 4.0}, topic)
    rows = wait_until(lambda: rejections(odoo, device.id), "the rejection")
    assert "wrong_topic" in rows


def test_an_unknown_device_is_discovered_and_loses_nothing_by_being_registered_late(
    make_device, odoo, timescale, farm
):
    stranger = make_device(register=False)
    for minute in range(3):
        stamp = f"2026-01-05T06:0{minute}:00Z"
        stranger.publish({"temperature": 4.0 + minute, "timestamp": stamp})
    wait_until(lambda: kept(odoo, stranger.id) == [3], "discovered, with three")
    values = {
        "name": stranger.id,
        "device_id": stranger.id,
        "device_type": "temperature",
        "state": "active",
        "farm_id": farm,
    }
    odoo.create("iot.device", values)  # by hand, or by an import
    query = (
        "SELECT temperature_celsius FROM temperature_readings"
        " WHERE device_id = %s ORDER BY time"
    )
    rows = wait_until(
        lambda: len(rows := timescale(query, stranger.id)) == 3 and rows,
        "its readings, replayed",
        seen=lambda: (kept(odoo, stranger.id), rejections(odoo, stranger.id)),
    )
    assert rows == [(4.0,), (5.0,), (6.0,)]
    # The readings are committed to the store first, then taken out of quarantine.
    wait_until(lambda: kept(odoo, stranger.id) == [0], "nothing left to replay")
