"""Dedicated cursors of the time-series database, from a pool of the add-on's own.

Odoo's pool never reuses a connection given as a URI, so the DSN is in keywords.
"""

import os
from contextlib import closing, contextmanager
from functools import cache

import psycopg2
from psycopg2.extensions import make_dsn, parse_dsn

from odoo import _
from odoo.exceptions import UserError
from odoo.sql_db import Connection, ConnectionPool

from odoo.addons.smartdairy_iot.settings import get_settings

_MAX_CONNECTIONS = 8


@cache
def _pool(_pid):
    """One pool a process: a connection must not be shared across a fork."""
    return ConnectionPool(_MAX_CONNECTIONS)


@cache
def _info():
    """The connection's keywords; a URI is taken apart into them."""
    return parse_dsn(get_settings().timescale_dsn)


def describe():
    """Where the readings are kept, without the password."""
    info = {key: value for key, value in _info().items() if key != "password"}
    return make_dsn(**info)


@contextmanager
def dedicated_cursor():
    """A cursor in a transaction of its own: committed at the end, or rolled back.

    :raise psycopg2.OperationalError: the server is away
    """
    info = _info()
    connection = Connection(_pool(os.getpid()), info.get("dbname", ""), dict(info))
    with connection.cursor() as cr:  # commits, or rolls back, and closes
        yield cr


@contextmanager
def autocommit_cursor():
    """For what TimescaleDB does not do inside of a transaction."""
    with closing(psycopg2.connect(**_info())) as own:
        own.autocommit = True
        with own.cursor() as cr:
            yield cr


def check():
    """Raise :class:`UserError`, naming the remedy, when the DSN cannot be used."""
    if not get_settings().timescale_dsn:
        raise UserError(
            _(
                "smartdairy_iot_timescale needs to know where TimescaleDB is: set "
                "timescale_dsn in the section [smartdairy_iot] of odoo.conf, or "
                "SMARTDAIRY_IOT_TIMESCALE_DSN in the environment."
            )
        )
    try:
        with dedicated_cursor() as cr:
            # Raw SQL: a catalogue of another database than Odoo's.
            cr.execute("SELECT 1 FROM pg_extension WHERE extname = 'timescaledb'")
            if cr.rowcount:
                return
    except psycopg2.OperationalError as error:
        raise UserError(
            _(
                "The time-series database (%(dsn)s) cannot be reached: %(error)s",
                dsn=describe(),
                error=str(error).strip(),
            )
        ) from error
    raise UserError(
        _(
            "The time-series database (%(dsn)s) has no TimescaleDB. As its superuser, "
            "run: CREATE EXTENSION timescaledb",
            dsn=describe(),
        )
    )
