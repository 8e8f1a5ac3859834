"""What the pure tests are made of: devices, messages, samples."""

import json
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from smartdairy_iot.ingest import topic
from smartdairy_iot.ingest.device import Device, Fleet
from smartdairy_iot.ingest.message import Message, Sample, StatusChange
from smartdairy_iot.rules.classify import Alarm
from smartdairy_iot.rules.rule import Level, Rule

NOW = datetime(2026, 1, 5, 6, 0, tzinfo=timezone.utc)
HIGH = {"temperature": Alarm("high", "medium")}


def at(seconds):
    return NOW + timedelta(seconds=seconds)


def make_device(device_id, device_type="temperature", **changes):
    values = {
        "id": 1,
        "farm_id": 1,
        "gateway_id": None,
        "is_active": True,
        "location_type": "raw_milk",
        "tz": ZoneInfo("Europe/Amsterdam"),
        "limits": {},
    }
    return Device(device_id=device_id, device_type=device_type, **values | changes)


DEVICES = Fleet(
    (device.device_id, device)
    for device in (
        make_device("TEMP-1"),
        make_device("TEMP-OFF", is_active=False),
        make_device("TEMP-US", units={"temperature": "°F"}),
        make_device("MILK-1", "milk_meter"),
        make_device("PH-1", "ph_sensor"),
        make_device("FLOW-1", "flow_sensor"),
        make_device("HUM-1", "humidity", gateway_id="GW-1"),
        make_device("TEMP-2", gateway_id="GW-1"),
        make_device("PRES-1", "pressure", gateway_id="GW-2"),
        make_device("GW-1", "gateway"),
        make_device("GW-2", "gateway"),
    )
)


def make_message(payload, device_id="TEMP-1", **changes):
    """The device's own message; ``payload`` is bytes, or anything JSON can say."""
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    device = DEVICES[device_id]
    values = {
        "topic": topic.data_topic(device.device_type, device_id),
        "payload": raw,
        "received_at": NOW,
    }
    return Message(**values | changes)


def make_sample(seconds=0, values=None, **changes):
    """What TEMP-1 measured then; received at once, unless told otherwise."""
    fields = {
        "device_id": "TEMP-1",
        "device_type": "temperature",
        "time": at(seconds),
        "received_at": at(seconds),
        "values": {"temperature": 3.8} if values is None else values,
    }
    return Sample(**fields | changes)


def make_status(seconds, is_online, device_id="TEMP-1"):
    return StatusChange(device_id, is_online, at(seconds))


def make_rule(*further, low=2.0, high=4.0, severity="medium", on_delay=0, **changes):
    """Raw milk: 2 to 4 °C, more than 5 °C outside is high. Delays are in seconds.

    :param further: more levels than the first; that of 5 °C unless told otherwise
    """
    if not further:
        further = (Level("high", -3.0, 9.0),)
    first = Level(severity, low, high, timedelta(seconds=on_delay))
    for name in {"off_delay", "cooldown", "realarm", "window"} & changes.keys():
        changes[name] = timedelta(seconds=changes[name])
    values = {
        "threshold_id": 1,
        "reading_type": "temperature",
        "deadband": 0.2,
        "cooldown": timedelta(minutes=30),
    }
    return Rule(levels=(first, *filter(None, further)), **values | changes)
