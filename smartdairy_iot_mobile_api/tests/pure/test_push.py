"""What is said to FCM, and what its answers mean."""

import json

import pytest

from smartdairy_iot_mobile_api.push.answer import judge, seconds_to_wait
from smartdairy_iot_mobile_api.push.message import channel, to_arguments
from smartdairy_iot_mobile_api.push.settle import Heard, settle
from smartdairy_iot_mobile_api.push.topic import wants

SENT = Heard(True, reference="1")
LATER = Heard(False, error="FCM: HTTP 503", wait=30)
GONE = Heard(False, is_final=True, error="FCM: HTTP 404 UNREGISTERED")


def refusal(status, code, **more):
    error = {"code": status, "details": [{"errorCode": code}], **more}
    return judge(status, json.dumps({"error": error}))


def arguments(severity):
    return to_arguments("T", "B", severity, {"alert_id": 7, "farm_id": None}, "tag")


@pytest.mark.parametrize(
    ("severity", "found"),
    [
        ("critical", "iot_critical"),
        ("high", "iot_high"),
        ("medium", "iot_normal"),
        ("low", "iot_normal"),
        ("normal", "iot_normal"),
    ],
)
def test_a_severity_has_the_channel_that_the_app_makes(severity, found):
    assert channel(severity) == found
    assert arguments(severity)["android_config"]["notification"]["channel_id"] == found


def test_what_is_critical_breaks_through_a_muted_phone_and_nothing_else_does():
    critical = arguments("critical")["apns_config"]["payload"]["aps"]
    high = arguments("high")["apns_config"]["payload"]["aps"]
    assert critical["interruption-level"] == "critical"
    assert critical["sound"]["critical"] == 1
    assert high["interruption-level"] == "active" and high["sound"] == "default"


def test_data_are_texts_and_what_is_unknown_is_left_out():
    data = arguments("high")["data_payload"]
    assert data == {"severity": "high", "alert_id": "7"}


def test_what_is_urgent_wakes_the_phone_and_the_rest_waits_for_it():
    assert arguments("high")["android_config"]["priority"] == "HIGH"
    assert arguments("medium")["android_config"]["priority"] == "NORMAL"


def test_a_message_that_was_taken_has_its_name():
    verdict = judge(200, '{"name": "projects/dairy/messages/0:15"}')
    assert verdict.is_sent and verdict.reference == "0:15"


@pytest.mark.parametrize("text", ["", "<html>Sign in</html>", "[]", '{"name": 7}'])
def test_a_success_that_is_not_fcms_is_none(text):
    verdict = judge(200, text)
    assert not verdict.is_sent and not verdict.is_final


@pytest.mark.parametrize(
    ("status", "code"),
    [(404, "UNREGISTERED"), (403, "SENDER_ID_MISMATCH")],
)
def test_a_dead_token_is_gone(status, code):
    assert refusal(status, code).is_gone


def test_a_token_that_never_was_one_is_gone():
    message = "The registration token is not a valid FCM registration token"
    assert refusal(400, "INVALID_ARGUMENT", message=message).is_gone
    details = [{"fieldViolations": [{"field": "message.token"}]}]
    assert judge(400, json.dumps({"error": {"details": details}})).is_gone


def test_a_message_of_ours_that_is_wrong_is_no_fault_of_the_device():
    verdict = refusal(400, "INVALID_ARGUMENT", message="data: not a string")
    assert verdict.is_final and not verdict.is_gone


def test_a_404_that_is_not_fcms_kills_no_token():
    assert not judge(404, "<html>not found</html>").is_gone


@pytest.mark.parametrize("status", [401, 403])
def test_what_refuses_our_own_access_is_no_fault_of_the_device(status):
    verdict = judge(status, "{}")
    assert verdict.is_unauthorized and not verdict.is_final and not verdict.is_gone


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_passes_is_tried_again(status):
    verdict = refusal(status, "INTERNAL")
    assert not (verdict.is_sent or verdict.is_final or verdict.is_gone)


def test_a_quota_is_waited_for_as_long_as_fcm_says_or_a_minute():
    assert judge(429, "{}").wait == 60
    assert judge(429, "{}", 7).wait == 7


def test_no_two_phones_come_back_in_the_same_second():
    waits = {seconds_to_wait(3, 0, dice / 100) for dice in range(101)}
    assert min(waits) == 120 and max(waits) == 150 and len(waits) > 20


def test_nobody_comes_back_before_fcm_has_said():
    assert seconds_to_wait(1, 300, 0) == 300


def test_a_device_in_a_drawer_is_no_reason_to_leave_one_out():
    assert settle([SENT, LATER], is_last=False).state == "later"
    assert settle([SENT, LATER], is_last=False).wait == 30


def test_after_the_last_attempt_one_that_has_it_is_enough():
    settled = settle([LATER, SENT], is_last=True)
    assert settled.state == "sent" and settled.reference == "1"
    assert "503" in settled.error


def test_dead_devices_do_not_hold_up_the_others():
    assert settle([SENT, GONE], is_last=False).state == "sent"
    assert settle([GONE], is_last=False).state == "lost"


@pytest.mark.parametrize(
    ("topics", "is_told"),
    [
        ([], True),
        (["farm_3"], True),
        (["farm_4"], False),
        (["farm_3", "farm_4"], True),
        (["severity_critical"], False),
        (["severity_high"], True),
        (["severity_low", "severity_critical"], True),
        (["farm_4", "severity_low"], False),
    ],
)
def test_a_device_hears_of_what_it_has_chosen(topics, is_told):
    assert wants(topics, [(3, "high")]) is is_told


def test_a_digest_is_told_if_one_of_its_alerts_is_wanted():
    assert wants(["farm_4"], [(3, "high"), (4, "low")])


def test_a_test_message_is_told_to_every_device():
    assert wants(["farm_4"], [])
