"""The Live board with a thousand sensors that speak each second."""

import time
from types import SimpleNamespace

import psutil

from ..alerts.percentile import percentile
from ..dashboard.clients import Clients
from ..dashboard.screen import board
from ..environment import TOP
from ..fleet import TEMPERATURE
from ..processes import Load

DEVICES = 1_000
CLIENTS = 50
SETTLE = 8.0  # seconds from the first publish until what happens once has happened
CLIENT_SECONDS = 15.0
PAINTS = 5
HEARTBEAT = 30.0


def dashboard(session):
    """Painting, a minute of readings, and what many who look on cost the server."""
    session.rows.remove()  # first: a device that has readings is not deleted
    session.odoo.remove()
    session.odoo.farms = session.options.dashboard_farms
    session.odoo.register(TEMPERATURE, TEMPERATURE.numbers(DEVICES))
    session.wait_for_listener(devices=DEVICES, messages=DEVICES)
    environment = session.environment
    odoo = SimpleNamespace(url=environment.odoo_url, session_id=session.odoo.session_id)
    seconds = session.options.dashboard_seconds
    with board(odoo, DEVICES) as screen:
        painted = [screen.paint() for _visit in range(PAINTS)]
        with load(session, SETTLE + seconds + 2):
            time.sleep(SETTLE)
            shown = screen.watch(seconds)
    report_screen(session, painted, shown)
    report_clients(session, odoo)


def load(session, seconds):
    """Each device once a second."""
    return Load(session.environment, devices=DEVICES, rate=DEVICES, seconds=seconds)


def report_screen(session, painted, shown):
    """What the browser took."""
    before, after = shown.heap_mb
    session.figures |= {
        "dashboard_paint_ms": percentile([first for first, _all in painted], 50),
        "dashboard_complete_ms": percentile([last for _first, last in painted], 50),
        "dashboard_long_tasks": len(shown.long_tasks),
        "dashboard_longest_task_ms": max(shown.long_tasks, default=0.0),
        "dashboard_scripting": shown.scripting,
        "dashboard_main_thread": shown.main_thread,
        "dashboard_heap_growth_mb": after - before,
        "publish_to_tile_p50_ms": percentile(shown.latencies, 50),
        "publish_to_tile_p95_ms": percentile(shown.latencies, 95),
    }
    firsts = ", ".join(f"{first:.0f}" for first, _all in painted)
    print(
        f"dashboard: painted in {firsts} ms;"
        f" of a core scripting {shown.scripting:.1%}, layout {shown.layout:.1%}, all"
        f" {shown.main_thread:.1%}; heap {before:.1f} → {after:.1f} MiB;"
        f" {len(shown.long_tasks)} tasks over 50 ms;"
        f" {len(shown.latencies)} readings followed",
        flush=True,
    )
    for what, times in (
        ("publish → sent by the listener", shown.sent),
        ("… → in the page", shown.travelled),
        ("publish → tile", shown.latencies),
    ):
        parts = ", ".join(f"p{p} {percentile(times, p):.0f}" for p in (5, 50, 95))
        print(f"dashboard: {what}: {parts} ms", flush=True)


def report_clients(session, odoo):
    """The same load with nobody's websocket and with many: the difference is theirs."""
    farm = session.odoo.farm()
    with load(session, 2 * SETTLE + 2 * CLIENT_SECONDS + 10):
        time.sleep(SETTLE)
        alone = cost(session, farm, CLIENT_SECONDS)
        clients = Clients(odoo.url, odoo.session_id, farm, CLIENTS)
        with clients:
            time.sleep(SETTLE)
            received = sum(clients.received)
            together = cost(session, farm, CLIENT_SECONDS)
            received = sum(clients.received) - received
    parts = [together[name] - alone[name] for name in ("websockets", "rest", "memory")]
    session.figures |= {
        "client_cpu_ms_per_s": 1000 * (parts[0] + parts[1]) / CLIENTS,
        "client_rss_mb": parts[2] / CLIENTS,
        "dashboard_bytes_per_s": received / CLIENTS / CLIENT_SECONDS,
    }
    print(
        f"dashboard: {CLIENTS} websockets; of a core without → with them: websockets'"
        f" process {alone['websockets']:.1%} → {together['websockets']:.1%},"
        f" rest of Odoo {alone['rest']:.1%} → {together['rest']:.1%};"
        f" {alone['memory']:.0f} → {together['memory']:.0f} MiB; messages to one:"
        f" {min(clients.messages)} … {max(clients.messages)}; {clients.dropped} closed",
        flush=True,
    )


def cost(session, farm, seconds):
    """What Odoo takes while the farm is watched for so long.

    :return: ``{websockets, rest}``, shares of a core, and ``memory`` in MiB. With
        workers the websockets have a process of their own, else all is the rest.
    """
    before = odoo_seconds(session.environment)
    started = time.monotonic()
    while (left := seconds - (time.monotonic() - started)) > 0:
        session.odoo.call("farm.farm", "watch_live", [farm])
        time.sleep(min(left, HEARTBEAT))
    took = time.monotonic() - started
    after = odoo_seconds(session.environment)
    used = {name: (after[name] - before[name]) / took for name in before}
    return used | {"memory": odoo_memory(session.environment)}


def odoo_processes(environment):
    file = TOP / ".run" / environment.smartdairy_stack / "pids" / "odoo"
    leader = psutil.Process(int(file.read_text().split()[0]))
    return [leader, *leader.children(recursive=True)]


def odoo_seconds(environment):
    """``{websockets, rest}``: processor time since they were started."""
    used = {"websockets": 0.0, "rest": 0.0}
    for process in odoo_processes(environment):
        name = "websockets" if "gevent" in process.cmdline() else "rest"
        times = process.cpu_times()
        used[name] += times.user + times.system
    return used


def odoo_memory(environment):
    """MiB of Odoo's processes, shared pages counted once."""
    processes = odoo_processes(environment)
    return sum(process.memory_full_info().pss for process in processes) / 2**20
