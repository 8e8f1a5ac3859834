"""What a device, and whoever sets it up, is handed. Pure."""

import io
import json
import zipfile
from typing import NamedTuple

from ..ingest import topic

_NOT_TO_READ_BY_OTHERS = 0o600 << 16  # in a zip's entry
_CERTIFIED = """\
{name} ({device_id})

1. Copy device.key, device.crt and ca.crt to the device. Nobody else may have
   device.key: it exists nowhere but here, and cannot be downloaded again.
2. Try it from this folder:

   mosquitto_pub -h {host} -p {port} --tls-version tlsv1.3 \\
     --cafile ca.crt --cert device.crt --key device.key \\
     -i {device_id} -q 1 -t {data_topic} -m '{example}'

3. Delete this folder.

{settings}
"""
_UNCERTIFIED = """\
{name} ({device_id})

The device's user is its ID, its password the token in device.json. The token is kept
nowhere else. Try it from this folder:

   mosquitto_pub -h {host} -p {port} --tls-version tlsv1.3 --cafile ca.crt \\
     -u {device_id} -P '<token>' \\
     -i {device_id} -q 1 -t {data_topic} -m '{example}'

{settings}
"""
_EXAMPLES = {
    "temperature": {"temperature": 4.2},
    "milk_meter": {"volume": 0.1},
    "ph_sensor": {"ph": 6.7},
    "flow_sensor": {"flow_rate": 1.0},
    "humidity": {"humidity": 60},
    "pressure": {"pressure": 1.0},
    "gateway": {"battery": 100},
}


class Recipient(NamedTuple):
    """A device, and how it reaches the broker."""

    device_id: str
    name: str
    device_type: str
    host: str
    port: int


def topics_of(device_id, device_type):
    """``{what: topic}``: all that its credentials are good for."""
    found = {
        "data": topic.data_topic(device_type, device_id),
        "status": f"smartdairy/status/{device_id}",
        "config": f"smartdairy/sensors/{device_type}/{device_id}/config",
        "config_ack": f"smartdairy/sensors/{device_type}/{device_id}/config/ack",
    }
    if device_type == "gateway":
        found["commands"] = f"smartdairy/gateway/{device_id}/commands"
    return found


def certified_files(recipient, key, certificate, ca):
    """``{name: bytes}`` of a device with a certificate."""
    settings = _settings(recipient) | {
        "key": "device.key",
        "certificate": "device.crt",
        "ca": "ca.crt",
    }
    return {
        "device.key": key,
        "device.crt": certificate.encode(),
        "ca.crt": ca.encode(),
        **_words(recipient, settings, _CERTIFIED),
    }


def token_files(recipient, token, ca):
    """``{name: bytes}`` of a device with a token."""
    settings = _settings(recipient) | {
        "username": recipient.device_id,
        "password": token,
        "ca": "ca.crt",
    }
    return {"ca.crt": ca.encode(), **_words(recipient, settings, _UNCERTIFIED)}


def pack(files_by_device):
    """One zip; with several devices, a folder for each.

    :param files_by_device: ``{device id: {file name: bytes}}``
    """
    out = io.BytesIO()
    is_alone = len(files_by_device) == 1
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for device_id, files in files_by_device.items():
            # On some systems a file's name must have no colon.
            folder = "" if is_alone else f"{device_id.replace(':', '%3A')}/"
            for name, content in files.items():
                entry = zipfile.ZipInfo(f"{folder}{name}")
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = _NOT_TO_READ_BY_OTHERS
                archive.writestr(entry, content)
    return out.getvalue()


def _settings(recipient):
    return {
        "host": recipient.host,
        "port": recipient.port,
        "tls": "1.3",
        "client_id": recipient.device_id,
        "qos": 1,
        "topics": topics_of(recipient.device_id, recipient.device_type),
        "last_will": {
            "topic": f"smartdairy/status/{recipient.device_id}",
            "payload": {"online": False},
            "retain": True,
        },
    }


def _words(recipient, settings, template):
    text = template.format(
        **recipient._asdict(),
        data_topic=settings["topics"]["data"],
        example=json.dumps(_EXAMPLES[recipient.device_type]),
        settings="\n".join(f"{k:12} {v}" for k, v in settings["topics"].items()),
    )
    document = json.dumps(settings, indent=2) + "\n"
    return {"device.json": document.encode(), "README.txt": text.encode()}
