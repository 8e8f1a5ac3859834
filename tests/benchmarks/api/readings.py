"""Thermometers with months of readings, inside of `odoo shell`."""

import json
import time

from odoo.tools import SQL

from odoo.addons.smartdairy_iot.models.iot_store_rollup import BUCKET
from odoo.addons.smartdairy_iot.rollup import TEMPERATURE

from ..fleet import device_id
from ..registry.herd import LIVE

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
    """Commit so many; print how many there are and how long it took."""
    env = env(context={"tracking_disable": True})
    farms = env["farm.farm"].create(
        [{"name": f"{NAME} {number}", "tz": "Asia/Dhaka"} for number in range(FARMS)]
    )
    found = env["iot.device"].create(
        [
            {
                "name": f"App tank {number}",
                "device_id": device_id(FIRST + number),
                "device_type": "temperature",
                "state": "active",
                "farm_id": farms[number % FARMS].id,
            }
            for number in range(devices)
        ]
    )
    env.flush_all()
    env.cr.execute(LIVE, [found.ids])
    env.cr.commit()
    started = time.perf_counter()
    rows = fill(env["iot.store"], found.mapped("device_id"), readings)
    env.cr.commit()
    took = time.perf_counter() - started
    print(json.dumps({"api_readings": rows, "api_filled_s": took}))


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
        cr.execute("ANALYZE temperature_readings, temperature_quarter_hourly")
    return rows


def remove(env):
    """All of it."""
    farms = env["farm.farm"].search([("name", "=like", f"{NAME}%")])
    devices = env["iot.device"].search([("farm_id", "in", farms.ids)])
    with env["iot.store"]._cursor() as cr:
        for table in GONE:
            names = devices.mapped("device_id")
            cr.execute(f"DELETE FROM {table} WHERE device_id = ANY(%s)", [names])
    devices.unlink()
    farms.unlink()
    env.cr.commit()
    print(json.dumps({"removed": True}))
