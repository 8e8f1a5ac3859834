"""A standby of the stack's PostgreSQL: streaming replication, on another address."""

import shutil
import signal

import psutil
from psycopg2.extensions import make_dsn
from stack.postgres import Postgres
from stack.process import Daemon, run, service_environment
from stack.settings import HOST
from stack.timescaledb import bin_folder

from tests.support.faults import LastingQuery
from tests.support.servers import stack
from tests.support.waiting import wait_until

ADDRESS = "127.0.0.2"  # another host, as far as anybody connects to it; the same port
NAME = "standby"


class Standby:
    """Made by ``pg_basebackup`` from the running server; follows it from then on."""

    def __init__(self):
        self.stack = stack()
        self.primary = Postgres(self.stack)
        self.folder = self.stack.folder / NAME
        self.daemon = Daemon(self.stack, NAME, stop_signal=signal.SIGINT)
        self.port = self.stack.ports["PG_PORT"]

    def start(self):
        """Copy the primary, and start as its standby."""
        shutil.rmtree(self.folder, ignore_errors=True)
        password = self.stack.secrets["superuser"]
        env = service_environment(self.stack, PGPASSWORD=password)
        primary = f"host={HOST} port={self.port} user=postgres application_name={NAME}"
        run(
            [
                *(bin_folder() / "pg_basebackup", "-d", primary, "-D", self.folder),
                *("-X", "stream", "-R", "--checkpoint=fast"),
            ],
            self.stack.logs / "basebackup.log",
            env=env,
        )
        self.run()

    def run(self):
        """Start what was copied."""
        options = [f"listen_addresses={ADDRESS}", "log_statement=all"]
        command = [bin_folder() / "postgres", "-D", self.folder]
        for option in options:
            command += ["-c", option]
        self.daemon.start(command, env=service_environment(self.stack))
        self.daemon.wait_until(self.follows, 60, "does not follow")

    def follows(self):
        """Whether the primary sends it what it writes."""
        query = "SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'"
        return self.primary.sql(query)

    def make_synchronous(self, is_wanted=True):
        """From now on a COMMIT waits until the standby has it on disk."""
        value = f"'{NAME}'" if is_wanted else "DEFAULT"
        self.primary.sql(f"ALTER SYSTEM SET synchronous_standby_names = {value}")
        self.primary.sql("SELECT pg_reload_conf()")
        if is_wanted:
            query = "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"
            wait_until(lambda: self.primary.sql(query), "it is synchronous")

    def stop_receiving(self):
        """As over a slow line: what the primary writes from now on does not arrive."""
        for process in psutil.Process(self.daemon.pid()).children():
            if "walreceiver" in " ".join(process.cmdline()):
                process.suspend()
                return process
        raise AssertionError("it has no walreceiver")

    def promote(self):
        """It takes writes from now on."""
        with self.query("postgres") as query:
            query("SELECT pg_promote(true, 60)")

    def dsn(self, database, user="odoo"):
        """To the standby alone."""
        dsn = self.primary.dsn(database)
        if user == "odoo":
            return make_dsn(dsn, host=ADDRESS)
        password = self.stack.secrets["superuser"]
        return make_dsn(dsn, host=ADDRESS, user="postgres", password=password)

    def query(self, database):
        """Ask the standby, as superuser."""
        return LastingQuery(self.dsn(database, "postgres"))

    @property
    def log(self):
        """Every statement that it was asked."""
        return self.daemon.log.read_text(errors="replace")

    def remove(self):
        self.daemon.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def either(dsn):
    """The same database, wherever it takes writes."""
    hosts = f"{HOST},{ADDRESS}"
    return make_dsn(dsn, host=hosts, target_session_attrs="read-write")


ODOO_OPTIONS = (f"--db_host={HOST},{ADDRESS}",)
# libpq's own variable: Odoo has no option for it
ODOO_VARIABLES = {"PGTARGETSESSIONATTRS": "read-write"}
