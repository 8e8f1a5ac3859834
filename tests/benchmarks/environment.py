"""Where the stack is: the KEY=value file in $SMARTDAIRY_ENV, or .run/env."""

import os
from dataclasses import dataclass
from pathlib import Path

from .loopback import require_loopback

TOP = Path(__file__).resolve().parents[2]
RESULTS = Path(os.environ.get("BENCH_OUTPUT", TOP / ".run" / "bench.jsonl"))


@dataclass(frozen=True)
class Environment:
    """What the benchmark needs to know of a running stack."""

    smartdairy_stack: str
    odoo_url: str
    odoo_db: str
    odoo_login: str
    odoo_password: str
    mqtt_host: str
    mqtt_port: int
    mqtt_tls_port: int
    mqtt_username: str
    mqtt_password: str
    timescale_dsn: str
    pg_dsn: str
    odoo_bin: str
    odoo_conf: str
    odoo_pythonpath: str

    @classmethod
    def read(cls):
        """Read the file; a stack on another machine is not put under load."""
        path = Path(os.environ.get("SMARTDAIRY_ENV", TOP / ".run" / "env"))
        if not path.exists():
            raise SystemExit(f"{path} is missing: is the stack running? (make run)")
        pairs = (line.partition("=") for line in path.read_text().splitlines())
        values = {key.strip(): value.strip().strip("'\"") for key, _, value in pairs}
        fields = cls.__dataclass_fields__
        try:
            found = {n: f.type(values[n.upper()]) for n, f in fields.items()}
        except KeyError as error:
            raise SystemExit(f"{path}: {error.args[0]} is missing") from None
        require_loopback(found["mqtt_host"])
        return cls(**found)

    @property
    def is_ours(self):
        """Whether the servers live for this run only, and may be stopped in it."""
        return self.smartdairy_stack != "main"

    def broker_arguments(self):
        """For the processes that speak MQTT."""
        return [
            f"--host={self.mqtt_host}",
            f"--port={self.mqtt_port}",
            f"--username={self.mqtt_username}",
        ]
