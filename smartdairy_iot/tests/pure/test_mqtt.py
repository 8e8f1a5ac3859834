"""What is told over MQTT, and what is retained."""

import json

from smartdairy_iot.notify.mqtt import device_publications

TOPIC = "smartdairy/alerts/GREEN/TANK-2"
ALERT = {"id": 1, "message": "9.1 °C"}


def test_while_an_alert_is_open_the_message_stays_for_who_connects_later():
    (told,) = device_publications(TOPIC, "raised", ALERT, [ALERT])
    assert (told.topic, told.retain) == (TOPIC, True)
    content = {"event": "raised", "alert": ALERT, "open": [ALERT]}
    assert json.loads(told.payload) == content
    assert "°C" in told.payload.decode()


def test_of_two_the_one_that_ended_is_told_and_the_other_stays():
    (told,) = device_publications(TOPIC, "resolved", ALERT, [{"id": 2}])
    assert told.retain
    assert json.loads(told.payload)["open"] == [{"id": 2}]


def test_the_end_of_the_last_is_told_and_nothing_stays():
    told, cleared = device_publications(TOPIC, "resolved", ALERT, [])
    assert not told.retain
    assert json.loads(told.payload)["open"] == []
    assert (cleared.topic, cleared.payload, cleared.retain) == (TOPIC, b"", True)
