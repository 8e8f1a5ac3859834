"""Dedicated cursors of the time-series database, from a pool of the add-on's own.

Odoo's pool never reuses a connection given as a URI, so the DSN is in keywords.
"""

import os
from contextlib import closing, contextmanager
from functools import cache

import psycopg2
from psycopg2.extensions import make_dsn, parse_dsn

from odoo.exceptions import UserError
from odoo.sql_db import Connection, ConnectionPool, PoolError
from odoo.tools import config

from odoo.addons.smartdairy_iot.errors import StoreAwayError
from odoo.addons.smartdairy_iot.settings import get_settings

from . import problem

_TIMEOUT = "10"  # seconds, unless the DSN says another; libpq would wait for minutes
# No connection, no space or memory, shut down. What we did wrong has other codes.
_AWAY = ("08", "53", "57P")


@cache
def _pool(_pid):
    """One pool a process: a connection must not be shared across a fork.

    As large as Odoo's own, whose size bounds how many threads a process has: each may
    ask for readings. A prefork worker, with one thread, opens one.
    """
    return ConnectionPool(config["db_maxconn"])


@cache
def _info():
    """The connection's keywords; a URI is taken apart into them."""
    dsn = get_settings().timescale_dsn
    if not dsn:
        raise StoreAwayError(str(problem.no_dsn()))
    try:
        return {"connect_timeout": _TIMEOUT, **parse_dsn(dsn)}
    except psycopg2.ProgrammingError as error:
        raise StoreAwayError(str(problem.bad_dsn())) from error


def describe():
    """Where the readings are kept, without what is secret."""
    hidden = ("password", "sslpassword", "connect_timeout")
    return make_dsn(**{k: v for k, v in _info().items() if k not in hidden})


@contextmanager
def dedicated_cursor():
    """A cursor in a transaction of its own: committed at the end, or rolled back.

    :raise StoreAwayError: the server is away, refuses us, or has ended the connection
    """
    info = _info()
    connection = Connection(_pool(os.getpid()), info.get("dbname", ""), dict(info))
    with _explained(), connection.cursor() as cr:  # commits, or rolls back, and closes
        yield cr


@contextmanager
def autocommit_cursor():
    """For what TimescaleDB does not do inside of a transaction."""
    with _explained(), closing(psycopg2.connect(**_info())) as own:
        own.autocommit = True
        with own.cursor() as cr:
            yield cr


@contextmanager
def _explained():
    try:
        yield
    except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
        is_away = (error.pgcode or "08").startswith(_AWAY)
        if isinstance(error, (StoreAwayError, PoolError)) or not is_away:
            raise
        found = problem.explain(error, _info(), describe())
        raise StoreAwayError(str(found)) from error


def find_problem(*, is_migrated=True):
    """One line that says what is wrong and what to do; empty when nothing is.

    :param is_migrated: whether its tables must be there
    """
    try:
        with dedicated_cursor() as cr:
            return str(problem.inspect(cr, describe(), is_migrated))
    except StoreAwayError as error:
        return str(error)


def check():
    """Before tables are made or changed.

    :raise UserError: it cannot be done; the text is one line that names the remedy
    """
    if found := find_problem(is_migrated=False):
        raise UserError(found)
