"""A milk meter's messages → a milking that people see, while it runs."""

import random
import uuid
from datetime import datetime, timedelta, timezone

import pytest

from tests.conftest import wait_until
from tests.support.browser import open_page

_FIELDS = ["state", "closed_by", "liters", "animal_number", "message_count", "is_late"]


def milkings_of(odoo, device):
    return odoo.search_read(
        "iot.milking.session", [("device_id.device_id", "=", device.id)], _FIELDS
    )


def test_a_milking_is_seen_while_it_runs_and_closed_at_its_end(make_device, odoo):
    meter = make_device("milk_meter")
    session = {"session_id": f"session_{uuid.uuid4()}", "animal_id": 123}
    meter.publish({"type": "session_start", **session})
    meter.publish({"type": "reading", **session, "volume": 2.5, "flow_rate": 3.0})
    (milking,) = wait_until(
        lambda: [m for m in milkings_of(odoo, meter) if m["liters"]],
        "a milking that runs",
    )
    assert (milking["state"], milking["liters"]) == ("running", 2.5)
    meter.publish({"type": "session_end", **session, "volume": 2.6})
    (closed,) = wait_until(
        lambda: [m for m in milkings_of(odoo, meter) if m["state"] == "closed"],
        "its end",
    )
    assert (closed["id"], closed["closed_by"]) == (milking["id"], "end")
    assert closed["liters"] == pytest.approx(2.6)
    assert closed["animal_number"] == 123


def test_a_backfill_in_any_order_and_twice_is_one_milking(make_device, odoo):
    meter = make_device("milk_meter")
    start = datetime.now(timezone.utc) - timedelta(hours=3)
    session = {"session_id": f"session_{uuid.uuid4()}", "animal_id": 7}

    def said(minutes, kind, **values):
        time = (start + timedelta(minutes=minutes)).isoformat()
        return {"type": kind, **session, **values, "timestamp": time}

    told = [said(0, "session_start"), said(6, "session_end")]
    told += [said(1 + n / 10, "reading", volume=0.25) for n in range(40)]
    twice = [*told, *told]
    random.Random(1).shuffle(twice)
    for place in range(0, len(twice), 7):
        meter.publish(twice[place : place + 7])
    (milking,) = wait_until(
        lambda: [m for m in milkings_of(odoo, meter) if m["message_count"] == 42],
        "all of it",
        seen=lambda: milkings_of(odoo, meter),
    )
    assert milking["liters"] == pytest.approx(10.0)
    assert (milking["state"], milking["is_late"]) == ("closed", True)


def test_who_looks_at_the_list_sees_a_milking_begin_and_grow(make_device, odoo):
    meter = make_device("milk_meter")
    animal = random.randrange(10**8, 10**9)
    session = {"session_id": f"session_{uuid.uuid4()}", "animal_id": animal}
    with open_page(odoo, "/odoo/iot-milkings") as page:
        page.wait_for_selector(".o_list_renderer, .o_view_nocontent")
        meter.publish({"type": "session_start", **session})
        row = page.locator("tr.o_data_row", has_text=f"{animal}, not entered")
        row.wait_for()
        meter.publish({"type": "reading", **session, "volume": 7.25})
        row.filter(has_text="7.25").wait_for()
        assert page.errors == []
