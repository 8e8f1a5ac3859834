"""``make stop``, ``make status``, ``make logs``, ``make clean``."""

import os
import shutil
import signal
from pathlib import Path

from stack.broker import is_external
from stack.console import StackError, say
from stack.lint import NODE_MODULES
from stack.postgres import count_rows
from stack.process import stat_fields
from stack.settings import RUN, Stack
from stack.simulator import Simulator
from stack.stamps import Stamp
from stack.up import READINGS, services

PORT_NAMES = {
    "odoo": ("ODOO_PORT",),
    "nginx": ("PROXY_PORT",),
    "mosquitto": ("MQTT_TLS_PORT", "MQTT_TOKEN_PORT", "MQTT_PORT"),
    "postgres": ("PG_PORT",),
}


def stop(stack: Stack, names: list[str] | None = None) -> None:
    """Stop servers, those that need others first."""
    if not stack.folder.exists():
        say("nothing is running")
        return
    daemons = [d for d in services(stack) if not names or d.name in names]
    for name in set(names or ()) - {daemon.name for daemon in daemons}:
        known = ", ".join(daemon.name for daemon in services(stack))
        raise StackError(f"no server '{name}'", remedy=f"one of: {known}")
    stopped = [daemon.name for daemon in daemons if daemon.stop()]
    say(f"stopped {', '.join(stopped)}" if stopped else "nothing was running")


def status(stack: Stack) -> None:
    """Print what runs, where, and what has been counted."""
    if not stack.env_file.exists():
        say("not set up: make run")
        return
    complete, env = True, stack.read_env()
    optional = {"nginx"}
    if is_external(stack):
        optional.add("mosquitto")
    if not Simulator.exists():
        optional.add("simulator")
    for daemon in reversed(services(stack)):
        pid = daemon.pid()
        if not pid and daemon.name in optional:
            continue
        complete = complete and bool(pid)
        ports = [str(stack.ports[name]) for name in PORT_NAMES.get(daemon.name, ())]
        where = f"port {', '.join(ports)}" if ports else ""
        say(f"{daemon.name:10} {f'pid {pid}' if pid else 'not running':14} {where}")
    if services(stack)[-1].pid():
        counts = count_rows(env["TIMESCALE_DSN"], READINGS)
        for table, count in counts.items():
            say(f"{count:>10,} {table}")
    say(f"{env['ODOO_URL']}/odoo" if complete else "start what is missing: make run")


def logs(stack: Stack) -> None:
    """Follow the logs of all servers."""
    files = sorted(stack.logs.glob("*.log"))
    if not files:
        raise StackError("there are no logs yet", remedy="make run")
    os.execvp("tail", ["tail", "-n", "10", "-F", *map(str, files)])


def clean() -> None:
    """Stop every stack of this checkout and remove everything it made."""
    if not RUN.exists():
        say("nothing to remove")
        return
    for folder in sorted(path.parent for path in RUN.glob("*/pids")):
        remove(Stack(folder.name))
    shutil.rmtree(RUN)
    if Stamp(".stamp", folder=NODE_MODULES).path.exists():  # made by make lint
        shutil.rmtree(NODE_MODULES)
    say(f"removed {RUN}")


def remove(stack: Stack) -> None:
    """Stop a stack's servers and whatever they started; remove its folder."""
    if not stack.folder.exists():
        return
    for daemon in services(stack):
        daemon.stop()
    kill_strays(stack)
    shutil.rmtree(stack.folder)


def kill_strays(stack: Stack) -> None:
    """Kill what a stack's programs left behind, such as a test's Chromium.

    All of them inherited the variable that ``service_environment`` sets.
    """
    marker = f"SMARTDAIRY_STACK_FOLDER={stack.folder}".encode()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            environ = (entry / "environ").read_bytes().split(b"\0")
        except OSError:  # gone, or somebody else's
            continue
        fields = stat_fields(int(entry.name))
        if marker in environ and fields and fields[0] != "Z":
            os.kill(int(entry.name), signal.SIGKILL)
