"""Sensors of other makers, at topics of their own."""

import uuid

from tests.conftest import wait_until


def test_a_sensor_behind_zigbee2mqtt_is_used_without_code(odoo, admin, farm, timescale):
    """A new profile is listened to without a restart, an edit of it takes effect."""
    base = f"bridge{uuid.uuid4().hex[:6]}"
    profile = odoo.create(
        "iot.device.profile",
        {
            "name": base,
            "device_type": "temperature",
            "uses_mapping": True,
            "topic": f"{base}/{{device}}",
            "field_ids": [
                (
                    0,
                    0,
                    {
                        "expression": "sensor.temp_f",
                        "target": "temperature",
                        "unit": "°F",
                    },
                ),
                (0, 0, {"expression": "battery", "target": "battery"}),
                (0, 0, {"expression": "seen", "target": "timestamp"}),
            ],
        },
    )
    device_id = f"Z-{uuid.uuid4().hex[:8]}"
    odoo.create(
        "iot.device",
        {
            "name": "Cold store",
            "device_id": device_id,
            "device_type": "temperature",
            "state": "active",
            "farm_id": farm,
            "profile_id": profile,
            "source_key": "cold store",
        },
    )
    payload = {"sensor": {"temp_f": "39.2"}, "battery": 87, "seen": 1767592800}
    query = (
        "SELECT round(temperature_celsius::numeric, 3), metadata,"
        " extract(epoch FROM time)"
        " FROM temperature_readings WHERE device_id = %s"
    )

    def is_stored():
        admin.publish(payload, f"{base}/cold store")
        return timescale(query, device_id)

    ((value, metadata, epoch),) = wait_until(is_stored, "the reading")
    assert (float(value), int(epoch)) == (4.0, 1767592800)
    assert metadata == {"original": {"temperature": [39.2, "°F"]}}
