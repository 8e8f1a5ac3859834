"""A signed webhook: what is sent, and what the answers mean."""

import base64
import doctest
import hashlib
import hmac

import pytest
import requests

from smartdairy_iot.notify import webhook
from smartdairy_iot.notify.webhook import (
    derive_key,
    send,
    sign,
    to_body,
    to_secret,
    url_problem,
)
from smartdairy_iot.tests.http_sink import BlackHole, HttpSink, closed_port

MASTER = "a master secret of at least 32 characters"


def verify(secret, headers, body):
    """As the specification's own example does it, written without ours."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = b".".join(
        [
            headers["webhook-id"].encode(),
            headers["webhook-timestamp"].encode(),
            body,
        ]
    )
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest())
    return any(
        hmac.compare_digest(expected, signature.split(",", 1)[1].encode())
        for signature in headers["webhook-signature"].split(" ")
        if signature.startswith("v1,")
    )


def test_the_examples_in_the_docstrings_are_true():
    assert doctest.testmod(webhook).failed == 0


def test_the_signature_is_that_of_the_published_example():
    """The test vector of the Standard Webhooks reference libraries."""
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = sign(
        [key], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    assert (
        headers["webhook-signature"]
        == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_a_receiver_with_the_secret_can_verify_and_one_with_another_cannot():
    key = derive_key(MASTER, "endpoint", 1)
    body = to_body("alert.raised", "2026-01-05T06:00:00Z", {"value": 9.1})
    headers = sign([key], "msg_1", 1767592800, body)
    assert verify(to_secret(key), headers, body)
    assert not verify(to_secret(key), headers, body + b" ")
    assert not verify(to_secret(derive_key(MASTER, "endpoint", 2)), headers, body)


def test_while_two_keys_are_accepted_either_verifies():
    old, new = derive_key(MASTER, "endpoint", 1), derive_key(MASTER, "endpoint", 2)
    headers = sign([new, old], "msg_1", 1767592800, b"{}")
    assert verify(to_secret(old), headers, b"{}")
    assert verify(to_secret(new), headers, b"{}")


def test_each_endpoint_number_and_master_has_a_key_of_its_own():
    keys = {
        derive_key(MASTER, "endpoint", 1),
        derive_key(MASTER, "endpoint", 2),
        derive_key(MASTER, "other", 1),
        derive_key(MASTER + "!", "endpoint", 1),
    }
    assert len(keys) == 4
    assert derive_key(MASTER, "endpoint", 1) in keys  # the same again


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://example.com/hook", None),
        ("https://10.0.0.7/hook", None),  # the farm's own network
        ("http://localhost:8000/hook", None),
        ("http://127.0.0.1/hook", None),
        ("http://[::1]:8000/", None),
        ("http://example.com/hook", "scheme"),
        ("http://127.0.0.1.example.com/", "scheme"),
        ("ftp://example.com", "scheme"),
        ("https://user:password@example.com", "credentials"),
        ("https://", "syntax"),
        ("https://example.com:port/", "syntax"),
        ("https://exa mple.com/", "syntax"),
        ("hook", "syntax"),
    ],
)
def test_a_url_is_https_or_on_this_machine(url, problem):
    assert url_problem(url) == problem


@pytest.fixture
def sink():
    with HttpSink() as sink:
        yield sink


def post(url, **how):
    with requests.Session() as session:
        return send(session, url, {"webhook-id": "msg_1"}, b"{}", **how)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_each_2xx_is_a_success(sink, status):
    sink.answer(status)
    result = post(sink.url)
    assert (result.outcome.is_sent, *result[1:]) == (True, False, False)


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_what_is_refused_is_tried_again(sink, status):
    sink.answer(status, b"no")
    outcome, *rest = post(sink.url)
    assert outcome == (False, f"Answered with HTTP {status}: no", False, False, "", 0)
    assert rest == [False, False]


def test_an_endpoint_that_is_gone_is_not_tried_again(sink):
    sink.answer(410)
    outcome, _is_silent, is_gone = post(sink.url)
    assert (outcome.is_final, is_gone) == (True, True)


def test_a_redirect_is_refused_with_what_to_do(sink):
    sink.answer(301, Location="https://elsewhere.example")
    outcome, _is_silent, _is_gone = post(sink.url)
    assert "enter the URL to which it leads" in outcome.error


def test_how_long_to_wait_is_told_on(sink):
    sink.answer(503, Retry_After=90)
    assert post(sink.url).outcome.retry_after == 90


def test_who_is_not_there_is_silent():
    with BlackHole() as hole:
        for url in (hole.url, f"http://127.0.0.1:{closed_port()}"):
            outcome, is_silent, _is_gone = post(url, timeout=0.3)
            assert (outcome.is_sent, outcome.is_final, is_silent) == (
                False,
                False,
                True,
            )
