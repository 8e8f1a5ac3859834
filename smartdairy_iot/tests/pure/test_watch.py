import ipaddress
from datetime import datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from smartdairy_iot.watch import broker
from smartdairy_iot.watch.access import may_scrape, networks
from smartdairy_iot.watch.health import Health, is_listening
from smartdairy_iot.watch.metrics import Figure, render, single

NOW = datetime(2026, 3, 1, 6)
TOKEN = "a-token-of-enough-characters"
NOBODY = ()


def read(figures):
    families = text_string_to_metric_families(render(figures).decode())
    return {family.name: family for family in families}


def test_prometheus_reads_back_what_was_rendered():
    hosts = {("odoo-1", "7"): 3, ("odoo-2", "9"): 4}
    figure = Figure("listener_stored", "counter", "Stored", ("host", "pid"), hosts)
    family = read([figure])["smartdairy_listener_stored"]
    assert family.type == "counter"
    values = {(s.labels["host"], s.labels["pid"]): s.value for s in family.samples}
    assert values == hosts
    assert {s.name for s in family.samples} == {"smartdairy_listener_stored_total"}


def test_a_label_from_outside_cannot_break_the_format():
    odd = 'TEMP"\n# HELP evil\\'
    found = read([Figure("x", "gauge", "X", ("reason",), {(odd,): 1})])
    assert [s.labels["reason"] for s in found["smartdairy_x"].samples] == [odd]


def test_what_is_not_known_has_no_sample_rather_than_a_zero():
    assert (
        read([single("store_bytes", "gauge", "B", None)])[
            "smartdairy_store_bytes"
        ].samples
        == []
    )


@pytest.mark.parametrize(
    ("header", "address", "allowed"),
    [
        (f"Bearer {TOKEN}", "203.0.113.9", True),
        (f"bearer {TOKEN}", "203.0.113.9", True),
        (f"Bearer {TOKEN}x", "203.0.113.9", False),
        ("Bearer ", "203.0.113.9", False),
        (f"Basic {TOKEN}", "203.0.113.9", False),
        ("", "10.1.2.3", True),
        ("", "::ffff:10.1.2.3", True),
        ("", "10.2.0.1", False),
        ("", "not an address", False),
        ("Bearer ключ", "203.0.113.9", False),
    ],
)
def test_who_may_scrape(header, address, allowed):
    assert may_scrape(header, address, TOKEN, networks("10.1.0.0/16")) is allowed


def test_without_a_token_and_a_network_nobody_may_not_even_with_an_empty_token():
    assert not may_scrape("Bearer ", "127.0.0.1", "", NOBODY)
    assert not may_scrape("", "127.0.0.1", "", networks(""))


def test_networks_are_written_with_commas_or_spaces_and_a_bad_one_is_named():
    assert networks("127.0.0.1, 10.0.0.0/8 ::1") == tuple(
        map(ipaddress.ip_network, ("127.0.0.1/32", "10.0.0.0/8", "::1/128"))
    )
    with pytest.raises(ValueError, match="10.0.0.1/8"):
        networks("10.0.0.1/8")


def test_a_listener_that_was_not_heard_for_half_a_minute_takes_the_host_out():
    assert is_listening(NOW - timedelta(seconds=29), NOW)
    assert not is_listening(NOW - timedelta(seconds=31), NOW)
    assert not is_listening(None, NOW)


@pytest.mark.parametrize("failing", ["database", "listener", "store"])
def test_each_check_alone_makes_the_answer_503_and_is_named(failing):
    checks = dict.fromkeys(("database", "listener", "store"), True) | {failing: False}
    health = Health(**checks)
    assert health.status == 503
    assert health.to_json()["checks"][failing] == "failing"
    assert Health(True, True, True).status == 200


def test_what_the_broker_says_of_itself_becomes_figures_and_other_things_do_not():
    heard = {
        "$SYS/broker/store/messages/count": b"12",
        "$SYS/broker/publish/messages/dropped": b"3",
        "$SYS/broker/version": b"mosquitto version 2",
        "$SYS/broker/clients/connected": b"-inf",
    }
    told = broker.parse(heard)
    assert told == {"store/messages/count": 12, "publish/messages/dropped": 3}
    found = read(broker.figures(told))
    assert found["smartdairy_broker_stored_messages"].samples[0].value == 12
    assert found["smartdairy_broker_dropped"].type == "counter"
    assert not found["smartdairy_broker_clients_connected"].samples


def test_a_broker_that_says_nothing_has_no_sample_rather_than_a_zero():
    assert not any(family.samples for family in read(broker.figures({})).values())
