import os
import subprocess
import time
import uuid
from pathlib import Path

import psycopg2
import pytest

from tests.support.device import Device, PasswordClient
from tests.support.odoo import Odoo

REPO = Path(__file__).resolve().parents[1]


def pytest_collection_modifyitems(items):
    if "ODOO_URL" not in os.environ:
        raise pytest.UsageError("run these with `make test`: they need its servers")


def wait_until(check, what, seconds=15.0):
    """Poll until ``check()`` is true; return what it returned."""
    deadline = time.monotonic() + seconds
    while not (found := check()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        time.sleep(0.02)
    return found


@pytest.fixture(scope="session")
def odoo():
    """Odoo as its administrator sees it."""
    return Odoo(
        os.environ["ODOO_URL"],
        os.environ["ODOO_DB"],
        os.environ["ODOO_LOGIN"],
        os.environ["ODOO_PASSWORD"],
    )


@pytest.fixture
def timescale():
    """Rows of the time-series database: ``timescale(query, *parameters)``."""
    connection = psycopg2.connect(os.environ["TIMESCALE_DSN"])
    connection.autocommit = True

    def query(sql, *parameters):
        with connection.cursor() as cr:
            cr.execute(sql, parameters)
            return cr.fetchall()

    yield query
    connection.close()


@pytest.fixture(scope="session")
def farm(odoo):
    values = {"name": f"Farm {uuid.uuid4().hex[:6]}", "tz": "UTC"}
    return odoo.create("farm.farm", values)


@pytest.fixture
def own_farm(odoo):
    """A farm that no other test puts devices on."""
    return odoo.create(
        "farm.farm", {"name": f"Farm {uuid.uuid4().hex[:6]}", "tz": "UTC"}
    )


@pytest.fixture
def make_user(odoo):
    """Somebody else than the administrator: ``make_user(group)`` → login, password.

    For whatever changes what its user is told: the administrator is everybody's.
    """

    def make(group="group_iot_user", **values):
        login, password = f"user-{uuid.uuid4().hex[:8]}", uuid.uuid4().hex
        xml_id = ("smartdairy_iot", group)
        group_id = odoo.call("ir.model.data", "check_object_reference", *xml_id)[1]
        names = {"name": login, "login": login, "password": password}
        odoo.create("res.users", {**names, "group_ids": [(4, group_id)], **values})
        return login, password

    return make


@pytest.fixture
def make_device(odoo, farm, request):
    """Register a device and give it a certificate; connected over mutual TLS."""

    def make(device_type="temperature", register=True, **values):
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
        request.addfinalizer(device.close)
        if register:
            wait_until_known(odoo, device)
        return device

    return make


@pytest.fixture
def admin():
    """The broker's administrator, on the loopback listener, with a password."""
    device = PasswordClient("test-admin", os.environ["MQTT_USERNAME"])
    yield device
    device.close()


def issue_certificate(common_name):
    """As the administrator does: with the script that docker/ uses too."""
    folder = Path(os.environ["MQTT_CA"]).parent
    script = REPO / "scripts" / "certificates.sh"
    subprocess.run(["bash", script, "device", folder, common_name], check=True)


def wait_until_known(odoo, device):
    """The listener learns of a new device within its next look, a second at most."""

    def is_known():
        device.publish_status(True)
        domain = [("device_id", "=", device.id), ("is_online", "=", True)]
        return odoo.call("iot.device", "search_count", domain)

    wait_until(is_known, f"the listener knows {device.id}")
