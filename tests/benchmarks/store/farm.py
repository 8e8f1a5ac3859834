"""A farm of 500 devices in Odoo, in a transaction that is never committed."""

from contextlib import contextmanager
from datetime import timedelta

from odoo import api, fields

from .readings import DEVICES, device_id

BOARD_DEVICES = 500
ALERTS = 25
_OTHERS = ("humidity", "ph_sensor", "flow_sensor", "pressure")


@contextmanager
def farm(registry):
    """The environment of a manager, on whose farm all devices report."""
    with registry.cursor() as cr:
        env = api.Environment(cr, api.SUPERUSER_ID, {"tracking_disable": True})
        _make(env)
        env.flush_all()
        cr.execute("ANALYZE iot_device, iot_device_state, iot_alert")
        try:
            yield env(user=env.ref("base.user_admin"), context={})
        finally:
            cr.rollback()


def _make(env):
    home = env["farm.farm"].create({"name": "Bench Store", "code": "BENCHSTORE"})
    devices = env["iot.device"].create(
        [
            {
                "name": device_id(number),
                "device_id": device_id(number),
                "device_type": _type(number),
                "farm_id": home.id,
                "state": "active",
            }
            for number in range(BOARD_DEVICES)
        ]
    )
    now = fields.Datetime.now()
    env["iot.device.state"].create(
        [
            {
                "device_id": device.id,
                "last_seen": now,
                "is_online": bool(number % 50),
                "last_values": {"temperature": 3.5 + number % 7 / 10},
                "value_time": now - timedelta(seconds=number % 60),
            }
            for number, device in enumerate(devices)
        ]
    )
    env["iot.alert"].create([_alert(device, now) for device in devices[:ALERTS]])


def _type(number):
    return "temperature" if number < DEVICES else _OTHERS[number % len(_OTHERS)]


def _alert(device, now):
    return {
        "device_id": device.id,
        "alert_type": "high_temperature",
        "severity": "high",
        "message": f"{device.name}: 9.1 °C",
        "reading_type": "temperature",
        "started_at": now,
    }
