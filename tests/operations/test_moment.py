"""To a point in time: a server of its own, whose data a mistake destroys."""

import resource
import shutil
import signal
from contextlib import contextmanager

import pytest
from operations.__main__ import main
from stack.process import Daemon, output, service_environment
from stack.settings import HOST, free_port
from stack.timescaledb import bin_folder

from tests.support.faults import LastingQuery
from tests.support.servers import stack

DATABASES = ("odoo", "readings")
CONFIGURATION = """
listen_addresses = '{host}'
unix_socket_directories = ''
shared_preload_libraries = 'timescaledb'
timescaledb.telemetry_level = 'off'
jit = off
shared_buffers = '16MB'
fsync = off
archive_mode = on
archive_command = 'test ! -f {wal}/%f && cp %p {wal}/%f.new && mv {wal}/%f.new {wal}/%f'
"""


class Server:
    """A small PostgreSQL with TimescaleDB, which archives its log."""

    def __init__(self, data, wal):
        self.data = data
        self.port = free_port(set())
        self.daemon = Daemon(stack(), f"moment-{data.name}", signal.SIGINT)
        self._wal = wal

    def make(self):
        self._wal.mkdir()
        options = ["--auth=trust", "--username=postgres", "--no-sync", "--locale=C"]
        output([bin_folder() / "initdb", "-D", self.data, *options])
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(CONFIGURATION.format(host=HOST, wal=self._wal))

    def start(self):
        command = [bin_folder() / "postgres", "-D", self.data, "-p", str(self.port)]
        self.daemon.start(command, env=service_environment(stack()))
        with self.query("postgres") as query:
            query("SELECT 1")

    def query(self, database):
        return LastingQuery(self.dsn(database))

    def dsn(self, database="postgres"):
        return f"host={HOST} port={self.port} dbname={database} user=postgres"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Folders, and the programs that ``scripts/operations`` runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PG_BIN", str(bin_folder()))
        yield tmp_path_factory.mktemp("moment")


@pytest.fixture(scope="module")
def server(place):
    server = Server(place / "first", place / "wal")
    server.make()
    server.start()
    yield server
    server.daemon.stop()


@pytest.fixture
def restored(place):
    server = Server(place / "restored", place / "wal")
    yield server
    server.daemon.stop()


def test_what_cannot_lead_to_a_point_in_time_is_refused(place, server, capsys):
    """Before anything is written, and each with what to do."""
    base = place / "damaged"
    execute(server, "postgres", "ALTER SYSTEM SET archive_command = 'false'")
    execute(server, "postgres", "SELECT pg_reload_conf()")
    assert main(["base", "--to", str(base), *superuser(server)]) == 1
    assert "the log is not archived" in capsys.readouterr().err
    execute(server, "postgres", "ALTER SYSTEM RESET archive_command")
    execute(server, "postgres", "SELECT pg_reload_conf()")
    assert main(["base", "--to", str(base), *superuser(server)]) == 0
    assert main(["base", "--to", str(base), *superuser(server)]) == 1
    assert "nothing is overwritten" in capsys.readouterr().err

    for time in ("yesterday", "2026-11-26 02:00"):
        refused(place, time, capsys, "no time with its zone", source="damaged")
    refused(place, "latest", capsys, "not empty", source="damaged", into="first")
    refused(place, "latest", capsys, "no base backup", source="wal")
    elsewhere = base / "pg_tblspc" / "16400"
    elsewhere.symlink_to(place)
    refused(place, "latest", capsys, "tablespaces", source="damaged")
    elsewhere.unlink()
    with little_room(2**20):
        refused(place, "latest", capsys, "was not copied", source="damaged")
    with (base / "global" / "pg_control").open("r+b") as file:
        file.write(b"damaged")
    refused(place, "latest", capsys, "pg_verifybackup", source="damaged")


def test_a_server_comes_back_as_of_a_moment_with_both_databases(
    server, restored, place, capsys
):
    """What was written before is there, what came later is not; the mistake neither."""
    make_tables(server)
    assert main(["base", "--to", str(place / "base"), *superuser(server)]) == 0
    write(server, 1, 100)
    moment = ask(server, "readings", "SELECT clock_timestamp()")[0][0]
    write(server, 101, 200)
    execute(server, "readings", "DROP TABLE temperature_readings")
    end = ask(server, "odoo", "SELECT clock_timestamp()")[0][0]
    execute(server, "odoo", "SELECT pg_switch_wal()")
    server.daemon.stop()  # archives what is left, as a server that is shut down does
    away = (place / "wal").rename(place / "it's 5% full")
    (place / "wal").symlink_to(away)

    assert recover(place, moment) == 0, capsys.readouterr().err
    restored.start()
    for database, table in (("odoo", "alerts"), ("readings", "temperature_readings")):
        rows = ask(restored, database, f"SELECT n FROM {table} ORDER BY n")
        assert [n for (n,) in rows] == list(range(1, 101)), database
    execute(restored, "readings", "INSERT INTO temperature_readings VALUES (now(), 0)")
    follow_the_promoted_one(place, restored, capsys)

    refused(place, end.replace(year=end.year + 1), capsys, "archived log ends before")
    refused(place, end.replace(year=end.year - 1), capsys, "before the base backup was")


def follow_the_promoted_one(place, server, capsys):
    """Its log goes on from the old one's, under a number of its own."""
    moment = ask(server, "odoo", "SELECT clock_timestamp()")[0][0]
    execute(server, "odoo", "INSERT INTO alerts VALUES (-1)")
    execute(server, "odoo", "SELECT pg_switch_wal()")
    server.daemon.stop()
    # A standby archives it when it is promoted; here, nothing was archived just then.
    shutil.copy(server.data / "pg_wal" / "00000002.history", place / "wal")
    refused(place, moment, capsys, "--timeline latest")
    again = Server(place / "again", place / "wal")
    options = "--timeline", "latest"
    assert recover(place, moment, "base", "again", *options) == 0, capsys.readouterr()
    again.start()
    try:
        rows = ask(again, "readings", "SELECT n FROM temperature_readings ORDER BY n")
        assert [n for (n,) in rows] == list(range(101))
        assert not ask(again, "odoo", "SELECT 1 FROM alerts WHERE n = -1")
    finally:
        again.daemon.stop()


@contextmanager
def little_room(most):
    """No file becomes larger: as on a full disk."""
    _soft, hard = before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def make_tables(server):
    for name in DATABASES:
        execute(server, "postgres", f"CREATE DATABASE {name}")
    execute(server, "odoo", "CREATE TABLE alerts (n int)")
    execute(server, "readings", "CREATE EXTENSION timescaledb")
    execute(
        server, "readings", "CREATE TABLE temperature_readings (t timestamptz, n int)"
    )
    execute(server, "readings", "SELECT create_hypertable('temperature_readings', 't')")


def write(server, first, last):
    series = f"generate_series({first}, {last}) AS n"
    execute(server, "odoo", f"INSERT INTO alerts SELECT n FROM {series}")
    execute(
        server,
        "readings",
        f"INSERT INTO temperature_readings SELECT now(), n FROM {series}",
    )


def superuser(server):
    return "--superuser-dsn", server.dsn()


def recover(place, until, source="base", into="restored", *options):
    places = ["--from", place / source, "--wal", place / "wal", "--into", place / into]
    return main(["recover", *map(str, places), "--until", str(until), *options])


def refused(place, until, capsys, words, source="base", into="refused"):
    """It says why and what to do, and leaves nothing behind."""
    before = sorted(path.name for path in (place / into).glob("*"))
    capsys.readouterr()
    assert recover(place, until, source, into) == 1
    said = capsys.readouterr().err
    assert words in said and "do: " in said
    assert sorted(path.name for path in (place / into).glob("*")) == before


def ask(server, database, sql):
    with server.query(database) as query:
        return query(sql)


def execute(server, database, sql):
    run = [bin_folder() / "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-c", sql]
    output([*run, "-d", server.dsn(database)], env=service_environment(stack()))
