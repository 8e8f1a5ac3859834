"""So many devices connected at once, each with its own certificate."""

import json
import os
from pathlib import Path

import psutil

from ..memory import MemoryWatch, listener_pids, rss_mb
from ..processes import start
from .issue import issue

INTERVAL = 10.0  # seconds between two readings of a device
PATIENCE = 60.0  # seconds for the last rows


def connections(session):
    """Two minutes; none dropped, nothing lost, and the memory that it took."""
    options = session.options
    if session.certificates is None:
        issue(session)
    broker = broker_process(session.environment)
    idle = rss_mb([broker.pid])
    before = rss_mb(listener_pids(session.environment))
    with MemoryWatch(session.environment) as watch:
        process = start(
            "identity.client",
            [
                f"--host={session.environment.mqtt_host}",
                f"--port={session.environment.mqtt_tls_port}",
                f"--folder={session.certificates.name}",
                f"--devices={options.connections}",
                f"--seconds={options.connected_seconds}",
                f"--interval={INTERVAL}",
            ],
            session.environment,
        )
        while (line := process.stdout.readline().strip()) in ("connected", "published"):
            print(f"{line}: the broker {rss_mb([broker.pid]):.0f} MiB", flush=True)
            full = rss_mb([broker.pid])
        result = json.loads(line)
        process.wait()
        session.rows.wait_for(result["acked"][-20:], PATIENCE)
    compare(session, result)
    memory = (idle, full, before, max(watch.samples))
    tell(session, result, memory)


def compare(session, result):
    """Every acknowledged reading is one row."""
    expected = set(result["acked"])
    stored, extra = session.rows.stored_since(result["started"])
    lost = len(expected - stored)
    session.lost += lost
    session.duplicated += extra
    if lost or extra:
        print(f"of {len(expected)} readings {lost} lost, {extra} rows too many")


def tell(session, result, memory):
    how_many = session.options.connections
    idle, full, before, highest = memory
    dropped = result["dropped"]
    print(
        f"{how_many:,} connections: {result['connecting_s']:.1f} s to connect,"
        f" {result['connected']:,} at the end, {len(dropped)} dropped;"
        f" {result['sent']:,} readings sent, {len(result['acked']):,} acknowledged,"
        f" {result['unacked']} not; the broker {idle:.0f} → {full:.0f} MiB, the"
        f" listener {before:.0f} → {highest:.0f} MiB; the clients used"
        f" {result['cpu_s']:.0f} s of a core",
        flush=True,
    )
    for line in dropped[:5]:
        print(f"dropped {line}")
    session.peaks[f"{how_many:,} connections"] = highest
    session.figures |= {
        "connections": result["connected"],
        "connections_dropped": len(dropped),
        "connections_unacked": result["unacked"],
        "connections_per_s": how_many / result["connecting_s"],
        "connections_broker_rss_mb": full,
        "connections_broker_kib_each": (full - idle) * 1024 / how_many,
        "connections_readings": len(result["acked"]),
    }


def broker_process(environment):
    """Whoever listens on the TLS port."""
    for connection in psutil.net_connections("tcp"):
        is_port = (
            connection.laddr and connection.laddr.port == environment.mqtt_tls_port
        )
        if is_port and connection.status == psutil.CONN_LISTEN and connection.pid:
            return psutil.Process(connection.pid)
    folder = Path(environment.odoo_conf).parent
    for process in psutil.process_iter(["name", "cmdline"]):
        if process.info["name"] == "mosquitto" and any(
            part.startswith(f"{folder}{os.sep}") for part in process.info["cmdline"]
        ):
            return process
    raise SystemExit("connections: the broker's process is not found")
