"""How long tanks are judged for, inside of `odoo shell`: Odoo's part is rolled back.

The curves are those of the tests: a tank's heat balance, two milkings a day. Prints a
line for each step, and one JSON object with the figures at the end.
"""

import json
import time
from datetime import datetime, timedelta, timezone
from itertools import islice

from odoo.addons.smartdairy_iot.ingest.message import Sample
from odoo.addons.smartdairy_iot.ingest.news import DeviceNews
from odoo.addons.smartdairy_iot.tests.pure.bulk_tank import Dairy

from ..alerts.percentile import percentile

TANKS, WHOLE = 100, 5  # of which so many have a whole month of readings
DAYS, LATELY = 30, timedelta(hours=2)
RUNS = 10  # minutes
ROUNDS = 200  # of the listener's hook
AT_ONCE = 20_000
PREFIX = "BENCH-COLD"
TABLES = "temperature_readings", "sensor_readings"
MINUTE = timedelta(minutes=1)


def main(env):
    now = datetime.now(timezone.utc).replace(second=0, microsecond=0)
    bench = Bench(env, now)
    try:
        bench.fill()
        figures = bench.month() | bench.minutes() | bench.hook()
    finally:
        env.cr.rollback()
        with env["iot.store"]._cursor() as cr:
            for table in TABLES:
                cr.execute(
                    f"DELETE FROM {table} WHERE device_id LIKE '{PREFIX}-%'"  # noqa: S608
                )
            cr.commit()
    print(json.dumps(figures), flush=True)


class Bench:
    """A hundred tanks of one farm, each with a probe and a level sensor."""

    def __init__(self, env, now):
        self._env, self._now = env, now
        self._states = env["iot.tank.state"]
        farm = env["farm.farm"].create({"name": PREFIX, "code": PREFIX})
        standard = env.ref("smartdairy_iot.cooling_standard_eu")
        self._probes = self._devices(farm, "T", "temperature")
        self._levels = self._devices(farm, "L", "flow_sensor")
        self._tanks = env["farm.tank"].create(
            [
                {
                    "name": f"{PREFIX} {number}",
                    "farm_id": farm.id,
                    "capacity_liters": 4000,
                    "cooling_standard_id": standard.id,
                    "volume_device_id": level.id,
                }
                for number, level in enumerate(self._levels)
            ]
        )

    def _devices(self, farm, letter, kind):
        return self._env["iot.device"].create(
            [
                {
                    "name": f"{PREFIX}-{letter}{number}",
                    "device_id": f"{PREFIX}-{letter}{number}",
                    "device_type": kind,
                    "farm_id": farm.id,
                    "state": "active",
                }
                for number in range(TANKS)
            ]
        )

    def fill(self):
        """Readings of each minute: a month for some tanks, two hours for the rest."""
        begin = time.perf_counter()
        start = self._now - timedelta(days=DAYS)
        curve = Dairy().samples(DAYS, start.timestamp())
        lately = curve[-round(LATELY / MINUTE) :]
        rows = 0
        for number in range(TANKS):
            said = self._rows(number, curve if number < WHOLE else lately)
            while some := list(islice(said, AT_ONCE)):
                self._env["iot.store"]._insert(some)
                rows += len(some)
        took = time.perf_counter() - begin
        print(f"coldchain: {rows:,} readings stored in {took:.1f} s", flush=True)

    def _rows(self, number, samples):
        for said in samples:
            at = datetime.fromtimestamp(said.time, timezone.utc)
            values = {"temperature": said.temperature}
            name = f"{PREFIX}-T{number}"
            yield Sample(name, "temperature", at, at, values)
            name = f"{PREFIX}-L{number}"
            yield Sample(name, "flow_sensor", at, at, {"volume": said.volume})

    def month(self):
        """Each of some tanks for the first time, from its month of readings."""
        whole = self._tanks[:WHOLE]
        for tank, probe in zip(whole, self._probes, strict=False):
            tank.probe_id = probe
        start = (self._now - timedelta(days=DAYS)).replace(tzinfo=None)
        batches = self._env["iot.tank.batch"]
        batches.create([{"tank_id": tank.id, "start": start} for tank in whole])
        took = self._judge(self._now - RUNS * MINUTE) / 1000 / WHOLE
        counts = batches.search_count([("tank_id", "in", whole.ids)]) / WHOLE
        print(
            f"coldchain: a tank's month of minutes judged in {took:.2f} s"
            f" ({counts:g} batches), {TANKS} of them in {TANKS * took:.0f} s",
            flush=True,
        )
        return {"coldchain_tank_month_s": took}

    def minutes(self):
        """The run of each minute, for all tanks."""
        for tank, probe in zip(self._tanks, self._probes, strict=True):
            tank.probe_id = probe
        self._judge(self._now - RUNS * MINUTE)
        took = [
            self._judge(self._now - (RUNS - minute) * MINUTE)
            for minute in range(1, RUNS + 1)
        ]
        p50, p95 = percentile(took, 50), percentile(took, 95)
        print(
            f"coldchain: a minute of {TANKS} tanks judged in {p50:.0f} ms, p95"
            f" {p95:.0f} ms",
            flush=True,
        )
        return {"coldchain_minute_p50_ms": p50, "coldchain_minute_p95_ms": p95}

    def _judge(self, now):
        """:return: milliseconds"""
        begin = time.perf_counter()
        self._states._cron_judge(now)
        self._env.flush_all()
        self._env.invalidate_all()
        return 1000 * (time.perf_counter() - begin)

    def hook(self):
        """What the listener does once a second, of all that the tanks' devices said."""
        fleet = self._env["iot.device"]._read_listener_map()
        now = datetime.now(timezone.utc)
        news = {
            name: DeviceNews(name, now, now, now, now)
            for name in fleet
            if name.startswith(PREFIX)
        }
        late = self._env["iot.tank.late"]
        late._heard(news, fleet)
        begin = time.perf_counter()
        for _round in range(ROUNDS):
            late._heard(news, fleet)
        took = 1e6 * (time.perf_counter() - begin) / ROUNDS / len(news)
        print(
            f"coldchain: the listener's hook takes {took:.1f} µs for each device heard",
            flush=True,
        )
        return {"coldchain_hook_us": took}
