"""The replica of the time-series database: whether it is read from."""

from contextlib import closing

import psycopg2

from doctor.database import Database, reason
from doctor.finding import Finding, fail, ok, skip, warn

AREA = "replica"


def check(settings, is_odoo_replicated: bool) -> list[Finding]:
    """
    :param settings: those of the add-on
    :param is_odoo_replicated: whether ``odoo.conf`` has a ``db_replica_host``
    """
    if not settings.timescale_replica_dsn:
        return [skip(AREA, "none: readings are read where they are written")]
    found = [] if is_odoo_replicated else [_never_asked()]
    try:
        with closing(Database(settings.timescale_replica_dsn)) as standby:
            return [*found, *_compare(settings, standby)]
    except psycopg2.Error as error:
        text = reason(error)
        remedy = "start it, or correct timescale_replica_dsn; the primary is read now"
        return [*found, warn(AREA, f"it cannot be reached: {text}", remedy)]


def judge(primary: dict, standby: dict, most: int) -> Finding:
    """
    :param primary: ``position`` in its log, in bytes, and its time ``now``
    :param standby: ``is_standby``, ``position``, ``last_commit``
    :param most: seconds that it may be behind
    """
    if not standby["is_standby"]:
        remedy = "let timescale_replica_dsn lead to a standby of the primary"
        return fail(AREA, "it is a database of its own, and not read from", remedy)
    missing = max(0, primary["position"] - (standby["position"] or 0))
    if not missing:
        return ok(AREA, "it shows all that its primary has")
    if standby["last_commit"] is None:
        remedy = "see its log: is its primary_conninfo right?"
        return warn(AREA, "it has not received anything yet", remedy)
    behind = max(0.0, (primary["now"] - standby["last_commit"]).total_seconds())
    text = f"it is {missing / 1e6:.1f} MB and {behind:.1f} s behind; {most} s may be"
    if behind <= most:
        return ok(AREA, text)
    remedy = (
        "look at the line between them, and at long queries on it"
        " (max_standby_streaming_delay); the primary is read now"
    )
    return warn(AREA, text, remedy)


def _compare(settings, standby: Database) -> list[Finding]:
    try:
        with closing(Database(settings.timescale_dsn)) as primary:
            here = primary.one(_WRITTEN)
    except psycopg2.Error:
        return []  # that the store is away is said elsewhere
    return [judge(here, standby.one(_SHOWN), settings.timescale_replica_lag)]


def _never_asked() -> Finding:
    text = "timescale_replica_dsn is set and db_replica_host is not: nothing uses it"
    remedy = "set db_replica_host too; db_host's value if Odoo's own has no replica"
    return warn(AREA, text, remedy)


_WRITTEN = """
SELECT pg_current_wal_lsn() - '0/0'::pg_lsn AS position, clock_timestamp() AS now
"""
_SHOWN = """
SELECT pg_is_in_recovery() AS is_standby,
       pg_last_wal_replay_lsn() - '0/0'::pg_lsn AS position,
       pg_last_xact_replay_timestamp() AS last_commit
"""
