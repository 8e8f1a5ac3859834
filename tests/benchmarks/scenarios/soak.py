"""The soak: random faults under load; every reading is compared at the end."""

import os
import random
import time
from collections import defaultdict
from contextlib import ExitStack
from datetime import datetime, timezone

from stack.broker import Broker
from stack.postgres import Postgres

from tests.support.faults import LastingQuery
from tests.support.load import Load, compare, wait_until_caught_up
from tests.support.odoo import Odoo
from tests.support.proxy import Proxy
from tests.support.registering import new_device
from tests.support.servers import OdooHost, stack

from ..soak.faults import OTHERS, REPLACING, Site
from ..soak.memory import MemoryLog

PER_SECOND = 300  # messages
KINDS = ("temperature", "milk_meter", "ph_sensor")  # one for each table of readings
DEVICES = 6
REPLACED_FOR = 0.35  # of the time; from then on one listener lives through it all
CATCH_UP = 120.0  # seconds
SETTLE = 300.0


def soak(session):
    """Publish, break, wait until it has healed, break; compare reading by reading."""
    seed = int(os.environ.get("FAULT_SEED") or random.randrange(10**6))
    print(f"soak: {session.options.soak_seconds:.0f} s, FAULT_SEED={seed}", flush=True)
    with ExitStack() as ends:
        timescale = LastingQuery()
        ends.callback(timescale.close)
        devices = register(ends)
        proxy = ends.enter_context(
            Proxy((os.environ["MQTT_HOST"], int(os.environ["MQTT_TLS_PORT"])))
        )
        start = datetime.now(timezone.utc).replace(microsecond=0)  # stored to the ms
        load = Load(*devices, per_second=PER_SECOND, start=start)
        servers = OdooHost(), Broker(stack()), Postgres(stack())
        site = Site(*servers, proxy, load, random.Random(seed))
        ends.callback(site.host.restore)
        site.host.stop()
        site.start_odoo()
        log = MemoryLog(lambda: site.host.listeners(port=proxy.port))
        with log, load:
            healed = break_again_and_again(site, timescale, session)
        found = compare(timescale, load, SETTLE)
    tell(session, site, found, healed, log, seed)


def register(ends):
    """Devices of a farm of their own, connected."""
    names = ("ODOO_URL", "ODOO_DB", "ODOO_LOGIN", "ODOO_PASSWORD")
    odoo = Odoo(*(os.environ[name] for name in names))
    farm = odoo.create("farm.farm", {"name": "Soak", "tz": "UTC"})
    devices = []
    for number in range(DEVICES):
        device = new_device(odoo, farm, KINDS[number % len(KINDS)])
        ends.callback(device.close)
        devices.append(device)
    return devices


def break_again_and_again(site, timescale, session):
    """:return: fault → seconds from its end until all acknowledged was stored"""
    healed = defaultdict(list)
    seconds = session.options.soak_seconds
    started = time.monotonic()
    wait_until_caught_up(timescale, site.load, CATCH_UP)
    deck = []  # every fault comes before one comes again
    while (elapsed := time.monotonic() - started) < seconds:
        if elapsed >= seconds * REPLACED_FOR:
            deck = [name for name in deck if name in OTHERS]
        if not deck:
            known = REPLACING if elapsed < seconds * REPLACED_FOR else {}
            deck = sorted(known | OTHERS)
            site.dice.shuffle(deck)
        name = deck.pop()
        site.pause(300, 3000)
        (REPLACING | OTHERS)[name](site)
        mended = time.monotonic()
        wait_until_caught_up(timescale, site.load, CATCH_UP)
        healed[name].append(time.monotonic() - mended)
        print(
            f"{elapsed:6.0f} s  {name}: all stored {healed[name][-1]:.1f} s after it",
            flush=True,
        )
    return healed


def tell(session, site, found, healed, log, seed):
    """Into the figures, and as tables of Markdown."""
    session.lost += len(found.lost)
    session.duplicated += found.doubled + len(found.foreign)
    growth = log.growth()
    session.figures |= {
        "soak_s": session.options.soak_seconds,
        "soak_faults": sum(map(len, healed.values())),
        "soak_readings": found.readings,
        "soak_unacked": site.load.sent - site.load.acked,
        "soak_lost": len(found.lost),
        "soak_duplicated": found.doubled + len(found.foreign),
        "soak_rss_growth_mb": growth,
    }
    rows = [
        f"| {name} | {len(times)} | {max(times):.1f} s |"
        for name, times in sorted(healed.items())
    ]
    header = [f"| fault (seed {seed}) | times | all stored after, at most |"]
    session.tables.append([*header, "|---|---:|---:|", *rows])
    session.tables.append(log.table())
