"""A database of the benchmark's own, beside the one that holds somebody's readings."""

from contextlib import closing, contextmanager

import psycopg2
from psycopg2.extensions import make_dsn, parse_dsn

NAME = "smartdairy_bench_store"


class NoScratchError(Exception):
    """The role may not make one; the message says why and what to do."""


@contextmanager
def scratch_database(dsn):
    """The DSN of a new database with TimescaleDB on that server, dropped at the end.

    :raise NoScratchError: it cannot be made
    """
    with closing(_connect(dsn)) as server:
        own = make_dsn(**{**parse_dsn(dsn), "dbname": NAME})
        _run(server, f"CREATE DATABASE {NAME} TEMPLATE template0 ENCODING 'UTF8'")
        try:
            with closing(_connect(own)) as connection:
                _run(connection, "CREATE EXTENSION IF NOT EXISTS timescaledb")
            yield own
        finally:
            _run(server, f"DROP DATABASE {NAME} WITH (FORCE)")


def _connect(dsn):
    try:
        connection = psycopg2.connect(dsn)
    except psycopg2.OperationalError as error:
        raise NoScratchError(" ".join(str(error).split())) from None
    connection.autocommit = True
    return connection


def _run(connection, statement):
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    except psycopg2.errors.DuplicateDatabase:
        raise NoScratchError(
            f"another benchmark runs, or was killed: DROP DATABASE {NAME}"
        ) from None
    except psycopg2.errors.InsufficientPrivilege as error:
        remedy = "the role needs CREATEDB, and TimescaleDB to be a trusted extension"
        reason = error.diag.message_primary
        raise NoScratchError(f"{reason}: {remedy}") from None
