"""One HTTP exchange, against a real server on loopback."""

import doctest
from datetime import datetime, timezone

import pytest
import requests

from smartdairy_iot.notify import transport
from smartdairy_iot.notify.transport import NoAnswer, exchange, seconds_to_wait
from smartdairy_iot.tests.http_sink import (
    BlackHole,
    HttpSink,
    closed_port,
    seconds_of,
)

NOW = datetime(2026, 1, 5, 6, 0, tzinfo=timezone.utc)


@pytest.fixture
def sink():
    with HttpSink() as sink:
        yield sink


def ask(url, **how):
    with requests.Session() as session:
        return exchange(session, "POST", url, **how)


def test_the_examples_in_the_docstrings_are_true():
    assert doctest.testmod(transport).failed == 0


def test_the_answer_says_how_long_to_wait(sink):
    sink.answer(429, b"slow down", Retry_After=17)
    assert ask(sink.url) == (429, "slow down", 17)


def test_a_redirect_is_an_answer_and_is_not_followed(sink):
    sink.answer(302, Location=f"{sink.url}/elsewhere")
    assert ask(sink.url).is_redirect
    assert len(sink.received) == 1


def test_who_does_not_answer_is_left_in_time():
    with BlackHole() as hole:
        (_none, seconds) = seconds_of(
            lambda: pytest.raises(NoAnswer, ask, hole.url, timeout=0.3)
        )
    assert seconds < 2


def test_an_answer_that_drips_is_left_in_time(sink):
    sink.answer(200, b"x" * 5000)
    sink.drips = 0.05
    answer, seconds = seconds_of(lambda: ask(sink.url, timeout=0.5))
    assert (answer.status, seconds < 2) == (200, True)


def test_of_an_answer_without_an_end_only_the_beginning_is_read(sink):
    sink.answer(200, b"x" * 5_000_000)
    assert len(ask(sink.url).text) < 20_000


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:{port}/?key=SECRET", "gopher://x/SECRET"]
)
def test_why_nobody_answered_is_said_without_the_url(url):
    with pytest.raises(NoAnswer) as raised:
        ask(url.format(port=closed_port()))
    assert "SECRET" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_a_connection_that_breaks_is_no_answer(sink):
    sink.hangs_up = True
    with pytest.raises(NoAnswer, match="broken off"):
        ask(sink.url)


def test_a_password_of_netrc_does_not_replace_ours(sink, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    ask(sink.url, headers={"Authorization": "Bearer ours"})
    assert sink.received[0].headers["Authorization"] == "Bearer ours"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0),
        ("", 0),
        ("soon", 0),
        ("-5", 0),
        ("30", 30),
        ("999999", 3600),
        ("Mon, 05 Jan 2026 06:02:00 GMT", 120),
        ("Mon, 05 Jan 2026 05:00:00 GMT", 0),
        ("Mon, 05 Jan 2026 06:02:00 -0000", 0),  # of no known zone
    ],
)
def test_a_wait_is_seconds_or_a_date_and_never_longer_than_an_hour(header, seconds):
    assert seconds_to_wait(header, NOW) == seconds
