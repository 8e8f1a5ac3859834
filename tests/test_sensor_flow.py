"""The specification's integration tests (Day 260), on the real parts."""

import json
import os
import uuid

import pytest
import websocket

from tests.conftest import wait_until
from tests.support.device import now


def test_temperature_sensor_flow(make_device, timescale, odoo):
    """Published over mutual TLS → a row in the hypertable → the device's live state."""
    device = make_device()
    device.publish(
        {
            "temperature": 5.5,
            "humidity": 85,
            "location_type": "storage",
            "battery": 93,
            "timestamp": now(),
        }
    )
    ((temperature, humidity, is_alarm),) = wait_until(
        lambda: timescale(
            "SELECT temperature_celsius, humidity_percent, is_alarm"
            " FROM temperature_readings WHERE device_id = %s",
            device.id,
        ),
        "the row",
    )
    assert (temperature, humidity, is_alarm) == (5.5, 85, False)
    (live,) = wait_until(
        lambda: odoo.search_read(
            "iot.device",
            [("device_id", "=", device.id), ("live_ids.battery_level", "=", 93)],
            ["last_reading", "is_online", "battery_level"],
        ),
        "the live state",
    )
    assert live["last_reading"] == "5.5 °C · 85 %"
    assert live["is_online"]


def test_the_last_will_of_a_device_takes_it_offline_at_once(make_device, odoo):
    """Its power fails → the broker publishes its will → offline, and since when.

    Silence alone would tell after five minutes.
    """
    device = make_device()
    device.leave_a_will()
    device.publish({"temperature": 4.0})
    domain = [("device_id", "=", device.id), ("is_online", "=", False)]
    assert not odoo.search_read("iot.device", domain, [])
    device.vanish()
    (gone,) = wait_until(
        lambda: odoo.search_read("iot.device", domain, ["health", "last_seen"]),
        "it is offline",
        seconds=60,
    )
    assert gone["health"].startswith("Offline since")


def test_temperature_alert_generation(make_device, odoo):
    """A breach → an alert, by the rule cron that the listener woke."""
    device = make_device()
    device.publish({"temperature": 12.0, "location_type": "storage"})
    (alert,) = wait_until(
        lambda: odoo.search_read(
            "iot.alert",
            [("device_id.device_id", "=", device.id)],
            ["alert_type", "severity", "state", "message"],
        ),
        "the alert",
    )
    assert alert["alert_type"] == "high_temperature"
    assert alert["severity"] in ("medium", "high")
    assert alert["state"] == "new"


def test_milk_meter_session_flow(make_device, timescale):
    """Session start, five readings, end → all the milk, in order."""
    device = make_device("milk_meter")
    session = {"session_id": f"session_{uuid.uuid4()}", "animal_id": 123}
    device.publish({"type": "session_start", **session})
    for _ in range(5):
        device.publish(
            {
                "type": "reading",
                **session,
                "volume": 0.5,
                "flow_rate": 2.5,
                "temperature": 37.5,
            }
        )
    device.publish({"type": "session_end", **session})
    query = (
        "SELECT message_type, animal_id, volume_liters FROM milk_meter_readings"
        " WHERE session_id = %s ORDER BY time"
    )
    rows = wait_until(
        lambda: len(rows := timescale(query, session["session_id"])) == 7 and rows,
        "begin, five readings and end",
    )
    kinds = [kind for kind, _animal, _volume in rows]
    assert kinds == ["session_start", *["reading"] * 5, "session_end"]
    assert {animal for _kind, animal, _volume in rows} == {123}
    volumes = [volume for kind, _animal, volume in rows if kind == "reading"]
    assert sum(volumes) == pytest.approx(2.5)


def test_websocket_real_time_updates(make_device, farm, odoo):
    """A watched farm's readings come over Odoo's websocket, within seconds."""
    device = make_device()
    connection = open_websocket(odoo, [f"farm.farm_{farm}"])
    odoo.call("farm.farm", "watch_live", [farm])
    device.publish({"temperature": 4.0})
    place, table = wait_for_reading(connection, device.id)
    assert (table["m"], table["v"][0][place]) == (["temperature"], 4.0)
    assert not table.get("a"), "no alarm"
    connection.close()


def test_the_websocket_tells_a_stranger_nothing(make_device, farm, odoo):
    """The same channel, asked for without a session: not one reading."""
    device = make_device()
    stranger = open_websocket(None, [f"farm.farm_{farm}", "farm.farm"])
    friend = open_websocket(odoo, [f"farm.farm_{farm}"])
    odoo.call("farm.farm", "watch_live", [farm])
    device.publish({"temperature": 4.0})
    wait_for_reading(friend, device.id)
    stranger.settimeout(0.5)
    with pytest.raises(websocket.WebSocketTimeoutException):
        wait_for_reading(stranger, device.id)
    stranger.close()
    friend.close()


def open_websocket(odoo, channels):
    url = os.environ["ODOO_URL"].replace("http", "ws", 1) + "/websocket"
    cookie = f"session_id={odoo.session_id}" if odoo else None
    connection = websocket.create_connection(
        url, cookie=cookie, origin=os.environ["ODOO_URL"], timeout=60
    )
    subscription = {"channels": channels, "last": 0}
    connection.send(json.dumps({"event_name": "subscribe", "data": subscription}))
    return connection


def wait_for_reading(connection, device_id):
    """:return: ``(index, table)``, see ``ingest/live_message.py``"""
    while True:
        for notification in json.loads(connection.recv()):
            message = notification["message"]
            if message["type"] != "smartdairy_iot/reading_tables":
                continue
            for table in message["payload"]["tables"]:
                if device_id in table["d"] and table["m"]:
                    return table["d"].index(device_id), table
