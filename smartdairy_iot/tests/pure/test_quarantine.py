"""What is kept of unknown devices, and what came before."""

from datetime import timedelta

from smartdairy_iot.ingest.message import Stranger
from smartdairy_iot.ingest.quarantine import (
    MAX_MESSAGES,
    identity,
    is_usable,
    sightings,
    without_copies,
)
from smartdairy_iot.tests.pure.builders import NOW


def stranger(payload=b"{}", ref="TEMP-9", seconds=0, **changes):
    at = NOW + timedelta(seconds=seconds)
    return Stranger(ref, f"vendor/{ref}", payload, at, "temperature", **changes)


def again(payload=b"{}", ref="TEMP-9", **changes):
    return stranger(payload, ref, redelivered=True, **changes)


def test_one_name_at_two_gateways_or_profiles_is_two_devices():
    found = sightings(
        [
            stranger(),
            stranger(gateway_id="GW-1"),
            stranger(profile_id=7),
            stranger(gateway_id="GW-1", seconds=5),
        ]
    )
    counts = {key: len(sighting.messages) for key, sighting in found.items()}
    assert counts == {
        ("TEMP-9", None, None): 1,
        ("TEMP-9", None, "GW-1"): 2,
        ("TEMP-9", 7, None): 1,
    }
    of_gateway = found["TEMP-9", None, "GW-1"]
    assert of_gateway.first_at == NOW
    assert of_gateway.newest.received_at == NOW + timedelta(seconds=5)


def test_of_a_large_batch_the_newest_are_kept():
    (sighting,) = sightings([stranger() for _ in range(MAX_MESSAGES + 5)]).values()
    positions = [position for position, _stranger in sighting.kept]
    assert positions == list(range(6, MAX_MESSAGES + 6))


def test_a_long_message_weighs_as_much_as_several():
    (sighting,) = sightings([stranger(b"x" * 9000), stranger()]).values()
    assert [position for position, _stranger in sighting.kept] == [3, 4]


def test_a_name_is_usable_if_a_column_can_hold_it_and_a_person_can_see_it():
    assert is_usable("TEMP-9")
    assert is_usable("দুধ ট্যাংক")
    assert not any(map(is_usable, ("", " ", "\0", "\ud800", "x" * 200)))


def test_what_is_kept_and_comes_again_is_left_out():
    came = again(b'{"temperature": 4}', seconds=60)
    assert without_copies([came], {identity(came): 1}) == []
    assert without_copies([came], {}) == [came]


def test_the_same_words_said_anew_are_no_copy():
    said = [stranger(), stranger(seconds=1)]
    assert without_copies(said, {identity(said[0]): 1}) == said


def test_each_kept_message_stands_for_one_copy():
    came = [again(), again(seconds=1), again(seconds=2)]
    assert without_copies(came, {identity(came[0]): 1}) == came[1:]


def test_what_came_before_in_the_same_batch_is_left_out():
    first = stranger()
    assert without_copies([first, again(seconds=3)], {}) == [first]


def test_another_device_topic_or_payload_is_no_copy():
    kept = {identity(stranger()): 1}
    others = [again(ref="TEMP-8"), again(b"[]"), again()._replace(topic="vendor/x")]
    assert without_copies(others, kept) == others
