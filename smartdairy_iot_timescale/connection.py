"""Dedicated cursors of the time-series database, from a pool of the add-on's own.

Odoo's pool never reuses a connection given as a URI, so the DSN is in keywords.
"""

import logging
import os
import time
from contextlib import closing, contextmanager
from functools import cache

import psycopg2
from psycopg2.extensions import make_dsn, parse_dsn

from odoo.exceptions import ConcurrencyError, UserError
from odoo.sql_db import Connection, ConnectionPool, PoolError
from odoo.tools import config

from odoo.addons.smartdairy_iot.errors import StoreAwayError
from odoo.addons.smartdairy_iot.settings import get_settings

from . import problem
from .replica import Primary, Replica, Standby

_logger = logging.getLogger(__name__)

_TIMEOUT = "10"  # seconds, unless the DSN says another; libpq would wait for minutes
_REPLICA_TIMEOUT = "2"  # there is the primary to go to
# No connection, no space or memory, shut down. What we did wrong has other codes.
_AWAY = ("08", "53", "57P")


@cache
def _pool(_pid, readonly=False):
    """One pool a process: a connection must not be shared across a fork.

    A replica has another: it refuses any transaction that could write.

    As large as Odoo's own, whose size bounds how many threads a process has: each may
    ask for readings. A prefork worker, with one thread, opens one.
    """
    return ConnectionPool(config["db_maxconn"], readonly)


@cache
def _info():
    """The connection's keywords; a URI is taken apart into them."""
    if dsn := get_settings().timescale_dsn:
        return _keywords("timescale_dsn", dsn, connect_timeout=_TIMEOUT)
    raise StoreAwayError(str(problem.no_dsn()))


@cache
def _replica_info():
    """Likewise of the replica; None when there is none."""
    if dsn := get_settings().timescale_replica_dsn:
        # Whatever PGTARGETSESSIONATTRS says for the sake of the primary.
        defaults = {"connect_timeout": _REPLICA_TIMEOUT, "target_session_attrs": "any"}
        return _keywords("timescale_replica_dsn", dsn, **defaults)
    return None


def _keywords(key, dsn, **defaults):
    try:
        return {**defaults, **parse_dsn(dsn)}
    except psycopg2.ProgrammingError as error:
        raise StoreAwayError(str(problem.bad_dsn(key))) from error


def describe():
    """Where the readings are kept, without what is secret."""
    return _describe(_info())


def _describe(info):
    hidden = ("password", "sslpassword", "connect_timeout", "target_session_attrs")
    return make_dsn(**{k: v for k, v in info.items() if k not in hidden})


@contextmanager
def dedicated_cursor():
    """A cursor in a transaction of its own: committed at the end, or rolled back.

    :raise StoreAwayError: the server is away, refuses us, or has ended the connection
    """
    with _explained(), _connection(_info()).cursor() as cr:
        yield cr  # commits, or rolls back, and closes


def _connection(info, readonly=False):
    pool = _pool(os.getpid(), readonly)
    return Connection(pool, info.get("dbname", ""), dict(info))


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


@contextmanager
def reading_cursor():
    """A cursor for what only reads: of the replica, while that is not far behind.

    :raise ConcurrencyError: the replica fails meanwhile; Odoo serves the request once
        more, and the primary is read then
    :raise StoreAwayError: as :func:`dedicated_cursor`
    """
    replica = replica_of(os.getpid())
    if not (replica and replica.is_good()):
        with dedicated_cursor() as cr:
            yield cr
        return
    try:
        with _connection(_replica_info(), readonly=True).cursor() as cr:
            yield cr
    except PoolError:
        raise
    except (psycopg2.OperationalError, psycopg2.InterfaceError) as error:
        replica.failed(error)
        raise ConcurrencyError(_failed(error)) from error


def settle():
    """Return when whoever reads from the replica is shown what was just written."""
    if replica := replica_of(os.getpid()):
        replica.settle()


@cache
def replica_of(_pid):
    """The :class:`~.replica.Replica` of this process; None when none is configured."""
    if not _replica_info():
        return None
    return Replica(
        primary=_ask_primary,
        standby=_ask_standby,
        most=get_settings().timescale_replica_lag,
        errors=(psycopg2.Error,),
        clock=time.monotonic,
        sleep=time.sleep,
        tell=_tell,
    )


def _ask_primary():
    with dedicated_cursor() as cr:
        # Raw SQL, here and below: what PostgreSQL says of itself.
        cr.execute("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn, clock_timestamp()")
        return Primary(*cr.fetchone())


def _ask_standby():
    with _connection(_replica_info(), readonly=True).cursor() as cr:
        cr.execute(_REPLAYED)
        return Standby(*cr.fetchone())


def _tell(is_good, reason):
    where = _describe(_replica_info())
    if is_good:
        _logger.info("The replica (%s) is read from again", where)
    else:
        _logger.warning(
            "The replica of the time-series database (%s) is not read from, but its"
            " primary: %s",
            where,
            reason,
        )


def _failed(error):
    return f"The replica of the time-series database failed: {str(error).strip()}"


# One that was promoted still says what it had replayed.
_REPLAYED = """
SELECT CASE WHEN pg_is_in_recovery()
            THEN pg_last_wal_replay_lsn() - '0/0'::pg_lsn END,
       pg_last_xact_replay_timestamp()
"""


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
