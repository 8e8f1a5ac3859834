import os
import uuid

import psycopg2
import pytest

from tests.support.device import PasswordClient
from tests.support.odoo import Odoo
from tests.support.registering import (  # noqa: F401 - the tests take them from here
    REPO,
    issue_certificate,
    new_device,
    wait_until_known,
)
from tests.support.waiting import wait_until  # noqa: F401


def pytest_collection_modifyitems(items):
    if "ODOO_URL" not in os.environ:
        raise pytest.UsageError("run these with `make test`: they need its servers")


@pytest.fixture(scope="session")
def odoo():
    """Odoo as its administrator sees it.

    Tests that guess at passwords must not keep the others waiting: one address for all.
    """
    odoo = Odoo(
        os.environ["ODOO_URL"],
        os.environ["ODOO_DB"],
        os.environ["ODOO_LOGIN"],
        os.environ["ODOO_PASSWORD"],
    )
    cooldown = ["base.login_cooldown_after", "0"]
    odoo.call("ir.config_parameter", "set_param", *cooldown)
    return odoo


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
        device = new_device(odoo, farm, device_type, register, **values)
        request.addfinalizer(device.close)
        return device

    return make


@pytest.fixture
def admin():
    """The broker's administrator, on the loopback listener, with a password."""
    device = PasswordClient("test-admin", os.environ["MQTT_USERNAME"])
    yield device
    device.close()
