import os
import shutil
import subprocess
from functools import partial

import pytest
from stack.odoo_server import OdooServer
from stack.postgres import Postgres
from stack.process import drop_privileges
from stack.settings import free_port

from tests.deploy.places import (
    DOCKER,
    FOREIGN,
    HOST,
    REPO,
    RUN,
    listens,
    option,
    run,
    running,
)
from tests.deploy.watching import ask, configured, told  # noqa: F401
from tests.support.servers import stack

_REFRESH = 'env["iot.store"]._refresh_foreign() and env.cr.commit()\n'


@pytest.fixture(scope="session")
def secrets(tmp_path_factory):
    """What docker/secrets.sh makes."""
    folder = tmp_path_factory.mktemp("deploy") / "secrets"
    run("sh", DOCKER / "secrets.sh", folder)
    return folder


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """What the service ``certificates`` makes: the CA's folder, the broker's."""
    folder = tmp_path_factory.mktemp("certificates")
    made, broker = folder / "certificates", folder / "broker"
    broker.mkdir()
    places = {"CERTIFICATES": made, "BROKER": broker}
    run("bash", DOCKER / "certificates.sh", MQTT_NAMES="localhost 127.0.0.1", **places)
    return made, broker


@pytest.fixture(scope="session")
def reader_role(secrets):
    """The role of docker/timescaledb/reader.sql in the stack's store.

    :return: its password
    """
    postgres = Postgres(stack())
    password = (secrets / "reader_db_password").read_text()
    if not postgres.sql("SELECT 1 FROM pg_roles WHERE rolname = 'reader'"):
        postgres.sql("CREATE ROLE reader LOGIN")
    postgres.sql(f"ALTER ROLE reader PASSWORD '{password}'")
    database = os.environ["TIMESCALE_DSN"].rpartition("/")[2]
    postgres.sql((DOCKER / "timescaledb" / "reader.sql").read_text(), database)
    return password


def make_server(secrets):
    """What a superuser does once."""
    store = os.environ["TIMESCALE_DSN"].rpartition("/")[2]
    where = f"\\set store_port {stack().ports['PG_PORT']}\n\\set store_db {store}\n"
    script = f"\\setenv SECRETS {secrets}\n{where}{FOREIGN.read_text()}"
    Postgres(stack()).sql(script, os.environ["ODOO_DB"])


def refresh_foreign():
    """What the add-on does at its installation and at each upgrade."""
    server = OdooServer(stack())
    database = ["-d", os.environ["ODOO_DB"], "--no-http", "--log-level=warn"]
    done = subprocess.run(
        server.command("shell", *database),
        input=_REFRESH,
        capture_output=True,
        text=True,
        env=server.environment(),
        timeout=120,
        **drop_privileges(),
    )
    assert done.returncode == 0 and "Error" not in done.stderr, done.stderr


@pytest.fixture(scope="session")
def linked(reader_role, secrets):
    """The script run twice, as after a change of a password; taken away at the end."""
    make_server(secrets)
    make_server(secrets)
    refresh_foreign()
    yield secrets
    Postgres(stack()).sql(
        "DROP SERVER timescale CASCADE; DROP SCHEMA readings, readings_import CASCADE",
        os.environ["ODOO_DB"],
    )


class Cluster:
    """An empty PostgreSQL as the image's entrypoint has it when it runs our script."""

    def __init__(self, folder, socket, port):
        self.bin = next(RUN.glob("postgresql/usr/lib/postgresql/*/bin"))
        self.folder = folder
        self.socket = socket
        self.port = port

    def sql(self, statement, user="postgres", database="postgres", password=""):
        """As the superuser over the socket, as others with their password."""
        where = self.socket if user == "postgres" else HOST
        command = [self.bin / "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", where]
        command += ["-p", self.port, "-U", user, "-d", database, "-c", statement]
        return run(*command, PGPASSWORD=password).strip()


@pytest.fixture(scope="session")
def cluster(tmp_path_factory, secrets):
    """docker/timescaledb has been run in it."""
    folder = tmp_path_factory.mktemp("cluster")
    socket = tmp_path_factory.mktemp("s")  # a socket's path is short
    port = free_port(set())
    server = Cluster(folder, socket, port)
    options = ["--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "-N"]
    options += ["--auth-host=scram-sha-256", "--auth-local=trust"]
    run(server.bin / "initdb", "-D", folder / "data", *options)
    command = [server.bin / "postgres", "-D", folder / "data", "-k", socket]
    for key in (
        f"port={port}",
        f"listen_addresses={HOST}",
        "fsync=off",
        "jit=off",
        "shared_preload_libraries=timescaledb",
        "timescaledb.telemetry_level=off",
        "log_statement=all",  # and yet no password is in the log
    ):
        command += ["-c", key]
    ready = [server.bin / "pg_isready", "-q", "-h", socket, "-p", port]
    places = [folder / "data", socket]  # as compose.yaml: a volume, /var/run/postgresql
    with running(
        command, folder / "log", lambda: is_zero(ready), "PostgreSQL", writable=places
    ) as server.process:
        server.set_up = partial(
            run,
            "bash",
            DOCKER / "timescaledb" / "10-smartdairy.sh",
            PATH=f"{server.bin}:/usr/bin:/bin",
            PGHOST=socket,
            PGPORT=port,
            SECRETS=secrets,
            READER=DOCKER / "timescaledb" / "reader.sql",
            FOREIGN=FOREIGN,
        )
        server.set_up()
        yield server
    shutil.rmtree(folder, ignore_errors=True)


def is_zero(command):
    try:
        run(*command)
    except AssertionError:
        return False
    return True


class Entry:
    """docker/odoo/entrypoint.sh, told where its places are on this machine."""

    def __init__(self, folder, environment, ports):
        self.folder = folder
        self.environment = environment
        self.http, self.gevent = ports
        self.conf = folder / "odoo.conf"

    def run_with(self, odoo):
        """Run it with another program than Odoo, which ends."""
        return run(*ENTRYPOINT, **self.environment | {"ODOO": odoo})


ENTRYPOINT = ("sh", DOCKER / "odoo" / "entrypoint.sh")


@pytest.fixture(scope="session")
def entry(tmp_path_factory, cluster, secrets, certificates):
    """The official Odoo 19 package, started as the container starts it.

    Of Odoo's own add-ons only what websockets need, unless DEPLOY_MODULES names ours:
    the stack of all other tests has them, installed from nothing, too.
    """
    folder = tmp_path_factory.mktemp("odoo")
    own = folder / "addons"
    own.mkdir()
    for addon in REPO.glob("smartdairy_iot*"):
        (own / addon.name).symlink_to(addon)
    paths = [p for p in option("addons_path").split(",") if p != str(REPO)]
    ports = free_port(set()), free_port(set())
    python = os.environ["PYTHON"]
    environment = {
        "PATH": f"{os.path.dirname(python)}:{os.environ['PATH']}",
        "PYTHONPATH": os.environ["ODOO_PYTHONPATH"],
        "PYTHONPYCACHEPREFIX": folder / "pycache",
        "ODOO": f"{python} {os.environ['ODOO_BIN']}",
        "MODULES": os.environ.get("DEPLOY_MODULES", "bus"),
        "ADDONS": own,
        "ODOO_ADDONS": ",".join(paths),
        "CONF": folder / "odoo.conf",
        "DATA": folder / "data",
        "SECRETS": secrets,
        "DB_HOST": HOST,
        "DB_PORT": cluster.port,
        "WORKERS": 1,
        "HTTP_PORT": ports[0],
        "GEVENT_PORT": ports[1],
        "CERTIFICATES": certificates[0],
        "BROKER": certificates[1],
    }
    (folder / "data").mkdir()
    with running(
        ENTRYPOINT,
        folder / "log",
        lambda: listens(ports[0])() and listens(ports[1])(),
        "Odoo",
        seconds=300,
        writable=[folder, certificates[1], os.environ["TMPDIR"]],
        **environment,
    ):
        yield Entry(folder, environment, ports)
