"""Web push, against a real server on loopback."""

import pytest
import requests

from smartdairy_iot.notify.outcome import Outcome
from smartdairy_iot.notify.several import best_of
from smartdairy_iot.notify.web_push import headers, origin, send
from smartdairy_iot.tests.http_sink import BlackHole, HttpSink

SENT = Outcome(True)
LATER = Outcome(False, "later", retry_after=9)
NEVER = Outcome(False, "never", is_final=True)
DOWN = Outcome(False, "down", is_channel_down=True)


@pytest.fixture
def sink():
    with HttpSink() as sink:
        yield sink


def push(url, **how):
    with requests.Session() as session:
        return send(session, url, headers("vapid", "high", "alert-1"), b"x", **how)


@pytest.mark.parametrize(
    ("status", "is_sent", "is_final", "is_gone"),
    [
        (201, True, False, False),
        (200, True, False, False),
        (404, False, True, True),
        (410, False, True, True),
        (400, False, True, False),
        (413, False, True, False),
        (429, False, False, False),
        (503, False, False, False),
    ],
)
def test_what_the_answers_mean(sink, status, is_sent, is_final, is_gone):
    sink.answer(status)
    outcome, is_silent, gone = push(sink.url)
    assert (outcome.is_sent, outcome.is_final, gone) == (is_sent, is_final, is_gone)
    assert not is_silent


def test_a_push_service_that_is_away_is_tried_again_and_is_not_the_whole_channel():
    with BlackHole() as hole:
        outcome, is_silent, is_gone = push(hole.url, timeout=0.3)
    assert (is_silent, is_gone) == (True, False)
    assert not (outcome.is_sent or outcome.is_final or outcome.is_channel_down)


def test_what_an_answer_says_is_not_told_on(sink):
    """A person may register any URL, and read what the log says of it."""
    sink.answer(400, b"internal matters")
    assert "internal" not in push(sink.url)[0].error


def test_it_may_wait_for_a_browser_that_is_asleep_and_is_replaced_by_newer_news(sink):
    push(sink.url)
    sent = sink.received[0].headers
    assert int(sent["TTL"]) >= 3600
    assert sent["Urgency"] == "high"
    assert len(sent["Topic"]) == 32  # RFC 8030: at most
    assert sent["Topic"] == headers("", "high", "alert-1")["Topic"]
    assert sent["Topic"] != headers("", "high", "alert-2")["Topic"]


@pytest.mark.parametrize(
    ("endpoint", "audience"),
    [
        ("https://push.example.com:444/wpush/v2/abc", "https://push.example.com:444"),
        ("http://localhost:99/x", None),
        ("http://push.example.com/x", None),  # a user may register anything
        ("https://permanently-removed.invalid/x", None),
        ("file:///etc/passwd", None),
    ],
)
def test_only_a_push_service_is_asked(endpoint, audience):
    assert origin(endpoint) == audience


@pytest.mark.parametrize(
    ("outcomes", "best"),
    [
        ([NEVER, SENT, LATER], SENT),
        ([NEVER, LATER], LATER),
        ([NEVER, NEVER], NEVER),
        ([DOWN, DOWN], DOWN),
        ([DOWN, LATER], Outcome(False, "down later", retry_after=9)),
    ],
)
def test_of_several_ways_one_that_arrives_is_enough(outcomes, best):
    assert best_of(outcomes) == best
