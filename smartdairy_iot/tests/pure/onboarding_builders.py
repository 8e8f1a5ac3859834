"""A dairy with two farms, and files as people send them."""

from smartdairy_iot.onboarding.known import Known, KnownDevice, Named
from smartdairy_iot.onboarding.plan import make_plan
from smartdairy_iot.onboarding.table import read_table

GREEN, HILL = 1, 2
CHOICES = {
    "device_type": {
        "temperature": "Temperature Sensor",
        "milk_meter": "Milk Meter",
        "gateway": "IoT Gateway",
    },
    "location_type": {"raw_milk": "Raw Milk", "storage": "Storage"},
}
RECORDS = {
    "farm": [
        Named(GREEN, "Green Valley Dairy", "GREEN"),
        Named(HILL, "Hillside Farm", "HILL"),
        Named(3, "Twin Farm", "TW1"),
        Named(4, "Twin Farm", "TW2"),
    ],
    "tank": [
        Named(11, "Tank 1", farm=GREEN),
        Named(12, "Tank 2", farm=GREEN),
        Named(13, "Tank 1", farm=HILL),
    ],
    "stall": [Named(21, "Stall 1", farm=GREEN)],
    "profile": [
        Named(31, "Cheap thermometer", device_type="temperature"),
        Named(32, "Four probes", device_type="temperature", has_channels=True),
    ],
    "tags": [Named(41, "north"), Named(42, "spare")],
}


def device(record_id, device_id, device_type="temperature", state="draft", **values):
    values |= {"device_id": device_id, "device_type": device_type, "name": device_id}
    return KnownDevice(record_id, state, values, values.pop("has_channels", False))


def known(*devices, **taken):
    return Known(list(devices), taken, RECORDS, CHOICES)


def plan(text, *devices, default_farm=None, headers=None, **taken):
    """:param text: lines of a CSV file"""
    lines = "\n".join(line.strip() for line in text.strip().splitlines())
    table = read_table(lines.encode())
    there = known(*devices, **taken)
    return make_plan(table, there, headers=headers, default_farm=default_farm)


def problems(plan):
    """``[(row, column, kind)]``"""
    return [(p.row, p.column, p.kind) for p in plan.problems]
