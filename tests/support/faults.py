"""What may befall the servers of a stack; used by the tests of faults and the soak."""

import contextlib
import os
import signal
import time

import psycopg2
from stack.console import StackError

from tests.support.waiting import wait_until


class LastingQuery:
    """Rows of a database that dies and comes back: it connects again.

    ``query(sql, *parameters)``

    :param dsn: of the time-series database, unless given
    """

    def __init__(self, dsn=None):
        self._dsn = dsn or os.environ["TIMESCALE_DSN"]
        self._connection = None

    def __call__(self, sql, *parameters, seconds=60):
        deadline = time.monotonic() + seconds
        while True:
            try:
                if not self._connection:
                    self._connection = psycopg2.connect(self._dsn)
                    self._connection.autocommit = True
                with self._connection.cursor() as cr:
                    cr.execute(sql, parameters)
                    return cr.fetchall()
            except (psycopg2.OperationalError, psycopg2.InterfaceError):
                self._connection = None
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.close()

    def close(self):
        if self._connection:
            self._connection.close()


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

    wait_until(starts, "PostgreSQL runs again", 120)  # it looks at every file first
