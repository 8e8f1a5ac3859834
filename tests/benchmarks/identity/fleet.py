"""Ten thousand devices as an administrator makes them: registered, and certified."""

import io
import time
import zipfile
from typing import NamedTuple

from ..fleet import TEMPERATURE, device_id

CHUNK = 2_000  # devices in one file, as many as the wizard takes


class Made(NamedTuple):
    """What it took, in seconds, and where the certificates are."""

    registered_s: float
    issued_s: float
    folder: object


def make(session, how_many, folder):
    """Register so many devices and download their bundles.

    :param folder: each device's files go into a folder of its name
    """
    began = time.monotonic()
    numbers = TEMPERATURE.numbers(how_many)
    records = list(session.odoo.register(TEMPERATURE, numbers).values())
    registered = time.monotonic()
    archives = []
    for start in range(0, how_many, CHUNK):
        archives.append(_issue(session.odoo, records[start : start + CHUNK]))
    issued = time.monotonic()
    for archive in archives:
        zipfile.ZipFile(io.BytesIO(archive)).extractall(folder)
    for number in numbers:
        if not (folder / device_id(number) / "device.crt").exists():
            raise SystemExit(f"{device_id(number)} got no certificate")
    return Made(registered - began, issued - registered, folder)


def _issue(odoo, records):
    """A zip, as the web client downloads it."""
    values = {"device_ids": [(6, 0, records)], "kind": "bundle"}
    ticket = odoo.call("iot.credential.issue", "create", values)
    return odoo.download(f"/smartdairy_iot/credentials/{ticket}")
