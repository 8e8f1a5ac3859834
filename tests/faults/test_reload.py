"""The broker follows what Odoo exports, and forgets nothing that waits for Odoo."""

import pytest

from tests.conftest import wait_until
from tests.support.credentials import certificates_of, issue, revoke

ROWS = "SELECT temperature_celsius FROM temperature_readings WHERE device_id = %s"


@pytest.fixture
def spare(odoo, farm, tmp_path):
    """Another device, to be revoked."""
    values = {"name": "SPARE", "device_type": "temperature", "farm_id": farm}
    record = odoo.create("iot.device", values)
    issue(odoo, record, tmp_path)
    return record


def generation_of(broker):
    """Empty until the first export that changed anything."""
    path = broker.exported / "generation"
    return path.read_text() if path.exists() else ""


def test_a_revocation_while_the_listener_is_away_loses_no_reading(
    host, broker, make_device, timescale, odoo, spare
):
    """Mosquitto's reload would drop, without a word, what comes for its session."""
    device = make_device()
    host.restart(mqtt_port=1)  # Odoo works, its listener finds no broker
    device.publish({"temperature": 1.5})
    before = generation_of(broker)
    revoke(odoo, certificate_ids=certificates_of(odoo, spare))
    wait_until(lambda: generation_of(broker) != before, "the export")
    assert generation_of(broker).split()[1] == "restart"

    def is_sent():
        device.publish({"temperature": 2.5})
        return True

    wait_until(is_sent, "the broker is back")
    host.restore()
    host.wait_for_listeners()
    wait_until(
        lambda: {1.5, 2.5} <= {row[0] for row in timescale(ROWS, device.id)},
        "both readings",
        seen=lambda: timescale(ROWS, device.id),
    )
