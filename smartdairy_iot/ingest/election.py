"""Of many hosts, one listens: leadership by an advisory lock."""

import zlib

import psycopg2

from odoo import sql_db

_TIMEOUT = 5  # seconds, of a connection and of an answer
_LOCK_CLASS = zlib.crc32(b"smartdairy_iot.listener") - 2**31


def lock_class():
    """Under which PostgreSQL lists the locks of those who lead."""
    return _LOCK_CLASS


class Leadership:
    """Holds ``pg_try_advisory_lock`` on a raw connection of its own.

    A pooled Odoo cursor would go back to the pool still holding the lock. The lock
    falls with the connection, so a standby takes over within a cycle of ``kill -9``.
    """

    def __init__(self, db_name, number):
        self._db_name = db_name
        self._number = number
        self._connection = None
        self._is_held = False

    def acquire(self):
        """True while this process leads; never blocks.

        :raise psycopg2.Error: PostgreSQL is away, and the lock with it
        """
        try:
            with self._cursor() as cr:
                if self._is_held:
                    cr.execute("SELECT 1")  # raises when the connection, and lock, died
                    return True
                # Raw SQL: the ORM knows no advisory locks.
                cr.execute(
                    "SELECT pg_try_advisory_lock(%s, %s)", (_LOCK_CLASS, self._number)
                )
                self._is_held = cr.fetchone()[0]
        except psycopg2.Error:
            self.release()
            raise
        return self._is_held

    def release(self):
        self._is_held = False
        if self._connection:
            self._connection.close()
            self._connection = None

    def _cursor(self):
        if self._connection is None:
            _name, info = sql_db.connection_info_for(self._db_name)
            self._connection = psycopg2.connect(
                **info,
                connect_timeout=_TIMEOUT,
                keepalives_idle=2,
                keepalives_interval=1,
                keepalives_count=2,
                tcp_user_timeout=_TIMEOUT * 1000,
            )
            self._connection.autocommit = True
            with self._connection.cursor() as cr:
                # Raw SQL: of this connection only. A host that loses its power says no
                # goodbye, and by default PostgreSQL notices after two hours.
                cr.execute(
                    "SET tcp_keepalives_idle = 2; SET tcp_keepalives_interval = 1;"
                    " SET tcp_keepalives_count = 2"
                )
        return self._connection.cursor()
