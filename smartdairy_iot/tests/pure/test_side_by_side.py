"""Many requests: a dead receiver delays no other."""

import doctest

import pytest

from smartdairy_iot.notify import side_by_side, webhook
from smartdairy_iot.notify.side_by_side import Receiver, Request, send_all
from smartdairy_iot.tests.http_sink import BlackHole, HttpSink, seconds_of


def receiver(name, url, count=1, silences=0):
    requests = [Request(f"{name}-{n}", url, {}, b'{"n": %d}' % n) for n in range(count)]
    return Receiver(name, requests, silences)


def send(*receivers, **how):
    return send_all(list(receivers), webhook.send, **how)


@pytest.fixture
def sink():
    with HttpSink() as sink:
        yield sink


def test_the_examples_in_the_docstrings_are_true():
    assert doctest.testmod(side_by_side).failed == 0


def test_to_one_receiver_they_go_in_order(sink):
    (report,) = send(receiver("good", sink.url, 20))
    assert [r.body for r in sink.received] == [b'{"n": %d}' % n for n in range(20)]
    assert all(outcome.is_sent for outcome in report.outcomes.values())


def test_a_dead_receiver_costs_one_timeout_and_delays_no_other(sink):
    with BlackHole() as hole:
        dead, good = receiver("dead", hole.url, 50), receiver("good", sink.url, 50)
        (dead, good), seconds = seconds_of(lambda: send(dead, good, timeout=0.5))
    assert seconds < 2
    assert [o.is_sent for o in good.outcomes.values()] == [True] * 50
    assert len(dead.outcomes) == 50
    assert not any(
        o.is_sent or o.is_final or o.is_channel_down for o in dead.outcomes.values()
    )
    assert "Not tried" in dead.outcomes["dead-49"].error
    assert (dead.silences, good.silences) == (1, 0)


def test_the_longer_a_receiver_is_silent_the_longer_it_is_left_alone():
    with BlackHole() as hole:
        (report,) = send(receiver("dead", hole.url, 2, silences=2), timeout=0.2)
    assert report.silences == 3
    assert [o.retry_after for o in report.outcomes.values()] == [120, 120]


def test_one_that_answers_again_is_no_longer_silent(sink):
    sink.answer(500)
    (report,) = send(receiver("back", sink.url, 2, silences=4))
    assert report.silences == 0
    assert len(sink.received) == 2  # a refusal of one says nothing about the next


def test_after_gone_nothing_more_is_sent_there(sink):
    sink.answer(410)
    (report,) = send(receiver("gone", sink.url, 3))
    assert report.gone == {sink.url}
    assert len(sink.received) == 1
    assert all(outcome.is_final for outcome in report.outcomes.values())


def test_what_is_gone_says_nothing_about_its_neighbour(sink):
    sink.answers = [(410, {}, b""), (201, {}, b"")]
    requests = [Request(name, f"{sink.url}/{name}", {}, b"") for name in ("a", "b")]
    (report,) = send(Receiver("push", requests))
    assert report.outcomes["b"].is_sent
    assert report.gone == {f"{sink.url}/a"}


def test_no_receiver_is_nothing_to_do():
    assert send() == []
