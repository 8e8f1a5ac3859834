"""Any SMS gateway over HTTP, against a real server on loopback."""

import base64
import json
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from smartdairy_iot.notify.sms_gateway import Gateway, GatewayError, Secret
from smartdairy_iot.tests.http_sink import BlackHole, HttpSink, closed_port

TEXT = 'Tank "2": 9.1 C, {to}\n100 %'
NUMBER = "+8801712345678"
NONE = Secret()


@pytest.fixture
def sink():
    with HttpSink() as sink:
        yield sink


def send(gateway, secret=NONE, **how):
    gateway.check()
    with requests.Session() as session:
        return gateway.send(session, NUMBER, TEXT, "ref-1", secret, **how)


def test_json_holds_whatever_the_text_contains(sink):
    body = (
        '{"messages": [{"to": ["{to}"], "body": "{text}", "id": "{reference}",'
        ' "n": 1}]}'
    )
    assert send(Gateway(sink.url, body=body)).is_sent
    (received,) = sink.received
    assert json.loads(received.body) == {
        "messages": [{"to": [NUMBER], "body": TEXT, "id": "ref-1", "n": 1}]
    }
    assert received.headers["Content-Type"] == "application/json"


def test_a_form_is_encoded(sink):
    body = '{"To": "{to}", "Body": "{text}", "From": "{from}"}'
    gateway = Gateway(sink.url, body_format="form", body=body, sender="Dairy")
    assert send(gateway).is_sent
    (received,) = sink.received
    assert parse_qs(received.body.decode()) == {
        "To": [NUMBER],
        "Body": [TEXT],
        "From": ["Dairy"],
    }


def test_a_query_is_added_to_the_url(sink):
    gateway = Gateway(f"{sink.url}/send?v=2", method="GET", body_format="query")
    assert send(gateway).is_sent
    (received,) = sink.received
    assert received.method == "GET"
    query = parse_qs(urlsplit(received.path).query)
    assert query == {"v": ["2"], "to": [NUMBER], "text": [TEXT]}


def test_a_token_is_a_bearer_token(sink):
    send(Gateway(sink.url), Secret(token="t0ken"))
    assert sink.received[0].headers["Authorization"] == "Bearer t0ken"


def test_a_user_is_basic_authentication(sink):
    send(Gateway(sink.url), Secret(user="me", password="pass"))
    scheme, _space, pair = sink.received[0].headers["Authorization"].partition(" ")
    assert (scheme, base64.b64decode(pair)) == ("Basic", b"me:pass")


def test_a_gateway_may_want_its_token_elsewhere(sink):
    gateway = Gateway(sink.url, headers='{"X-Api-Key": "{token}"}')
    send(gateway, Secret(token="t0ken"))
    headers = sink.received[0].headers
    assert (headers["X-Api-Key"], "Authorization" in headers) == ("t0ken", False)


def test_the_gateways_own_id_is_kept(sink):
    sink.answer(200, b'{"messages": [{"id": "SM123", "status": "queued"}]}')
    outcome = send(Gateway(sink.url, reference="messages[0].id"))
    assert (outcome.is_sent, outcome.reference) == (True, "SM123")


def test_a_200_may_be_a_refusal_when_the_answer_says_so(sink):
    sink.answer(200, b'{"ok": false, "error": "unknown subscriber"}')
    outcome = send(Gateway(sink.url, success="ok"))
    assert (outcome.is_sent, outcome.is_final) == (False, True)
    assert "unknown subscriber" in outcome.error


def test_where_success_is_in_the_answer_an_answer_without_json_is_none(sink):
    sink.answer(200, b"<html>Welcome</html>")
    assert not send(Gateway(sink.url, success="ok")).is_sent


@pytest.mark.parametrize(
    ("status", "is_final", "is_channel_down"),
    [
        (400, True, False),  # the number or the text
        (422, True, False),
        (401, False, True),  # our credentials: no message will pass
        (403, False, True),
        (404, False, True),  # the URL
        (302, False, True),
        (429, False, True),
        (500, False, False),
        (503, False, False),
    ],
)
def test_what_a_refusal_means(sink, status, is_final, is_channel_down):
    sink.answer(status, b"no")
    outcome = send(Gateway(sink.url))
    assert not outcome.is_sent
    assert (outcome.is_final, outcome.is_channel_down) == (is_final, is_channel_down)
    assert f"HTTP {status}" in outcome.error


def test_how_long_to_wait_is_told_on(sink):
    sink.answer(429, Retry_After=75)
    assert send(Gateway(sink.url)).retry_after == 75


def test_a_gateway_that_is_away_is_waited_for():
    with BlackHole() as hole:
        for url in (hole.url, f"http://127.0.0.1:{closed_port()}"):
            outcome = send(Gateway(url), timeout=0.3)
            assert (outcome.is_final, outcome.is_channel_down) == (False, True)


def test_a_secret_is_in_no_message_and_in_no_representation(sink):
    secret = Secret("t0ken-of-ours", "me", "pass-of-ours")
    sink.answer(400, b"bad: t0ken-of-ours pass-of-ours")
    outcome = send(Gateway(sink.url, headers='{"X-Key": "{token}"}'), secret)
    assert "of-ours" not in repr(outcome) + repr(secret)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"body": "{to} {text}"}, "Fields is no JSON"),
        ({"body": '["{to}", "{text}"]'}, "no JSON object"),
        ({"body": '{"to": "{to}"}'}, "must both stand in Fields"),
        (
            {"body": '{"to": "{to}", "t": "{text} {tetx}"}'},
            "{tetx}, which means nothing",
        ),
        ({"headers": "X: 1"}, "Headers is no JSON"),
        ({"success": "a["}, "Accepted When is no JMESPath"),
        (
            {
                "body_format": "query",
                "body": '{"k": "{token}", "to": "{to}", "text": "{text}"}',
            },
            "must not stand in the URL",
        ),
    ],
)
def test_settings_that_cannot_work_are_refused_with_the_reason(settings, words):
    with pytest.raises(GatewayError) as raised:
        Gateway("https://sms.example", **settings).check()
    assert words in str(raised.value)


def test_settings_that_cannot_work_lose_no_message():
    with requests.Session() as session:
        gateway = Gateway("https://sms.example", body="{")
        outcome = gateway.send(session, NUMBER, TEXT, "ref", NONE)
    assert (outcome.is_final, outcome.is_channel_down) == (False, True)
