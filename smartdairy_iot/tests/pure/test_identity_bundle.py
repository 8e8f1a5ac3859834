"""What a device is handed."""

import io
import json
import zipfile

import pytest

from smartdairy_iot.identity.bundle import (
    Recipient,
    certified_files,
    pack,
    token_files,
    topics_of,
)
from smartdairy_iot.ingest.decode import decode
from smartdairy_iot.ingest.device import Fleet
from smartdairy_iot.ingest.message import Message
from smartdairy_iot.ingest.topic import DEVICE_TYPES, parse
from smartdairy_iot.tests.pure.builders import NOW, make_device


def recipient(device_id="TEMP-1", device_type="temperature"):
    return Recipient(device_id, "Tank 1", device_type, "mqtt.example.com", 8883)


def read(content):
    archive = zipfile.ZipFile(io.BytesIO(content))
    return {entry.filename: archive.read(entry) for entry in archive.infolist()}


def test_one_device_has_its_files_at_the_top():
    files = certified_files(recipient(), b"KEY", "CERTIFICATE", "CA")
    names = {"device.key", "device.crt", "ca.crt", "device.json", "README.txt"}
    assert read(pack({"TEMP-1": files})).keys() == names


def test_many_have_a_folder_each_also_where_their_names_are_alike():
    content = read(pack({"A:1": {"x": b"1"}, "A_1": {"x": b"2"}}))
    assert content == {"A%3A1/x": b"1", "A_1/x": b"2"}


def test_the_settings_say_where_and_what():
    settings = json.loads(certified_files(recipient(), b"", "", "")["device.json"])
    assert (settings["host"], settings["port"]) == ("mqtt.example.com", 8883)
    assert settings["topics"]["data"] == "smartdairy/sensors/temperature/TEMP-1/data"


def test_a_token_stands_in_the_settings_and_not_in_the_words():
    files = token_files(recipient(), "s3cret", "CA")
    assert json.loads(files["device.json"])["password"] == "s3cret"
    assert b"s3cret" not in files["README.txt"]


@pytest.mark.parametrize("device_type", DEVICE_TYPES)
def test_the_example_in_the_words_is_understood_by_the_listener(device_type):
    words = certified_files(recipient("X-1", device_type), b"", "", "")["README.txt"]
    command = words.decode().partition(" -t ")[2]
    topic, _, rest = command.partition(" -m '")
    said = Message(topic, rest.partition("'")[0].encode(), NOW)
    decoded = decode(said, Fleet({"X-1": make_device("X-1", device_type)}))
    assert [sample.device_id for sample in decoded.samples] == ["X-1"]
    assert not decoded.rejections


@pytest.mark.parametrize("device_type", DEVICE_TYPES)
def test_every_topic_is_one_of_the_grammar(device_type):
    for topic in topics_of("X-1", device_type).values():
        assert parse(topic).device_id == "X-1"
