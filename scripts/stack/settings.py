"""Where everything is: paths, ports, names and the variables a person may give."""

import json
import os
import secrets
import socket
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from stack.console import StackError, say

REPO = Path(__file__).resolve().parents[2]
RUN = REPO / ".run"
CACHE = RUN / "cache"
VENV = RUN / "venv"
PYTHON = VENV / "bin" / "python"
ADDONS = ("smartdairy_iot", "smartdairy_iot_timescale", "smartdairy_iot_mobile_api")
# They install themselves beside an add-on of Odoo's that we do not install for anybody.
GLUE = ("smartdairy_iot_stock",)
TIMESERIES_DB = "smartdairy_iot"
HOST = "127.0.0.1"
PORTS = {  # name of the variable -> default of the stack `main`
    "ODOO_PORT": 8069,
    "GEVENT_PORT": 8072,
    "PROXY_PORT": 8080,
    "MQTT_PORT": 1883,
    "MQTT_TLS_PORT": 8883,
    "MQTT_TOKEN_PORT": 8884,
    "PG_PORT": 5433,
    "FCM_PORT": 8099,  # where tests stand in for Google
}


def given(name: str) -> str:
    """Return a variable the person gave on the command line or in the environment.

    In a shell that has read ``.run/env`` the environment describes our own servers,
    so only make's command line counts there.
    """
    sourced = "SMARTDAIRY_STACK" in os.environ
    if sourced and f" {name}=" not in os.environ.get("MAKEFLAGS", ""):
        return ""
    return os.environ.get(name, "").strip()


def is_free(port: int) -> bool:
    """Tell whether a loopback port can be listened on."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port(taken: set[int]) -> int:
    """Return any free port below the range that outgoing connections use."""
    while True:
        port = 20000 + secrets.randbelow(12000)
        if port not in taken and is_free(port):
            return port


def write_private(path: Path, text: str, owner: tuple[int, int] | None = None) -> None:
    """Write a file that nobody but its owner can read, never readable in between."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        if owner:
            os.fchown(file.fileno(), *owner)
        file.write(text)


@dataclass(frozen=True)
class Stack:
    """One set of servers: its folder, ports, passwords and database."""

    name: str = "main"
    _cache: dict = field(default_factory=dict, repr=False, compare=False)

    @property
    def folder(self) -> Path:
        return RUN / self.name

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def env_file(self) -> Path:
        return self.folder / "env"

    @property
    def certificates(self) -> Path:
        return self.folder / "certificates"

    @property
    def odoo_conf(self) -> Path:
        return self.folder / "odoo.conf"

    @property
    def database(self) -> str:
        restored = self.folder / "database"  # it keeps the name that it had
        if restored.exists():
            return restored.read_text().strip()
        return "smartdairy" if self.name == "main" else f"smartdairy_{self.name}"

    @cached_property
    def owner(self) -> tuple[int, int]:
        """User and group that own the stack's folder and run its servers."""
        status = self.folder.stat()
        return status.st_uid, status.st_gid

    def workers(self) -> int:
        """Return the number of prefork workers asked for, 0 for the threaded server."""
        is_asked = self.name in ("main", "bench")
        wanted = is_asked and given("WORKERS") or "0"
        if not wanted.isdigit():
            raise StackError(f"WORKERS={wanted} is no number", remedy="WORKERS=2")
        return int(wanted)

    @property
    def ports(self) -> dict[str, int]:
        """Ports, chosen once per stack and kept while it exists."""
        ports = self._state("ports.json", lambda: self._choose_ports({}))
        if PORTS.keys() - ports.keys():  # a stack made before there was one of them
            taken = set(ports.values())
            for name in PORTS.keys() - ports.keys():
                ports[name] = free_port(taken)
            text = json.dumps(ports, indent=1)
            write_private(self.folder / "ports.json", text, self.owner)
        return ports

    @property
    def secrets(self) -> dict[str, str]:
        """Random passwords, made once per stack, readable by its owner only."""
        names = ("superuser", "odoo", "admin", "master", "mqtt")
        return self._state(
            "secrets", lambda: {name: secrets.token_hex(16) for name in names}
        )

    def _state(self, name: str, make) -> dict:
        if name not in self._cache:
            path = self.folder / name
            if not path.exists():
                write_private(path, json.dumps(make(), indent=1), self.owner)
            self._cache[name] = json.loads(path.read_text())
        return self._cache[name]

    def _choose_ports(self, earlier: dict[str, int]) -> dict[str, int]:
        """Take the given or default port, the one of the last time, or any free one."""
        chosen: dict[str, int] = {}
        for name, default in PORTS.items():
            wanted = [int(given(name) or default), earlier.get(name)]
            if self.name != "main":  # beside a running `main`, on ports of its own
                wanted = []
            free = (port for port in wanted if port and is_free(port))
            chosen[name] = next(
                (port for port in free if port not in chosen.values()), 0
            ) or free_port(set(chosen.values()))
            if wanted and chosen[name] != wanted[0]:
                say(f"       port {wanted[0]} is taken: {name}={chosen[name]}")
        return chosen

    def choose_ports_again(self) -> None:
        """Forget ports that were taken, now that nothing of ours runs."""
        path = self.folder / "ports.json"
        earlier = json.loads(path.read_text()) if path.exists() else {}
        path.unlink(missing_ok=True)
        self._cache.pop(path.name, None)
        self._state(path.name, lambda: self._choose_ports(earlier))

    def given(self, name: str) -> str:
        """Return an existing server the person gave: only `main` may use one."""
        return given(name) if self.name == "main" else ""

    def read_env(self) -> dict[str, str]:
        """Return what the env file says about the servers that were started."""
        lines = self.env_file.read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)

    def url(self) -> str:
        """Return the address of the web client."""
        name = "PROXY_PORT" if self.workers() else "ODOO_PORT"
        return f"http://localhost:{self.ports[name]}"
