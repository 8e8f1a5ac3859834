"""A measurement's processes: the load, its consumers, and the listener's memory."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from .environment import TOP

MEBIBYTE = 1024
ESTABLISHED = "01"


def start(module, arguments, environment, **variables):
    """Start `python -m tests.benchmarks.<module>`."""
    return subprocess.Popen(
        [sys.executable, "-m", f"tests.benchmarks.{module}", *arguments],
        cwd=TOP,
        env={**os.environ, "MQTT_PASSWORD": environment.mqtt_password, **variables},
        stdout=subprocess.PIPE,
        text=True,
    )


def wait_until_ready(process):
    """A consumer prints `ready` when it is subscribed."""
    if process.stdout.readline().strip() != "ready":
        raise SystemExit("a consumer did not start; its message stands above")


def result_of(process):
    """The JSON object that the process prints last."""
    lines = process.communicate()[0].splitlines()
    if process.returncode:
        raise SystemExit(f"{process.args[2]} failed; its message stands above")
    return json.loads(lines[-1])


def load(environment, **options):
    """Run the load generator; return its summary and what was acknowledged."""
    with tempfile.TemporaryDirectory() as folder:
        acked = Path(folder) / "acked"
        arguments = [f"--{name}={value}" for name, value in options.items() if value]
        arguments += [*environment.broker_arguments(), f"--acked={acked}"]
        summary = result_of(start("loadgen", arguments, environment))
        pairs = (line.split(",") for line in acked.read_text().splitlines())
        return summary, [(int(device), int(moment)) for device, moment in pairs]


def listener_pids(*ports):
    """Odoo's processes with a connection to the broker: who holds which socket."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            columns = line.split()
            remote_port = int(columns[2].rpartition(":")[2], 16)
            if remote_port in ports and columns[3] == ESTABLISHED:
                inodes.add(f"socket:[{columns[9]}]")
    return [pid for pid in _odoo_pids() if inodes & _sockets(pid)]


def _odoo_pids():
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and b"odoo" in (entry / "cmdline").read_bytes():
                yield int(entry.name)
        except OSError:  # gone meanwhile
            continue


def _sockets(pid):
    try:
        return {os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir()}
    except OSError:
        return set()


def rss_mb(pids):
    """The resident memory of these processes together."""
    total = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                total += int(line.split()[1])
    return total / MEBIBYTE
