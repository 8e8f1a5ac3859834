"""``make run``: everything from nothing to readings on the screen."""

import os
import time

from stack import broker, lint, odoo_source, python_env, timescaledb
from stack.broker import Broker
from stack.console import StackError, Steps, say
from stack.odoo_server import LOGIN, OdooServer
from stack.packages import ensure_lists, install, missing, show
from stack.postgres import Postgres, count_rows
from stack.process import Daemon, check_readable, make_folder
from stack.proxy import Proxy
from stack.settings import (
    PYTHON,
    RUN,
    TIMESERIES_DB,
    Stack,
    write_private,
)
from stack.simulator import Simulator
from stack.stamps import Stamp

READINGS = ["temperature_readings", "milk_meter_readings", "sensor_readings"]
ARRIVE_WITHIN = 120  # seconds
# For labels as PDF. Debian 13 has it no more: everything else works without.
PRINTING = ["wkhtmltopdf"]


def prepare_programs(steps: Steps) -> None:
    """Bring every program that is needed, without starting any."""
    RUN.mkdir(mode=0o755, exist_ok=True)
    with steps.step("packages"):
        wanted = ["python3", "python3-venv", "openssl", "ca-certificates"]
        wanted += printing()
        if os.geteuid() == 0:
            wanted.append("postgresql-common")  # brings the user, starts nothing
        if added := install(wanted):
            steps.note(f"installed {len(added)}")
        check_readable()
    with steps.step("Odoo 19"):
        odoo_source.prepare(steps)
    with steps.step("Python libraries"):
        python_env.prepare(steps)
    with steps.step("PostgreSQL, TimescaleDB"):
        timescaledb.prepare(steps)
    with steps.step("Mosquitto"):
        broker.prepare()
    with steps.step("styles from right to left"):
        prepare_mirroring(steps)


def prepare_mirroring(steps: Steps) -> None:
    """Bring rtlcss, with which Odoo mirrors its styles for Arabic and Hebrew.

    It needs Node, which is not worth 50 MB to those who read from left to right.
    """
    if lint.find_npm():
        lint.prepare_node()
    else:
        steps.note("Arabic and Hebrew are mirrored once Node is there: make lint")


def printing() -> list[str]:
    """Return the packages for printing that are missing, and that this Debian has."""
    wanted = missing(PRINTING)
    if wanted:
        ensure_lists()
    return [name for name in wanted if show(name, "Version")]


def open_stack(name: str) -> Stack:
    """Make a stack's folder, owned by whoever runs the servers."""
    stack = Stack(name)
    make_folder(stack.folder)
    for folder in ("logs", "pids"):
        make_folder(stack.folder / folder)
    return stack


def services(stack: Stack) -> list[Daemon]:
    """Return all servers of a stack, in the order in which they are stopped."""
    return [
        Simulator(stack).daemon,
        Proxy(stack).daemon,
        OdooServer(stack).daemon,
        Broker(stack).daemon,
        Postgres(stack).daemon,
    ]


def startable(stack: Stack) -> list:
    """Return the servers that can be started by name, in their order."""
    return [Postgres(stack), Broker(stack), OdooServer(stack), Simulator(stack)]


def start_servers(stack: Stack, steps: Steps) -> None:
    """Start the database and the broker; write the configuration and the env file."""
    if not any(daemon.pid() for daemon in services(stack)):
        stack.choose_ports_again()
    postgres, mqtt = Postgres(stack), Broker(stack)
    with steps.step("database server"):
        postgres.start()
        postgres.prepare_role()
        if not stack.given("TIMESCALE_DSN"):
            postgres.prepare_timeseries()
    with steps.step("certificates and broker"):
        if not broker.is_external(stack):
            mqtt.make_certificates()
            mqtt.start()
    OdooServer(stack).write_configuration()
    write_env(stack)


def environment(stack: Stack) -> dict[str, str]:
    """Return what other programs need to know about a stack."""
    postgres = Postgres(stack)
    return {
        "SMARTDAIRY_STACK": stack.name,
        "ODOO_URL": stack.url(),
        "ODOO_DB": stack.database,
        "ODOO_LOGIN": LOGIN,
        "ODOO_PASSWORD": stack.secrets["admin"],
        **broker.access(stack),
        "TIMESCALE_DSN": stack.given("TIMESCALE_DSN") or postgres.uri(TIMESERIES_DB),
        "PG_DSN": postgres.uri(stack.database),
        "PG_BIN": str(timescaledb.bin_folder()),
        "ODOO_CONF": str(stack.odoo_conf),
        "ODOO_LOG": str(stack.logs / "odoo.log"),
        "ODOO_BIN": str(odoo_source.locate().script),
        "ODOO_PYTHONPATH": str(odoo_source.locate().python_path),
        "PYTHON": str(PYTHON),
    }


def write_env(stack: Stack) -> None:
    """Write the env file: KEY=value lines, no value needs quotes."""
    lines = [f"{name}={value}" for name, value in environment(stack).items()]
    write_private(stack.env_file, "\n".join(lines) + "\n", stack.owner)
    if stack.name == "main":
        link = RUN / "env"
        link.unlink(missing_ok=True)
        link.symlink_to(stack.env_file.relative_to(RUN))


def start_odoo(stack: Stack, steps: Steps) -> None:
    """Install or upgrade the add-ons when needed and start Odoo."""
    odoo, proxy = OdooServer(stack), Proxy(stack)
    with steps.step("Odoo database"):
        odoo.prepare_database(steps.note)
    with steps.step("Odoo server"):
        stamp = Stamp(
            "started", stack.odoo_conf, odoo_source.locate(), folder=stack.folder
        )
        if not stamp.is_current():  # another configuration than the running one's
            odoo.stop()
        odoo.start()
        stamp.set()
        if stack.workers():
            steps.note(f"{stack.workers()} workers behind nginx")
            proxy.start()
        else:
            proxy.daemon.stop()


def wait_for_readings(stack: Stack) -> dict[str, int]:
    """Wait until simulated readings are in the time-series database."""
    uri = environment(stack)["TIMESCALE_DSN"]
    before = count_rows(uri, READINGS)
    deadline = time.monotonic() + ARRIVE_WITHIN
    while time.monotonic() < deadline:
        counts = count_rows(uri, READINGS)
        if sum(counts.values()) > sum(before.values()):
            return counts
        time.sleep(0.25)
    raise StackError(
        f"no reading arrived within {ARRIVE_WITHIN} s",
        log=stack.logs / "odoo.log",
        remedy="make logs shows the logs of Odoo, the broker and the simulator",
    )


def run() -> None:
    """Bring up the stack `main` and say where to look."""
    steps = Steps(11)
    prepare_programs(steps)
    stack = open_stack("main")
    start_servers(stack, steps)
    start_odoo(stack, steps)
    counts = None
    with steps.step("simulated farms"):
        simulator = Simulator(stack)
        if simulator.exists():
            simulator.start()
            steps.note("waiting for readings")
            counts = wait_for_readings(stack)
        else:
            steps.note("skipped: this checkout has no scripts/simulator")
    summary(stack, counts)


PUBLISH = """\
publish one reading yourself:
  set -a; . .run/env; set +a
  mosquitto_pub -h $MQTT_HOST -p $MQTT_PORT -u $MQTT_USERNAME -P $MQTT_PASSWORD -q 1 \\
    -t smartdairy/sensors/temperature/TEMP-G02/data \\
    -m '{"temperature": 7.5, "location_type": "raw_milk"}'"""


def summary(stack: Stack, counts: dict[str, int] | None) -> None:
    """Print where to look and how to publish one reading."""
    password = stack.secrets["admin"]
    say()
    say(f"Odoo       {stack.url()}/odoo   login {LOGIN}   password {password}")
    if counts is not None:
        listed = ", ".join(f"{number:,} {name}" for name, number in counts.items())
        say(f"arrived    {listed}")
    say("settings   .run/env      also: make status, make logs, make stop")
    say(PUBLISH)
