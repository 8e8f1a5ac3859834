"""A private PostgreSQL cluster: ours alone, loopback only, passwords always."""

import os
import signal
import subprocess

from stack.console import StackError
from stack.process import (
    Daemon,
    drop_privileges,
    make_folder,
    output,
    run,
    service_environment,
)
from stack.settings import HOST, TIMESERIES_DB, Stack, write_private
from stack.timescaledb import bin_folder

# No unix socket: its path could exceed 107 bytes. `fsync` stays on: a reading that
# was acknowledged must survive a power cut. JIT is off: its library is not unpacked.
CONFIGURATION = """\
listen_addresses = '{host}'
port = {port}
unix_socket_directories = ''
max_connections = 200
password_encryption = 'scram-sha-256'
shared_buffers = '256MB'
work_mem = '16MB'
maintenance_work_mem = '128MB'
max_wal_size = '2GB'
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%u@%d '
lc_messages = 'C.UTF-8'
max_worker_processes = 24
shared_preload_libraries = 'timescaledb'
timescaledb.telemetry_level = 'off'
"""


class Postgres:
    """The cluster of one stack, its roles and databases."""

    def __init__(self, stack: Stack):
        self.stack = stack
        self.data = stack.folder / "postgres"
        # SIGINT is PostgreSQL's fast shutdown: it ends sessions, loses nothing
        self.daemon = Daemon(stack, "postgres", stop_signal=signal.SIGINT)

    def start(self) -> None:
        """Create the cluster when there is none, and start it."""
        if not (self.data / "PG_VERSION").exists():
            self._init()
        write_private(
            self.data / "postgresql.conf",
            CONFIGURATION.format(host=HOST, port=self.stack.ports["PG_PORT"]),
            self.stack.owner,
        )
        env = service_environment(self.stack)
        self.daemon.start([bin_folder() / "postgres", "-D", self.data], env=env)
        self.daemon.wait_until(self._accepts, 60, "does not accept connections")

    def _init(self) -> None:
        make_folder(self.data, 0o700)
        password = self.stack.folder / "initdb.password"
        write_private(password, self.stack.secrets["superuser"], self.stack.owner)
        options = ["--username=postgres", f"--pwfile={password}", "--data-checksums"]
        options += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8"]
        try:
            run(
                [bin_folder() / "initdb", "-D", self.data, *options],
                self.stack.logs / "initdb.log",
                as_service=True,
                cwd=self.stack.folder,
                env=service_environment(self.stack),
            )
        finally:
            password.unlink()

    def _accepts(self) -> bool:
        try:
            self.sql("SELECT 1")
        except StackError:
            return False
        return True

    def sql(self, statement: str, database="postgres", role="postgres") -> str:
        """Run SQL and return unaligned text."""
        password = self.stack.secrets["odoo" if role == "odoo" else "superuser"]
        env = service_environment(
            self.stack, PGPASSWORD=password, PGCONNECT_TIMEOUT="5"
        )
        port = str(self.stack.ports["PG_PORT"])
        command = [bin_folder() / "psql", "-XqAt", "-v", "ON_ERROR_STOP=1"]
        command += ["-h", HOST, "-p", port, "-U", role, "-d", database, "-f", "-"]
        return output(
            command,
            input=statement,
            env=env,
            cwd=self.stack.folder,
            **drop_privileges(),
        ).strip()

    def exists(self, database: str) -> bool:
        """Tell whether a database exists."""
        found = self.sql(f"SELECT 1 FROM pg_database WHERE datname = '{database}'")
        return found == "1"

    def has_table(self, database: str, table: str) -> bool:
        """Tell whether a database has a table."""
        return self.sql(f"SELECT to_regclass('{table}') IS NOT NULL", database) == "t"

    def prepare_role(self) -> None:
        """Create the role of Odoo, or give it the current password."""
        password = self.stack.secrets["odoo"]
        exists = self.sql("SELECT 1 FROM pg_roles WHERE rolname = 'odoo'")
        verb = "ALTER" if exists else "CREATE"
        self.sql(f"{verb} ROLE odoo LOGIN CREATEDB PASSWORD '{password}'")

    def create(self, database: str, template: str = "template0") -> None:
        """Create a database of Odoo's."""
        locale = "ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"
        self.sql(
            f'CREATE DATABASE "{database}" OWNER odoo TEMPLATE "{template}" {locale}'
        )

    def drop(self, database: str) -> None:
        """Drop a database, whoever is connected to it."""
        self.sql(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def copy(self, source: str, target: str) -> None:
        """Copy a database; nobody, TimescaleDB's workers included, may be in it."""
        self.sql(
            f'ALTER DATABASE "{source}" ALLOW_CONNECTIONS false;'
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            f"WHERE datname = '{source}'"
        )
        try:
            self.create(target, template=source)
        finally:
            self.sql(f'ALTER DATABASE "{source}" ALLOW_CONNECTIONS true')

    def prepare_timeseries(self, database: str = TIMESERIES_DB) -> None:
        """Create the time-series database; only a superuser may add TimescaleDB."""
        if not self.exists(database):
            self.create(database)
        self.sql("CREATE EXTENSION IF NOT EXISTS timescaledb", database)

    def prepare_odoo(self, database: str) -> None:
        """Create the Odoo database with what only a superuser may put into it."""
        if not self.exists(database):
            self.create(database)
        self.sql("CREATE EXTENSION IF NOT EXISTS pg_trgm", database)

    def dsn(self, database: str) -> str:
        """Return the connection string of Odoo's role, in keyword form."""
        return (
            f"host={HOST} port={self.stack.ports['PG_PORT']} dbname={database} "
            f"user=odoo password={self.stack.secrets['odoo']}"
        )

    def uri(self, database: str) -> str:
        """Return the same as an address: free of spaces, for KEY=value files."""
        password, port = self.stack.secrets["odoo"], self.stack.ports["PG_PORT"]
        return f"postgresql://odoo:{password}@{HOST}:{port}/{database}"


def count_rows(uri: str, tables: list[str]) -> dict[str, int]:
    """Count the rows of those tables that exist, wherever the database is."""
    env = {"PATH": os.environ.get("PATH", ""), "PGCONNECT_TIMEOUT": "5"}
    counts = {}
    for table in tables:
        found = subprocess.run(
            [bin_folder() / "psql", "-XqAt", "-d", uri],
            input=f"SELECT count(*) FROM {table}",
            capture_output=True,
            text=True,
            env=env,
        )
        if found.returncode == 0 and found.stdout.strip().isdigit():
            counts[table] = int(found.stdout)
    return counts
