from datetime import datetime

import pytest

from smartdairy_iot.control.delivery import STATES, after_answer, retry_at
from smartdairy_iot.control.firmware import (
    is_signed,
    next_step,
    parse_stages,
    sign,
    stage_sizes,
)
from smartdairy_iot.notify.outcome import Outcome

NOW = datetime(2026, 1, 5, 6, 0)
MASTER = "m" * 40


@pytest.mark.parametrize("kind", ["config", "command"])
@pytest.mark.parametrize("state", ["queued", "sent", "failed"])
@pytest.mark.parametrize("status", ["applied", "refused"])
def test_what_waits_is_closed_by_its_answer(kind, state, status):
    assert after_answer(kind, state, status) == status


@pytest.mark.parametrize("state", STATES)
def test_the_same_answer_once_more_changes_nothing(state):
    if state in ("applied", "refused"):
        assert after_answer("config", state, state) is None


def test_a_configuration_that_nobody_waited_for_any_more_is_applied_at_last():
    assert after_answer("config", "expired", "applied") == "applied"


def test_a_device_may_do_later_what_it_refused_before():
    assert after_answer("config", "refused", "applied") == "applied"


@pytest.mark.parametrize("kind", ["config", "command"])
def test_what_was_superseded_stays_so(kind):
    assert after_answer(kind, "superseded", "applied") is None


@pytest.mark.parametrize("state", ["expired", "applied", "refused"])
@pytest.mark.parametrize("status", ["applied", "refused", "expired"])
def test_a_command_is_answered_once_and_an_expired_one_is_never_done(state, status):
    assert after_answer("command", state, status) is None


def test_a_broker_that_is_away_is_waited_for_without_end_but_not_in_haste():
    away = Outcome(False, "away", is_channel_down=True)
    waits = [(retry_at(away, n, NOW) - NOW).total_seconds() for n in (1, 2, 5, 9999)]
    assert waits == [5, 10, 60, 60]


def test_a_broker_that_refuses_is_asked_less_and_less_and_then_no_more():
    refused = Outcome(False, "not authorised")
    waits = [retry_at(refused, attempts, NOW) for attempts in range(1, 6)]
    assert waits == sorted(waits)
    assert retry_at(refused, 6, NOW) is None


def test_a_url_is_good_for_one_device_and_offer_and_until_it_expires():
    signature = sign(MASTER, 7, "TEMP-1", 2000)
    assert is_signed(MASTER, 7, "TEMP-1", 2000, signature, 1999)
    assert not is_signed(MASTER, 7, "TEMP-1", 2000, signature, 2000)
    assert not is_signed(MASTER, 7, "TEMP-1", 2001, signature, 1999)
    assert not is_signed(MASTER, 7, "TEMP-2", 2000, signature, 1999)
    assert not is_signed(MASTER, 8, "TEMP-1", 2000, signature, 1999)
    assert not is_signed("n" * 40, 7, "TEMP-1", 2000, signature, 1999)
    assert not is_signed(MASTER, 7, "TEMP-1", 2000, "", 1999)
    assert not is_signed(MASTER, 7, "TEMP-1", 2000, "ü" * 64, 1999)


@pytest.mark.parametrize("text", ["", "5", "5, 5, 100", "50, 25, 100", "0, 100", "a"])
def test_stages_rise_to_a_hundred_or_are_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - its text is for nobody
        parse_stages(text)


def test_even_the_smallest_stage_has_a_device():
    assert stage_sizes(3, (5, 25, 100)) == [1, 1, 3]
    assert stage_sizes(500, (5, 25, 100)) == [25, 125, 500]


def test_a_campaign_waits_for_the_devices_of_its_stage():
    assert next_step({"applied": 4, "downloading": 1}, False, 10).verdict == "wait"


def test_a_campaign_goes_on_when_all_have_ended_well_enough():
    assert next_step({"applied": 9, "failed": 1}, False, 10).verdict == "next"
    assert next_step({"applied": 9, "failed": 1}, True, 10).verdict == "done"


def test_a_campaign_stops_at_once_when_too_many_fail():
    step = next_step({"applied": 7, "failed": 2, "offered": 1}, False, 10)
    assert step == ("halt", 20.0)


def test_skipped_devices_neither_hold_a_campaign_up_nor_count_as_tried():
    assert next_step({"skipped": 5}, False, 10).verdict == "next"
    assert next_step({"skipped": 99, "failed": 1}, False, 10) == ("halt", 100.0)
