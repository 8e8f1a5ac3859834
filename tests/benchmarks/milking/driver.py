"""The milking benchmark inside of `odoo shell`: nothing of it stays.

Odoo's rows are rolled back; a store of its own has committed, and is cleaned.
"""

import json
import random
import time
from collections import namedtuple
from contextlib import contextmanager
from datetime import date, datetime, timedelta, timezone

from odoo.tools import split_every

from odoo.addons.smartdairy_iot.ingest.rows import TEMPERATURE_COLUMNS
from odoo.addons.smartdairy_iot.models.iot_milking_rows import write
from odoo.addons.smartdairy_iot.rollup import TEMPERATURE, quarter_of
from odoo.addons.smartdairy_iot.tests.pure.bulk_tank import BulkTank, Dairy

from ..alerts.percentile import percentile
from . import herd

CALLS, WARM, BATCH = 40, 3, 1_000
TANKS, DAYS = 10, 31
OFF = 0.005  # of what was published: the half a per cent
_MINE = "device_id LIKE 'BENCH-%%'"
Scene = namedtuple("Scene", "farm meters stalls animals tanks")


def main(env):
    """Print the figures as one JSON object."""
    bench = Bench(env(context={"tracking_disable": True}))
    try:
        bench.run()
    finally:
        env.cr.rollback()
        clean(env["iot.store"])
    print(json.dumps(bench.figures), flush=True)


def clean(store):
    """Of what a dedicated cursor has committed."""
    with store._cursor() as cr:
        for table in ("milk_meter_readings", "temperature_readings"):
            cr.execute(f"DELETE FROM {table} WHERE {_MINE}", ())  # noqa: S608


@contextmanager
def step(what):
    """Print what was done and how long it took."""
    notes, began = [], time.perf_counter()
    yield notes
    seconds = time.perf_counter() - began
    print(f"milking: {what}: {'; '.join([*notes, f'{seconds:.1f} s'])}", flush=True)


class Bench:
    """All of it, in one transaction."""

    def __init__(self, env):
        self.env, self.figures = env, {}
        self.sessions, self.store = env["iot.milking.session"], env["iot.store"]

    def run(self):
        with step("a herd"):
            self.scene = make(self.env)
        self.build()
        with step("a month of milkings") as notes:
            rows = list(herd.history(self.scene, date.today() - timedelta(days=1)))
            write(self.env, rows)
            self.env.cr.execute("ANALYZE iot_milking_session")
            notes.append(f"{len(rows):,}")
        self.ask()
        self.attend()
        self.comply()

    def build(self):
        """Yesterday's messages, shuffled: each batch touches nearly every milking."""
        dice = random.Random(7)
        yesterday = datetime.now(timezone.utc).date() - timedelta(days=1)
        said, litres = herd.messages(yesterday, dice)
        dice.shuffle(said)
        took = 0.0
        with step("milkings of a shuffled stream") as notes:
            for batch in split_every(BATCH, said, list):
                self.store._insert(batch)
                marked = sorted({quarter_of(s.time) for s in batch})
                devices = sorted({s.device_id for s in batch})
                began = time.perf_counter()
                groups = self.store._milk_groups([(q, devices) for q in marked])
                self.sessions._tell(self.sessions._build(groups))
                self.env.flush_all()
                took += time.perf_counter() - began
            (found,) = self.sessions._production([("farm_id", "=", self.scene.farm.id)])
            if abs(found.liters / litres - 1) > OFF:
                raise SystemExit(f"milked {litres:.1f} L, told {found.liters:.1f} L")
            self.figures |= {
                "milkings_per_s": found.sessions / took,
                "milk_messages_per_s": len(said) / took,
                "milk_litres_off": abs(found.liters / litres - 1),
            }
            notes.append(f"{found.sessions / took:,.0f} milkings/s")

    def ask(self):
        """Milk of thirty days of the farm."""
        since = date.today() - timedelta(days=herd.MONTH)
        domain = [("farm_id", "=", self.scene.farm.id), ("day", ">=", since)]
        for name, asked in {
            "production": {"bucket": "day"},
            "production_animal": {"by": "animal"},
        }.items():
            self.clock(
                name, lambda asked=asked: self.sessions._production(domain, **asked)
            )

    def attend(self):
        """Judge all, and read the list as the web client does."""
        watch = self.env["iot.milking.attention"]
        began = time.perf_counter()
        watch._refresh(self.scene.animals)
        self.env.flush_all()
        self.figures["attention_judged_ms"] = 1000 * (time.perf_counter() - began)
        mine, names = (
            [("farm_id", "=", self.scene.farm.id)],
            ["kind", "score", "reason"],
        )
        specification = {name: {} for name in [*names, "last_milked"]}
        specification["animal_id"] = {"fields": {"display_name": {}}}
        self.clock(
            "attention", lambda: watch.web_search_read(mine, specification, limit=80)
        )

    def comply(self):
        """Ten tanks, one month, from each minute's reading to the data set."""
        first = date.today().replace(day=1) - timedelta(days=1)
        begin = datetime(first.year, first.month, 1, tzinfo=timezone.utc)
        with step("a month of ten tanks") as notes:
            notes.append(f"{fill(self.store, begin):,} readings")
        report = self.env["iot.compliance.report"].create(
            {
                "farm_id": self.scene.farm.id,
                "tank_ids": self.scene.tanks.ids,
                "date_from": begin.date(),
                "date_to": first,
            }
        )
        with step("compliance report") as notes:
            began = time.perf_counter()
            report.action_generate()
            self.figures["compliance_s"] = time.perf_counter() - began
            notes.append(report.summary)
        began = time.perf_counter()
        if not report.xlsx:
            raise SystemExit("milking: the workbook is empty")
        self.figures["compliance_xlsx_s"] = time.perf_counter() - began

    def clock(self, name, call):
        """:param call: must find something"""
        took = []
        for _round in range(WARM + CALLS):
            self.env.invalidate_all()
            began = time.perf_counter()
            if not call():
                raise SystemExit(f"milking, {name}: nothing is found")
            took.append(1000 * (time.perf_counter() - began))
        self.figures[f"{name}_p95_ms"] = percentile(took[WARM:], 95)
        print(f"milking, {name}: p95 {self.figures[f'{name}_p95_ms']:.1f} ms")


def make(env):
    """A farm with a herd, its meters and ten tanks."""
    farm = env["farm.farm"].create({"name": "Bench dairy", "tz": "UTC"})
    stalls = env["farm.stall"].create(
        [{"name": str(n + 1), "farm_id": farm.id} for n in range(herd.METERS)]
    )
    device = {"farm_id": farm.id, "state": "active"}
    meters = env["iot.device"].create(
        [
            {
                **{"name": f"Meter {n}", "device_id": herd.meter_id(n), **device},
                **{"device_type": "milk_meter", "stall_id": stalls[n].id},
            }
            for n in range(herd.METERS)
        ]
    )
    probes = env["iot.device"].create(
        [
            {
                **{"name": f"Probe {n}", "device_id": f"BENCH-TANK-{n}", **device},
                **{"device_type": "temperature", "location_type": "raw_milk"},
            }
            for n in range(TANKS)
        ]
    )
    tanks = env["farm.tank"].create(
        [
            {
                **{"name": f"Tank {n}", "farm_id": farm.id, "capacity_liters": 4000},
                "cooling_standard_id": env.ref("smartdairy_iot.cooling_standard_eu").id,
                "probe_id": probes[n].id,
            }
            for n in range(TANKS)
        ]
    )
    animals = env["farm.animal"].create(
        [{"number": n + 1, "farm_id": farm.id} for n in range(herd.ANIMALS)]
    )
    env.flush_all()
    return Scene(farm, meters, stalls, animals, tanks)


def fill(store, begin):
    """The same physical month into each tank.

    :return: how many readings
    """
    dairy = Dairy(tank=BulkTank(), has_agitator=False, has_volume=False)
    curve = [
        (datetime.fromtimestamp(said.time, timezone.utc), said.temperature)
        for said in dairy.samples(DAYS, begin.timestamp())
    ]
    rows = 0
    for number in range(TANKS):
        lines = (
            f"{at:%Y-%m-%d %H:%M:%S}+00\t\\N\tBENCH-TANK-{number}\t\\N\t{celsius:.2f}"
            "\t\\N\t100\tf\t\\N\t\\N\t\\N\t\\N\n"
            for at, celsius in curve
        )
        with store._cursor() as cr:
            for part in split_every(20_000, lines, list):
                store._copy(cr, TEMPERATURE.table, TEMPERATURE_COLUMNS, part)
                rows += len(part)
    return rows
