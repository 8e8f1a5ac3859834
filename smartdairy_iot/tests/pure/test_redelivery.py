"""Messages without a timestamp of their own that the broker sends again."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from smartdairy_iot.ingest.decode import decode
from smartdairy_iot.ingest.redelivery import Redelivery
from smartdairy_iot.tests.pure.builders import DEVICES, NOW, make_message

TIMELESS = {"temperature": 3.8}
TIMED = {"temperature": 3.8, "timestamp": "2026-01-05T05:00:00Z"}


def receipt(mid):
    return SimpleNamespace(mid=mid)


def mark(payload, mid=7, device_id="TEMP-1"):
    message = make_message(payload, device_id)
    return Redelivery().mark(message, receipt(mid), decode(message, DEVICES))


def again(payload, **changes):
    return make_message(payload, redelivered=True, **changes)


def test_what_was_committed_is_known_when_it_comes_again():
    known = Redelivery()
    known.learn(mark(TIMELESS, 7) + mark(TIMELESS, 8))
    assert known.is_known(again(TIMELESS), receipt(7))
    assert known.is_known(again(TIMELESS), receipt(8))


def test_what_waits_to_be_committed_is_known_when_the_network_was_cut_meanwhile():
    known = Redelivery()
    message = make_message(TIMELESS)
    known.mark(message, receipt(7), decode(message, DEVICES))
    assert known.is_known(again(TIMELESS), receipt(7))


def test_what_another_process_read_but_never_committed_is_not_known():
    known = Redelivery()
    assert not known.is_known(again(TIMELESS), receipt(7))


def test_a_packet_id_that_is_used_again_for_another_message_is_another_message():
    known = Redelivery()
    known.learn(mark(TIMELESS, 7))
    assert not known.is_known(again({"temperature": 3.9}), receipt(7))
    assert not known.is_known(again(TIMELESS, device_id="TEMP-2"), receipt(7))
    assert not known.is_known(again(TIMELESS), receipt(9))


def test_a_new_message_with_an_old_packet_id_is_never_taken_for_a_redelivery():
    known = Redelivery()
    known.learn(mark(TIMELESS, 7))
    assert not known.is_known(make_message(TIMELESS), receipt(7))


def test_only_what_has_no_time_of_its_own_needs_a_mark():
    assert mark(TIMELESS) is not None
    assert mark(TIMED) is None
    assert mark([TIMED, TIMELESS]) is not None


def test_what_was_refused_in_part_is_marked_for_its_good_readings():
    """A gateway with one bad child would else double the others."""
    assert mark([TIMELESS, {"temperature": None}]) is not None
    assert mark([{**TIMELESS, "device_id": "NEW-1"}], device_id="GW-1") is None


def read(known, payload, mid, seconds=0):
    message = make_message(payload, received_at=NOW + timedelta(seconds=seconds))
    return known.mark(message, receipt(mid), decode(message, DEVICES))


@pytest.mark.parametrize("later", [TIMED, {"temperature": 3.9}, b"?"])
def test_a_packet_id_given_to_a_new_message_is_no_longer_the_old_one_s(later):
    """Sent as new, never acknowledged, and then again: it must not be swallowed."""
    known = Redelivery()
    read(known, TIMELESS, 7)
    read(known, later, 7, seconds=1)
    assert not known.is_known(again(TIMELESS), receipt(7))


def test_what_was_acknowledged_long_ago_is_forgotten():
    """The broker counts to 65,535 and begins anew; a constant value looks the same."""
    known = Redelivery()
    for minute in range(0, 60):
        read(known, TIMELESS, 100 + minute, seconds=60 * minute)
    assert known.is_known(again(TIMELESS), receipt(157))
    assert not known.is_known(again(TIMELESS), receipt(103))


def test_what_the_broker_held_while_the_network_was_away_for_hours_is_known():
    known = Redelivery()
    read(known, TIMELESS, 7)
    read(known, TIMELESS, 8)
    read(known, TIMED, 9, seconds=6 * 3600)
    assert known.is_known(again(TIMELESS), receipt(7))
    assert known.is_known(again(TIMELESS), receipt(8))


def test_a_message_at_qos_0_cannot_come_again():
    message = make_message(TIMELESS)
    known = Redelivery()
    assert known.mark(message, None, decode(message, DEVICES)) is None
    assert not known.is_known(again(TIMELESS), None)
