import json
from datetime import datetime, timezone

from simulator.control import REMEMBERED, Mind

NOW = datetime(2026, 1, 5, 6, 0, tzinfo=timezone.utc)
CONFIG = "smartdairy/sensors/temperature/TEMP-1/config"
COMMANDS = "smartdairy/gateway/GW-1/commands"
OFFER = {
    "version": "2.0",
    "sha256": "00",
    "size": 3,
    "url": "http://x/",
    "expires_at": "",
}


def told(mind, message, topic=CONFIG, firmware="1.0"):
    (answer,) = mind.react(topic, json.dumps(message).encode(), NOW, firmware)
    return answer


def command(name, expires="2026-01-05T06:10:00Z", reference="u-1"):
    return {"id": reference, "command": name, "parameters": {}, "expires_at": expires}


def test_a_configuration_is_applied_and_answered_with_its_hash():
    mind = Mind("TEMP-1")
    settings = {"interval_seconds": 30, "temperature_offset": 0.5}
    answer = told(mind, {"version": 1, "hash": "abc", "settings": settings})
    assert (answer["hash"], answer["status"]) == ("abc", "applied")
    assert mind.interval == 30
    payload = {"temperature": 3.0, "humidity": 80}
    mind.correct(payload)
    assert payload == {"temperature": 3.5, "humidity": 80}


def test_a_setting_that_it_does_not_know_is_refused_and_nothing_is_applied():
    mind = Mind("TEMP-1")
    settings = {"interval_seconds": 30, "colour": "blue"}
    answer = told(mind, {"version": 1, "hash": "abc", "settings": settings})
    assert (answer["status"], answer["reason"]) == ("refused", "unknown setting colour")
    assert mind.interval is None


def test_a_newer_firmware_is_fetched_and_its_own_is_not():
    message = {"version": 1, "hash": "abc", "settings": {}, "firmware": OFFER}
    mind = Mind("TEMP-1")
    assert "firmware" not in told(mind, message, firmware="2.0")
    assert mind.offer is None
    assert told(mind, message)["firmware"]["status"] == "downloading"
    assert mind.offer == OFFER


def test_a_command_is_done_once_and_not_when_it_comes_too_late():
    mind = Mind("GW-1")
    assert told(mind, command("restart"), COMMANDS)["status"] == "applied"
    late = command("restart", "2026-01-05T05:59:59Z", "u-2")
    assert told(mind, late, COMMANDS)["status"] == "expired"
    assert told(mind, command("fly", reference="u-3"), COMMANDS)["status"] == "refused"


def test_what_it_answered_is_not_remembered_without_end():
    mind = Mind("GW-1")
    for number in range(REMEMBERED + 10):
        told(mind, command("identify", reference=str(number)), COMMANDS)
    assert len(mind._answered) == REMEMBERED
