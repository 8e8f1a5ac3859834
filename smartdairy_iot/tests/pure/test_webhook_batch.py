"""Many webhooks: a dead endpoint delays no other."""

import pytest

from smartdairy_iot.notify.webhook_batch import Endpoint, Request, send_all
from smartdairy_iot.tests.http_sink import BlackHole, HttpSink, seconds_of


def requests_for(name, count):
    return [Request(f"{name}-{n}", {}, b'{"n": %d}' % n) for n in range(count)]


@pytest.fixture
def sink():
    with HttpSink() as sink:
        yield sink


def test_to_one_endpoint_they_go_in_order(sink):
    (report,) = send_all([Endpoint("good", sink.url, 0, requests_for("good", 20))])
    assert [r.body for r in sink.received] == [b'{"n": %d}' % n for n in range(20)]
    assert all(outcome.is_sent for outcome in report.outcomes.values())


def test_a_dead_endpoint_costs_one_timeout_and_delays_no_other(sink):
    with BlackHole() as hole:
        endpoints = [
            Endpoint("dead", hole.url, 0, requests_for("dead", 50)),
            Endpoint("good", sink.url, 0, requests_for("good", 50)),
        ]
        (dead, good), seconds = seconds_of(lambda: send_all(endpoints, timeout=0.5))
    assert seconds < 2
    assert [o.is_sent for o in good.outcomes.values()] == [True] * 50
    assert len(dead.outcomes) == 50
    assert {
        (o.is_sent, o.is_final, o.is_channel_down) for o in dead.outcomes.values()
    } == {(False, False, False)}
    assert "Not tried" in dead.outcomes["dead-49"].error
    assert (dead.silences, good.silences) == (1, 0)


def test_the_longer_an_endpoint_is_silent_the_longer_it_is_left_alone():
    with BlackHole() as hole:
        (report,) = send_all(
            [Endpoint("dead", hole.url, 2, requests_for("dead", 1))], timeout=0.2
        )
    assert report.silences == 3
    assert report.outcomes["dead-0"].retry_after == 120


def test_one_that_answers_again_is_no_longer_silent(sink):
    sink.answer(500)
    (report,) = send_all([Endpoint("back", sink.url, 4, requests_for("back", 2))])
    assert report.silences == 0
    assert len(sink.received) == 2  # a refusal of one says nothing about the next


def test_after_gone_nothing_more_is_sent(sink):
    sink.answer(410)
    (report,) = send_all([Endpoint("gone", sink.url, 0, requests_for("gone", 3))])
    assert report.is_gone
    assert len(sink.received) == 1
    assert all(outcome.is_final for outcome in report.outcomes.values())


def test_no_endpoint_is_nothing_to_do():
    assert send_all([]) == []
