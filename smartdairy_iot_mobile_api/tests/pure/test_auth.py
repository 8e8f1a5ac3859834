"""Tokens, refresh, limits and what an app says of its device."""

import json
from datetime import datetime, timedelta

import pytest

from smartdairy_iot_mobile_api.auth import limit
from smartdairy_iot_mobile_api.auth.device import Device, match_language
from smartdairy_iot_mobile_api.auth.refresh import LEEWAY, Shown, judge
from smartdairy_iot_mobile_api.auth.token import (
    ACCESS,
    hash_token,
    make_token,
    to_bearer,
)
from smartdairy_iot_mobile_api.errors import InvalidParameterError
from smartdairy_iot_mobile_api.parameters import read_body
from smartdairy_iot_mobile_api.schemas.auth import Pairing, Refresh

NOW = datetime(2026, 1, 5, 6, 12)
LATER = NOW + timedelta(days=1)


def test_no_two_tokens_are_alike_and_none_is_in_its_hash():
    tokens = {make_token(ACCESS) for _ in range(100)}
    assert len(tokens) == 100
    assert all(len(token) == 49 for token in tokens)
    assert not any(token[6:20] in hash_token(token) for token in tokens)


@pytest.mark.parametrize("header", ["Bearer abc", "bearer abc", " BEARER   abc "])
def test_the_scheme_is_read_in_any_case(header):
    assert to_bearer(header) == "abc"


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Basic abc", "Bearer a b", "Bearer é"]
)
def test_what_is_no_bearer_token_is_none(header):
    assert to_bearer(header) is None


def test_an_endless_token_is_none():
    assert to_bearer("Bearer " + "a" * 5000) is None


def test_a_fresh_refresh_token_is_exchanged():
    assert judge(Shown(LATER), NOW) == "rotate"


def test_an_unknown_expired_or_signed_out_one_is_dead():
    assert judge(None, NOW) == "dead"
    assert judge(Shown(NOW), NOW) == "dead"
    assert judge(Shown(LATER, is_live=False), NOW) == "dead"


def test_one_shown_again_because_the_answer_was_lost_is_exchanged_again():
    assert judge(Shown(LATER, used_at=NOW - LEEWAY), NOW) == "rotate"


def test_one_shown_again_later_has_been_copied():
    used_at = NOW - LEEWAY - timedelta(seconds=1)
    assert judge(Shown(LATER, used_at=used_at), NOW) == "reused"


def test_one_shown_again_although_the_answer_arrived_has_been_copied():
    shown = Shown(LATER, used_at=NOW, is_successor_used=True)
    assert judge(shown, NOW) == "reused"


def test_an_expired_one_that_was_used_is_still_a_copy():
    used_at = NOW - timedelta(days=2)
    assert judge(Shown(NOW - timedelta(days=1), used_at=used_at), NOW) == "reused"


def test_a_caller_has_a_bucket_for_the_address_and_one_for_the_person():
    buckets = limit.of_caller(7, "10.0.0.1", 600, 3000)
    assert [one.key for one in buckets] == ["address:10.0.0.1", "user:7"]
    assert buckets[1].capacity == 150 and buckets[1].per_second == 10


def test_nobody_has_the_bucket_of_the_address_alone():
    assert [b.key for b in limit.of_caller(None, "::1", 600, 600)] == ["address:::/64"]


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:dead:beef:0:7", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("a socket", "a socket"),
    ],
)
def test_an_ipv6_caller_does_not_escape_by_taking_another_address(address, key):
    assert limit.of_caller(None, address, 0, 6)[0].key == f"address:{key}"
    assert limit.of_login("anna", address, 6)[0].key == f"sign-in:{key}"


def test_no_limit_is_no_bucket():
    assert limit.of_caller(7, "10.0.0.1", 0, 0) == []
    assert limit.of_login("anna", "10.0.0.1", 0) == []


def test_a_small_limit_still_lets_a_screen_open():
    (bucket,) = limit.of_caller(None, "::1", 0, 6)
    assert bucket.capacity == 10


def test_a_login_is_counted_however_it_is_written_and_its_name_is_not_kept():
    keys = {limit.of_login(n, "::1", 10)[1].key for n in ("Anna", "anna ", "ANNA")}
    assert len(keys) == 1
    assert "anna" not in keys.pop().lower()


def test_guesses_of_strangers_take_nothing_from_where_the_owner_has_been_before():
    known = {"10.0.0.1", "2001:db8:1:2::9"}
    for address in ("10.0.0.1", "2001:db8:1:2::1"):
        (own,) = limit.of_login("anna", address, 10, known)
        assert own.key.startswith("sign-in:")
    strangers = [limit.of_login("anna", f"10.9.0.{n}", 10, known) for n in (1, 2)]
    assert len({buckets[0].key for buckets in strangers}) == 2
    assert len({buckets[1].key for buckets in strangers}) == 1


@pytest.mark.parametrize(("seconds", "told"), [(0.01, 1), (1.0, 1), (1.2, 2)])
def test_nobody_is_asked_to_come_back_too_early(seconds, told):
    assert limit.retry_after(seconds) == told


def test_an_app_that_says_nothing_is_some_device():
    body = read_body(Refresh, b'{"refreshToken": "iot_r_x"}')
    assert body.refresh_token == "iot_r_x"
    body = read_body(Pairing, b'{"code": "7K3M"}')
    assert body.device.to_device() == Device()


def test_an_app_says_what_it_runs_on():
    given = {"name": "  Rahim’s \n Pixel ", "platform": "android", "language": "bn"}
    body = read_body(Pairing, json.dumps({"code": "x", "device": given}).encode())
    assert body.device.to_device() == Device("Rahim’s Pixel", "android", "", "bn")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ("phone", "device"),
        ({"platform": "palm"}, "device.platform"),
        ({"name": 7}, "device.name"),
        ({"name": "x" * 81}, "device.name"),
        ({"language": "b\0n"}, "device.language"),
        ({"colour": "red"}, "device.colour"),
    ],
)
def test_what_cannot_be_a_device_is_refused_by_its_name(given, field):
    with pytest.raises(InvalidParameterError) as refused:
        read_body(Pairing, json.dumps({"code": "x", "device": given}).encode())
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("bn", "bn_BD"),
        ("bn-BD", "bn_BD"),
        ("bn_IN", "bn_BD"),
        ("en", "en_GB"),
        ("fr", ""),
        ("", ""),
    ],
)
def test_a_language_is_found_however_the_phone_writes_it(wanted, found):
    assert match_language(wanted, ["bn_BD", "en_GB", "en_US"]) == found
