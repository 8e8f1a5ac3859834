"""Topics and payloads that a device profile describes."""

import json

import pytest

from smartdairy_iot.ingest.decode import decode
from smartdairy_iot.ingest.device import Fleet, Route
from smartdairy_iot.ingest.mapping import Mapping, MappingField
from smartdairy_iot.ingest.message import Message, Reason
from smartdairy_iot.ingest.template import TopicTemplate
from smartdairy_iot.tests.pure.builders import NOW, make_device

ZIGBEE = Mapping([MappingField("temperature", "temperature")])
TASMOTA = Mapping(
    [
        MappingField(
            '"DS18B20-1".Temperature', "temperature", "DS18B20-1", "=TempUnit"
        ),
        MappingField(
            '"DS18B20-2".Temperature', "temperature", "DS18B20-2", "=TempUnit"
        ),
    ]
)
LORA = Mapping([MappingField("object.temp", "temperature")], device="deviceInfo.devEui")


def make_fleet(*devices, keys=None, channels=None):
    routes = [
        Route(1, TopicTemplate("zigbee2mqtt/{device}"), ZIGBEE, "temperature"),
        Route(2, TopicTemplate("tele/{device}/SENSOR"), TASMOTA, "gateway"),
        Route(3, TopicTemplate("application/#"), LORA, "temperature"),
    ]
    fleet = Fleet({device.device_id: device for device in devices}, routes=routes)
    known = {(number, name): name for number in (1, 2) for name in fleet}
    fleet.keys_at_source.update(keys or known)
    fleet.channels.update(channels or {})
    return fleet


def publish(topic, payload, fleet, retain=False):
    raw = json.dumps(payload).encode()
    return decode(Message(topic, raw, NOW, retain), fleet)


def test_a_topic_of_a_profile_finds_its_device_by_the_key_in_it():
    fleet = make_fleet(make_device("T-1"), keys={(1, "cold store"): "T-1"})
    (sample,) = publish("zigbee2mqtt/cold store", {"temperature": 3.8}, fleet).samples
    assert (sample.device_id, sample.values) == ("T-1", {"temperature": 3.8})


def test_a_topic_of_one_profile_says_nothing_of_another_profiles_devices():
    """Who may publish at a Zigbee coordinator could else speak for the milk tank."""
    fleet = make_fleet(make_device("TANK-1"), keys={(3, "TANK-1"): "TANK-1"})
    decoded = publish("zigbee2mqtt/TANK-1", {"temperature": 3.8}, fleet)
    assert not decoded.samples
    assert [stranger.device_ref for stranger in decoded.strangers] == ["TANK-1"]


def test_a_topic_without_a_key_finds_its_device_by_a_path_in_the_payload():
    fleet = make_fleet(make_device("T-1"), keys={(3, "a84041"): "T-1"})
    payload = {"deviceInfo": {"devEui": "a84041"}, "object": {"temp": "3.8"}}
    (sample,) = publish("application/x/event/up", payload, fleet).samples
    assert (sample.device_id, sample.values) == ("T-1", {"temperature": 3.8})


def test_a_payload_that_does_not_say_which_device_it_is_of_is_refused():
    decoded = publish("application/x", {"object": {"temp": 3.8}}, make_fleet())
    assert [r.reason for r in decoded.rejections] == [Reason.MISSING_VALUE]


def test_an_unknown_key_is_a_stranger_of_that_profile():
    decoded = publish("zigbee2mqtt/barn", {"temperature": 3.8}, make_fleet())
    (stranger,) = decoded.strangers
    assert (stranger.device_ref, stranger.profile_id) == ("barn", 1)
    assert stranger.device_type == "temperature"


def test_what_measures_nothing_is_no_stranger():
    """A lamp at the same Zigbee coordinator is not offered as a new sensor."""
    decoded = publish("zigbee2mqtt/lamp", {"state": "ON"}, make_fleet())
    assert not decoded.strangers
    assert [r.reason for r in decoded.rejections] == [Reason.MISSING_VALUE]


def test_several_probes_of_one_message_are_several_devices():
    fleet = make_fleet(
        make_device("TAS-1", "gateway"),
        make_device("T-1", gateway_id="TAS-1"),
        make_device("T-2", gateway_id="TAS-1"),
        channels={("TAS-1", "DS18B20-1"): "T-1", ("TAS-1", "DS18B20-2"): "T-2"},
    )
    payload = {
        "DS18B20-1": {"Temperature": 39.2},
        "DS18B20-2": {"Temperature": 41},
        "TempUnit": "F",
    }
    samples = publish("tele/TAS-1/SENSOR", payload, fleet).samples
    values = {sample.device_id: sample.values["temperature"] for sample in samples}
    assert values == {"T-1": pytest.approx(4.0), "T-2": pytest.approx(5.0)}
    assert samples[0].original == {"temperature": [39.2, "F"]}


def test_a_device_that_has_only_probes_is_heard_through_them():
    fleet = make_fleet(
        make_device("TAS-1"),
        make_device("T-1", gateway_id="TAS-1"),
        channels={("TAS-1", "DS18B20-1"): "T-1"},
    )
    payload = {"DS18B20-1": {"Temperature": 39.2}, "TempUnit": "F"}
    decoded = publish("tele/TAS-1/SENSOR", payload, fleet)
    assert [sample.device_id for sample in decoded.samples] == ["T-1"]
    assert decoded.heard == [("TAS-1", NOW)]


def test_a_probe_that_no_device_is_registered_for_is_a_stranger_beside_the_others():
    fleet = make_fleet(
        make_device("TAS-1", "gateway"),
        make_device("T-1", gateway_id="TAS-1"),
        channels={("TAS-1", "DS18B20-1"): "T-1"},
    )
    payload = {"DS18B20-1": {"Temperature": 4}, "DS18B20-2": {"Temperature": 5}}
    decoded = publish("tele/TAS-1/SENSOR", payload, fleet)
    assert [sample.device_id for sample in decoded.samples] == ["T-1"]
    (stranger,) = decoded.strangers
    assert (stranger.device_ref, stranger.gateway_id) == ("DS18B20-2", "TAS-1")


def test_a_device_with_a_mapping_may_use_it_at_a_topic_of_our_own():
    device = make_device("T-1", mapping=Mapping([MappingField("a.b", "temperature")]))
    topic = "smartdairy/sensors/temperature/T-1/data"
    (sample,) = publish(topic, {"a": {"b": 3.8}}, make_fleet(device)).samples
    assert sample.values == {"temperature": 3.8}


def test_what_a_profiles_topic_retains_is_not_counted_again():
    fleet = make_fleet(make_device("T-1"))
    decoded = publish("zigbee2mqtt/T-1", {"temperature": 3.8}, fleet, retain=True)
    assert not (decoded.samples or decoded.strangers or decoded.rejections)


def test_a_device_out_of_service_is_refused_there_too():
    fleet = make_fleet(make_device("T-1", is_active=False))
    decoded = publish("zigbee2mqtt/T-1", {"temperature": 3.8}, fleet)
    assert [r.reason for r in decoded.rejections] == [Reason.INACTIVE_DEVICE]


def test_a_topic_that_nobody_describes_is_refused():
    decoded = publish("shellies/x/info", {}, make_fleet())
    assert [r.reason for r in decoded.rejections] == [Reason.WRONG_TOPIC]
