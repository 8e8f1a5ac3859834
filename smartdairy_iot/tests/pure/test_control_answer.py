from datetime import datetime, timezone

import pytest

from smartdairy_iot.control.message import config_message, content_hash
from smartdairy_iot.ingest.decode import decode
from smartdairy_iot.ingest.device import Fleet
from smartdairy_iot.ingest.message import Message, Reason
from smartdairy_iot.tests.pure.builders import make_device

NOW = datetime(2026, 1, 5, 6, 0, tzinfo=timezone.utc)
CONFIG = "smartdairy/sensors/temperature/TEMP-1/config/ack"
COMMAND = "smartdairy/gateway/GW-1/commands/ack"


def read(payload, topic=CONFIG, retain=False):
    devices = [
        make_device("TEMP-1", "temperature"),
        make_device("GW-1", "gateway"),
        make_device("HUM-1", "humidity", gateway_id="GW-1"),
        make_device("AWAY-1", "temperature", is_active=False),
    ]
    fleet = Fleet({device.device_id: device for device in devices})
    return decode(Message(topic, payload, NOW, retain), fleet)


def only_reason(decoded):
    (rejection,) = decoded.rejections
    assert not decoded.answers
    return rejection.reason


def test_an_answer_says_which_version_it_applied_and_is_a_sign_of_life():
    decoded = read(b'{"hash": "abc", "status": "applied"}')
    (answer,) = decoded.answers
    assert answer[:5] == ("config", "TEMP-1", "abc", "applied", "")
    assert decoded.heard == [("TEMP-1", NOW)]


def test_a_refusal_brings_its_reason():
    raw = b'{"hash": "abc", "status": "refused", "reason": "interval too short"}'
    (answer,) = read(raw).answers
    assert (answer.status, answer.reason) == ("refused", "interval too short")


def test_a_gateway_answers_a_command_by_its_id():
    (answer,) = read(b'{"id": "u-1", "status": "expired"}', COMMAND).answers
    assert answer[:4] == ("command", "GW-1", "u-1", "expired")


def test_a_gateway_answers_for_its_own_child_and_for_no_other():
    topic = "smartdairy/gateway/GW-1/children/{}/config/ack"
    raw = b'{"hash": "abc", "status": "applied"}'
    (answer,) = read(raw, topic.format("HUM-1")).answers
    assert answer.device_id == "HUM-1"
    assert only_reason(read(raw, topic.format("TEMP-1"))) == Reason.NOT_A_CHILD


def test_a_device_in_maintenance_may_answer():
    topic = "smartdairy/sensors/temperature/AWAY-1/config/ack"
    assert read(b'{"hash": "abc", "status": "applied"}', topic).answers


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"no json", Reason.NOT_JSON),
        (b'["applied"]', Reason.WRONG_SHAPE),
        (b'{"status": "applied"}', Reason.MISSING_VALUE),
        (b'{"hash": 7, "status": "applied"}', Reason.MISSING_VALUE),
        (b'{"hash": "", "status": "applied"}', Reason.MISSING_VALUE),
        (b'{"hash": "abc"}', Reason.WRONG_SHAPE),
        (b'{"hash": "abc", "status": ["applied"]}', Reason.WRONG_SHAPE),
        (b'{"hash": "abc", "status": "expired"}', Reason.WRONG_SHAPE),
        (
            b'{"hash": "abc", "status": "applied", "firmware": "2.0"}',
            Reason.WRONG_SHAPE,
        ),
        (
            b'{"hash": "abc", "status": "applied", "device_id": "TEMP-2"}',
            Reason.STALE_ANSWER,
        ),
    ],
)
def test_what_is_no_answer_is_refused_with_its_reason(payload, reason):
    assert only_reason(read(payload)) == reason


def test_an_answer_of_a_device_that_nobody_knows_is_refused_and_not_kept():
    topic = "smartdairy/sensors/temperature/NOBODY/config/ack"
    decoded = read(b'{"hash": "abc", "status": "applied"}', topic)
    assert only_reason(decoded) == Reason.UNKNOWN_DEVICE
    assert not decoded.strangers


def test_an_answer_on_the_topic_of_another_type_is_refused():
    topic = "smartdairy/sensors/humidity/TEMP-1/config/ack"
    decoded = read(b'{"hash": "abc", "status": "applied"}', topic)
    assert only_reason(decoded) == Reason.WRONG_DEVICE_TYPE


def test_the_brokers_copy_of_an_answer_is_no_answer():
    decoded = read(b'{"hash": "abc", "status": "applied"}', retain=True)
    assert not decoded.answers
    assert not decoded.rejections


def test_letters_that_no_column_can_hold_do_not_stop_an_answer():
    raw = b'{"hash": "abc", "status": "refused", "reason": "a\\u0000b\\ud800"}'
    (answer,) = read(raw).answers
    answer.reason.encode()
    assert "\0" not in answer.reason


def test_the_progress_of_a_download_comes_with_the_answer():
    raw = (
        b'{"hash": "abc", "status": "applied",'
        b' "firmware": {"version": "2.0", "status": "failed", "reason": "checksum"}}'
    )
    (answer,) = read(raw).answers
    assert answer.firmware == {
        "version": "2.0",
        "status": "failed",
        "reason": "checksum",
    }


def test_the_same_settings_of_another_device_or_version_have_another_hash():
    settings = {"interval": 60}
    hashes = {
        content_hash("A", 1, settings),
        content_hash("B", 1, settings),
        content_hash("A", 2, settings),
        content_hash("A", 1, {"interval": 61}),
        content_hash("A", 1, settings, {"version": "2.0", "sha256": "00"}),
    }
    assert len(hashes) == 5


def test_the_hash_does_not_depend_on_the_url_that_is_signed_anew():
    offer = {"version": "2.0", "sha256": "00", "size": 3, "url": "x", "expires_at": "y"}
    first = config_message("A", 1, {}, offer)
    second = config_message("A", 1, {}, offer | {"url": "z"})
    assert first["hash"] == second["hash"]
