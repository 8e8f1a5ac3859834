import os
import random

import pytest
from stack.broker import Broker
from stack.postgres import Postgres

from tests.support.faults import (  # noqa: F401 - the tests take them from here
    LastingQuery,
    kill_9,
    locked_store,
    start_postgres,
)
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
    query = LastingQuery()
    yield query
    query.close()


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
