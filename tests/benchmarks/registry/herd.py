"""Devices of fifty farms, inside of `odoo shell`: some offline, some with alerts."""

import json
import time
from functools import partial

from odoo import Command
from odoo.service.model import retrying

from ..fleet import device_id

FARMS, TAGS, TANKS = 50, 10, 4
FIRST = 5_000_000  # their numbers, beside those of the other scenarios
TYPES = (
    *("temperature", "temperature", "temperature", "milk_meter", "ph_sensor"),
    *("flow_sensor", "humidity", "pressure"),
)
STATES = ("active",) * 16 + ("registered", "inactive", "maintenance", "retired")
CHILDREN = 40  # of a gateway
NAME = "Bench herd"
LIVE = """
INSERT INTO iot_device_state (device_id, last_seen, is_online, status_since,
       battery_level, signal_strength, last_values, value_time, data_at)
SELECT id, now() AT TIME ZONE 'UTC' - id %% 200 * interval '1 second', id %% 20 != 0,
       now() AT TIME ZONE 'UTC' - interval '1 day', 20 + id %% 80, 30 + id %% 70,
       jsonb_build_object('temperature', 3.5 + id %% 10 / 10.0, 'humidity', 80),
       now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
  FROM iot_device WHERE id = ANY(%s)
"""
ALERTS = 10  # one of so many devices has one
GONE = (
    "DELETE FROM mail_message WHERE model = 'iot.alert' AND res_id IN"
    " (SELECT id FROM iot_alert WHERE device_id = ANY(%s))",
    "DELETE FROM iot_alert WHERE device_id = ANY(%s)",
    "DELETE FROM iot_device_state WHERE device_id = ANY(%s)",
)


def make(env, how_many):
    """Commit so many devices; print how long that took."""
    env = env(context={"tracking_disable": True})
    farms = env["farm.farm"].create(
        [
            {
                "name": f"{NAME} {number}",
                "latitude": 50 + number % 10 / 5,
                "longitude": 5 + number / 20,
                "tank_ids": [
                    Command.create({"name": f"Tank {tank}"}) for tank in range(TANKS)
                ],
            }
            for number in range(FARMS)
        ]
    )
    tags = env["iot.device.tag"].create(
        [{"name": f"{NAME} {number}"} for number in range(TAGS)]
    )
    profile = env["iot.device.profile"].create(
        {"name": NAME, "manufacturer": "Bench", "model": "B1", "interval_seconds": 60}
    )
    started = time.perf_counter()
    devices = add_devices(env, farms, tags, profile, how_many)
    env.flush_all()
    created = time.perf_counter() - started
    env.cr.execute(LIVE, [devices.ids])
    env["iot.alert"].create(
        [
            {
                "device_id": device.id,
                "alert_type": "high_temperature",
                "severity": "medium",
                "message": "Too warm",
                "started_at": "2026-01-01 06:00:00",
            }
            for device in devices[::ALERTS]
        ]
    )
    env.flush_all()
    edited = edit(env, profile)
    env.cr.commit()
    env.cr.execute("ANALYZE iot_device, iot_device_state, iot_alert")
    env.cr.commit()
    print(json.dumps({"registry_create_s": created, "registry_profile_s": edited}))


def add_devices(env, farms, tags, profile, how_many):
    """Gateways first, then the others, of which some stand behind one."""
    tanks = {farm: farm.tank_ids for farm in farms}
    gateways = env["iot.device"].create(
        [
            to_values(number, farms[number % FARMS], device_type="gateway")
            for number in range(how_many // CHILDREN)
        ]
    )
    others = []
    for number in range(len(gateways), how_many):
        farm = farms[number % FARMS]
        device_type = TYPES[number // FARMS % len(TYPES)]
        more = {
            "tank_id": tanks[farm][number // FARMS % TANKS].id,
            "state": STATES[number // FARMS % len(STATES)],
            "tag_ids": [Command.link(tags[number % TAGS].id)] * (number % 3 == 0),
        }
        if device_type == "temperature":
            more["profile_id"] = profile.id
        elif number % 2:
            more["gateway_id"] = gateways[number % len(gateways)].id
        others.append(to_values(number, farm, device_type=device_type, **more))
    return gateways | env["iot.device"].create(others)


def to_values(number, farm, **more):
    """What is entered for a device."""
    name = device_id(FIRST + number)
    return {
        "name": f"Tank {number % 97} sensor {number}",
        "device_id": name,
        "serial_number": f"SN-{number:06}",
        "farm_id": farm.id,
        "state": "active",
        **more,
    }


def edit(env, profile):
    """How long it takes until an edit of the profile is at all of its devices."""
    started = time.perf_counter()
    profile.write({"offline_after": 450, "model": "B2"})
    env.flush_all()
    return time.perf_counter() - started


def remove(env):
    """Nothing of it stays, whatever the scheduled actions do meanwhile."""
    removed = retrying(partial(forget, env), env)
    env.cr.commit()
    print(json.dumps({"removed": removed}))


def forget(env):
    """:return: how many devices there were"""
    farms = env["farm.farm"].search([("name", "=like", f"{NAME}%")])
    devices = env["iot.device"].search([("farm_id", "in", farms.ids)])
    # Raw SQL: alerts are a record of what happened, and never deleted otherwise.
    for query in GONE:
        env.cr.execute(query, [devices.ids])
    env.invalidate_all()
    devices.sorted(lambda device: not device.gateway_id).unlink()
    env["iot.device.profile"].search([("name", "=", NAME)]).unlink()
    env["iot.device.tag"].search([("name", "=like", f"{NAME}%")]).unlink()
    farms.unlink()
    return len(devices)
