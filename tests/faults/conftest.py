import contextlib
import os
import random
import signal
import time

import psycopg2
import pytest
from stack.broker import Broker
from stack.console import StackError
from stack.postgres import Postgres

from tests.conftest import wait_until
from tests.support.proxy import Proxy
from tests.support.servers import OdooHost, stack


@pytest.fixture
def dice():
    """Chooses the moments."""
    seed = int(os.environ.get("FAULT_SEED") or random.randrange(10**6))
    print(f"FAULT_SEED={seed}")
    return random.Random(seed)


@pytest.fixture
def devices(make_device):
    """One for each table of readings: a batch is committed to all or to none."""
    return [make_device(kind) for kind in ("temperature", "milk_meter", "ph_sensor")]


@pytest.fixture
def timescale():
    """As everywhere, but it outlives its database: it connects again."""
    connections = []

    def connect():
        connections.append(psycopg2.connect(os.environ["TIMESCALE_DSN"]))
        connections[-1].autocommit = True

    def query(sql, *parameters, seconds=60):
        deadline = time.monotonic() + seconds
        while True:
            try:
                if not connections:
                    connect()
                with connections[-1].cursor() as cr:
                    cr.execute(sql, parameters)
                    return cr.fetchall()
            except (psycopg2.OperationalError, psycopg2.InterfaceError):
                connections.clear()
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    yield query
    for connection in connections:
        connection.close()


@pytest.fixture
def host():
    """The stack's own Odoo; left running with its own configuration."""
    host = OdooHost()
    host.start()
    host.wait_for_listeners()
    yield host
    host.restore()


@pytest.fixture
def postgres():
    """The stack's PostgreSQL; left running."""
    server = Postgres(stack())
    yield server
    start_postgres(server)


@pytest.fixture
def broker():
    """The stack's Mosquitto; left running."""
    server = Broker(stack())
    yield server
    server.start()


@pytest.fixture
def proxy():
    """The network between the listener and the broker's TLS port."""
    with Proxy((os.environ["MQTT_HOST"], int(os.environ["MQTT_TLS_PORT"]))) as proxy:
        yield proxy


@contextlib.contextmanager
def locked_store():
    """Every insertion into the store waits meanwhile."""
    connection = psycopg2.connect(os.environ["TIMESCALE_DSN"])
    try:
        with connection.cursor() as cr:
            cr.execute("LOCK TABLE temperature_readings IN ACCESS EXCLUSIVE MODE")
        yield
    finally:
        connection.close()  # rolls back, and so unlocks


def kill_9(daemon):
    """Kill a server of the stack, and wait until it has gone."""
    os.kill(daemon.pid(), signal.SIGKILL)
    wait_until(lambda: not daemon.pid(), f"{daemon.name} is gone")


def start_postgres(server):
    """A killed postmaster's children hold its memory for a moment: insist."""

    def starts():
        with contextlib.suppress(StackError):
            server.start()
            return True
        return False

    wait_until(starts, "PostgreSQL runs again", 60)
