"""`make bench`: how much the line takes, beside a ceiling and two floors, in one run.

`python -m tests.benchmarks` needs a running stack. What the broker acknowledged is
compared with the rows after every load, reading by reading. docs/performance.md says
what each figure is.
"""

import argparse
import os
import sys

from .environment import Environment
from .fleet import TEMPERATURE
from .report import report
from .scenarios.alerts import alerts
from .scenarios.api import api
from .scenarios.baselines import ceiling, insert_commit, specified
from .scenarios.coldchain import coldchain
from .scenarios.connections import connections
from .scenarios.dashboard import dashboard
from .scenarios.issue import issue
from .scenarios.kiosk import kiosk
from .scenarios.line import gateways, latency, mixed_traffic, sustained
from .scenarios.milking import milking
from .scenarios.outage import outage
from .scenarios.profile import profile
from .scenarios.proofs import proofs
from .scenarios.push import push
from .scenarios.registry import registry
from .scenarios.scaling import scaling
from .scenarios.soak import soak
from .scenarios.statistics import statistics
from .scenarios.store import store
from .session import Session

BASELINES = {
    "ceiling": ceiling,
    "insert-commit": insert_commit,
    "specified": specified,
}
LINE = {
    "latency": latency,
    "sustained": sustained,
    "mixed": mixed_traffic,
    "gateways": gateways,
    "profile": profile,
    "outage": outage,
    "scaling": scaling,
}
STORE = {"store": store, "milking": milking}
ALERTS = {"alerts": alerts, "push": push}
IDENTITY = {"issue": issue, "connections": connections}
REGISTRY = {
    "registry": registry,
    "coldchain": coldchain,
    "api": api,
    "statistics": statistics,
}
DASHBOARD = {"dashboard": dashboard, "kiosk": kiosk}
SURVIVE = {"soak": soak, "proofs": proofs}  # only when asked for
NEED_OWN_SERVERS = {"outage", "scaling", *ALERTS, *IDENTITY, *DASHBOARD, *SURVIVE}
LONG = {*IDENTITY, *REGISTRY, *ALERTS, *DASHBOARD, *STORE}
NOT_QUICK = {*LONG, "outage", "scaling"}
USUAL = BASELINES | LINE | STORE | ALERTS | IDENTITY | REGISTRY | DASHBOARD
ALL = USUAL | SURVIVE
BUSY = 0.5  # load average before the start


def parse_arguments(argv=None):
    """The options; see docs/performance.md."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--quick", action="store_true", help="about a minute: short loads, no outage")
    add("--only", metavar="NAME,…", help=f"of {', '.join(ALL)}")
    add("--line-only", action="store_true", help="no ceiling, no per-message consumers")
    add("--profile", action="store_true", help="and where the listener's time goes")
    add("--devices", type=int, default=500)
    add("--seconds", type=float, help="of the sustained load (60)")
    add("--load-seconds", type=float, help="of the other loads (12)")
    add("--rate", type=float, default=25_000, help="messages/s offered to the line")
    add("--scale", default="500,5000,50000", help="devices of the scaling's table")
    add("--rows", default="1,3,10", help="millions of readings in the store")
    add("--api-rows", type=float, default=1.0, help="… as the mobile API is asked (1)")
    add("--api-keep", action="store_true", help="… and leave them for the next run")
    add("--connections", type=int, default=10_000, help="devices connected at once")
    add("--connected-seconds", type=float, default=120.0, help="… for so long")
    add("--dashboard-farms", type=int, default=1, help="that share the sensors")
    add("--dashboard-seconds", type=float, default=60.0, help="of readings on Live")
    add("--kiosk-turns", type=int, default=2_000, help="of a wall screen's pictures")
    add("--soak-seconds", type=float, default=1200.0, help="of faults under load")
    add("--proofs", metavar="WORDS", help="only those, as pytest -k has them")
    add("--times", type=int, default=1, help="the proofs, one after the other (1)")
    options = parser.parse_args(argv)
    options.seconds = options.seconds or (10.0 if options.quick else 60.0)
    options.load_seconds = options.load_seconds or (5.0 if options.quick else 12.0)
    options.scale = sorted(map(int, options.scale.split(",")))
    millions = sorted(map(float, options.rows.split(",")))
    options.rows = [round(1_000_000 * number) for number in millions]
    options.names = chosen(options, parser)
    return options


def chosen(options, parser):
    """The names of what is measured."""
    if options.only:
        names = options.only.split(",")
        if unknown := set(names) - ALL.keys():
            parser.error(f"--only: there is no {', '.join(sorted(unknown))}")
        return names
    names = LINE if options.line_only else USUAL
    left_out = NOT_QUICK if options.quick else set()
    return [
        name
        for name in names
        if (options.profile if name == "profile" else name not in left_out)
    ]


def measure(session):
    """Baselines first, while the listener is idle; what leaves something, last."""
    names = session.options.names
    for name in (name for name in BASELINES if name in names):
        BASELINES[name](session)
    if not LINE.keys().isdisjoint(names):
        measure_line(session, [name for name in LINE if name in names])
    for scenarios in (STORE, ALERTS, IDENTITY, REGISTRY, DASHBOARD, SURVIVE):
        for name in (name for name in scenarios if name in names):
            if is_allowed(name, session):
                scenarios[name](session)


def is_allowed(name, session):
    """Some stop servers, or leave what cannot be deleted."""
    if name in NEED_OWN_SERVERS and not session.environment.is_ours:
        print(f"{name}: only in make bench, which has servers of its own")
        return False
    return True


def measure_line(session, names):
    """From a publish to the row, with devices that are there meanwhile."""
    session.rows.remove()  # first: a device that has readings is not deleted
    session.odoo.remove()
    try:
        numbers = TEMPERATURE.numbers(session.options.devices)
        session.odoo.register(TEMPERATURE, numbers)
        session.wait_for_listener()
        for name in names:
            if is_allowed(name, session):
                LINE[name](session)
    finally:
        if not session.environment.is_ours:  # ours are removed as a whole
            session.rows.remove()
            session.odoo.remove()


def main(argv=None):
    """Measure and report; fail only if a reading was lost or doubled."""
    options = parse_arguments(argv)
    busy = os.getloadavg()[0]
    if busy > BUSY:
        print(f"other work goes on here (load average {busy:.1f}): figures will be low")
    session = Session(Environment.read(), options)
    measure(session)
    report(session)
    return 1 if session.lost or session.duplicated else 0


if __name__ == "__main__":
    sys.exit(main())
