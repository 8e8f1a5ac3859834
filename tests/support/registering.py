"""A device as a test needs it: registered, with a certificate, connected."""

import os
import subprocess
import uuid
from pathlib import Path

from tests.support.device import Device
from tests.support.waiting import wait_until

REPO = Path(__file__).resolve().parents[2]


def new_device(odoo, farm, device_type="temperature", register=True, **values):
    """Register it and give it a certificate; connected over mutual TLS."""
    name = f"T-{uuid.uuid4().hex[:8].upper()}"
    if register:
        odoo.create(
            "iot.device",
            {
                "name": name,
                "device_id": name,
                "device_type": device_type,
                "state": "active",
                "farm_id": farm,
                "location_type": "storage",
                **values,
            },
        )
    issue_certificate(name)
    device = Device(name, device_type)
    if register:
        try:
            wait_until_known(odoo, device)
        except BaseException:
            device.close()
            raise
    return device


def issue_certificate(common_name):
    """As the administrator does: with the script that docker/ uses too."""
    folder = Path(os.environ["MQTT_CA"]).parent
    script = REPO / "scripts" / "certificates.sh"
    subprocess.run(["bash", script, "device", folder, common_name], check=True)


def wait_until_known(odoo, device):
    """The listener learns of a new device within its next look, a second at most."""

    def is_known():
        if not device.is_connected():  # a cluster that just started takes nobody
            return False
        device.publish_status(True)
        domain = [("device_id", "=", device.id), ("is_online", "=", True)]
        return odoo.call("iot.device", "search_count", domain)

    wait_until(is_known, f"the listener knows {device.id}")
