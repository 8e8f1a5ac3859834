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


@pytest.mark.parametrize("topic_end", ["", "/data/more", "/datum"])
def test_a_wrong_topic_is_visible(admin, make_device, odoo, topic_end):
    device = make_device()
    topic = f"smartdairy/sensors/temperature/{device.id}{topic_end}"
    admin.publish({"temperature": 4.0}, topic)
    rows = wait_until(lambda: rejections(odoo, device.id), "the rejection")
    assert "wrong_topic" in rows


def test_an_unknown_device_is_visible(make_device, odoo):
    stranger = make_device(register=False)
    stranger.publish({"temperature": 4.0})
    rows = wait_until(lambda: rejections(odoo, stranger.id), "the rejection")
    assert "unknown_device" in rows
