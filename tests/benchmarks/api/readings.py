"""Thermometers with months of readings, inside of `odoo shell`."""

import json
import time

from odoo.tools import SQL

from odoo.addons.smartdairy_iot.models.iot_store_rollup import BUCKET
from odoo.addons.smartdairy_iot.rollup import TEMPERATURE

from ..fleet import device_id
from ..registry import herd
from ..registry.herd import ALERTS, LIVE

FARMS, DAYS = 5, 120  # 90 days and the 28 before, which they are compared with
FIRST = 6_000_000  # their numbers, beside those of the other scenarios
NAME = "Bench app"
# Warm after each milking, in the morning and in the evening.
INSERT = """
INSERT INTO temperature_readings (time, device_id, temperature_celsius)
SELECT time, device_id,
       3.8 + sin(extract(epoch FROM time) / 6857) + (random() - 0.5) / 5
  FROM unnest(%(devices)s::text[]) AS devices (device_id),
       generate_series(now() - %(days)s * interval '1 day', now(), %(step)s) AS time
    ON CONFLICT DO NOTHING
"""
GONE = ("temperature_readings", "temperature_quarter_hourly")


def make(env, devices, readings):
    """Commit so many, unless an earlier run has left them; print how many there are."""
    env = env(context={"tracking_disable": True})
    found = env["iot.device"].search([("farm_id.name", "=like", f"{NAME}%")])
    if not found:
        found = make_devices(env, devices)
    env.cr.execute(
        "DELETE FROM iot_device_state WHERE device_id = ANY(%s)", [found.ids]
    )
    env.cr.execute(LIVE, [found.ids])
    env.cr.commit()
    started = time.perf_counter()
    rows = count(env["iot.store"]) or fill(
        env["iot.store"], found.mapped("device_id"), readings
    )
    env.cr.commit()
    took = time.perf_counter() - started
    print(json.dumps({"api_readings": rows, "api_filled_s": took}))


def make_devices(env, how_many):
    """Thermometers of several farms; one of ten has an alert."""
    farms = env["farm.farm"].create(
        [{"name": f"{NAME} {number}", "tz": "Asia/Dhaka"} for number in range(FARMS)]
    )
    devices = env["iot.device"].create(
        [
            {
                "name": f"App tank {number}",
                "device_id": device_id(FIRST + number),
                "device_type": "temperature",
                "state": "active",
                "farm_id": farms[number % FARMS].id,
                "offline_after": 86_400,  # silence is nothing that happens meanwhile
            }
            for number in range(how_many)
        ]
    )
    env["iot.alert"].create(
        [
            {
                "device_id": device.id,
                "alert_type": "high_temperature",
                "severity": ("low", "medium", "high", "critical")[number % 4],
                "message": "Too warm",
                "started_at": "2026-01-01 06:00:00",
            }
            for number, device in enumerate(devices[::ALERTS])
        ]
    )
    env.flush_all()
    return devices


def count(store):
    """Of the devices of this scenario."""
    with store._cursor() as cr:
        cr.execute(
            "SELECT count(*) FROM temperature_readings WHERE device_id >= %s"
            " AND device_id < %s",
            [device_id(FIRST), device_id(FIRST + 1_000_000)],
        )
        return cr.fetchone()[0]


def fill(store, devices, readings):
    """Readings at equal distances, and their rollup; in one statement each."""
    step = f"{DAYS * 86_400 * len(devices) / readings} seconds"
    with store._cursor() as cr:
        cr.execute("SELECT now()::date - n, now()::date FROM generate_series(0, 150) n")
        months = {(day.year, day.month) for day, _today in cr.fetchall()}
        store._make_partitions(cr, "temperature_readings", months)
        cr.execute(SQL(INSERT, devices=devices, days=DAYS, step=step))
        rows = cr.rowcount
        # The quarters of all at once: one by one is what the line does as they come.
        columns = SQL(", ".join(TEMPERATURE.columns))
        select = SQL(TEMPERATURE.select(BUCKET, "device_id = ANY(%s)"), devices)
        name = SQL.identifier(TEMPERATURE.name)
        cr.execute(SQL("INSERT INTO %s (%s) %s", name, columns, select))
    return rows


def remove(env):
    """All of it."""
    farms = env["farm.farm"].search([("name", "=like", f"{NAME}%")])
    devices = env["iot.device"].search([("farm_id", "in", farms.ids)])
    with env["iot.store"]._cursor() as cr:
        for table in GONE:
            names = devices.mapped("device_id")
            cr.execute(f"DELETE FROM {table} WHERE device_id = ANY(%s)", [names])
    for statement in herd.GONE:
        env.cr.execute(statement, [devices.ids])
    devices.unlink()
    farms.unlink()
    env.cr.commit()
    print(json.dumps({"removed": True}))
