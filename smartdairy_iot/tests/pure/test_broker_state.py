"""``/metrics`` asks the broker of itself, and waits for none that says nothing."""

import ssl

import pytest

from smartdairy_iot.ingest import broker_state
from smartdairy_iot.settings import Settings
from smartdairy_iot.tests.http_sink import BlackHole, closed_port, seconds_of


def ask(port):
    return seconds_of(lambda: broker_state.ask(Settings(mqtt_port=port)))


def with_tls(client, _settings):
    client.tls_set_context(ssl.create_default_context())


@pytest.mark.parametrize("identify", [broker_state.identify, with_tls])
def test_a_broker_that_says_nothing_costs_half_a_second(identify, monkeypatch):
    monkeypatch.setattr(broker_state, "identify", identify)
    with BlackHole() as hole:
        told, seconds = ask(hole.port)
    assert told == {}
    assert 0.4 < seconds < 2


def test_one_that_is_away_costs_nothing():
    told, seconds = ask(closed_port())
    assert told == {}
    assert seconds < 0.4
