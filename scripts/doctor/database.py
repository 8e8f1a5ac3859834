"""Odoo's database: versions, the listener's queue, jobs, and who holds up whom."""

import time
import zlib
from contextlib import closing
from pathlib import Path

import psycopg2
from psycopg2.extras import RealDictCursor

from doctor.finding import Finding, fail, ok, warn

_ALIVE = 30  # s without a sign of life
_LAG = 10  # s
_WAITING = 1000  # rows of history on their way to the store
_LONG = 300  # s of a transaction
_CONNECTIONS = 0.85  # of those that the server allows
# As in smartdairy_iot/ingest/election.py, which needs Odoo; as PostgreSQL shows it.
_LOCK_CLASS = (zlib.crc32(b"smartdairy_iot.listener") - 2**31) % 2**32


class Database:
    """A read-only connection that gives up after a while.

    :raise psycopg2.Error: it is away
    """

    def __init__(self, dsn):
        limits = {"connect_timeout": 5, "application_name": "smartdairy doctor"}
        if isinstance(dsn, dict):
            self._connection = psycopg2.connect(**dsn, **limits)
        else:
            self._connection = psycopg2.connect(dsn, **limits)
        self._connection.set_session(readonly=True, autocommit=True)
        self.rows("SET statement_timeout = '20s'")

    def rows(self, query: str, *parameters) -> list[dict]:
        """Each row as a dict."""
        with self._connection.cursor(cursor_factory=RealDictCursor) as cr:
            cr.execute(query, parameters or None)
            return cr.fetchall() if cr.description else []

    def one(self, query: str, *parameters) -> dict:
        """The first row."""
        return self.rows(query, *parameters)[0]

    def clock_offset(self) -> float:
        """Seconds by which its clock is ahead of ours."""
        before = time.time()
        there = self.one("SELECT extract(epoch FROM clock_timestamp()) AS at")["at"]
        return float(there) - (before + time.time()) / 2

    def close(self) -> None:
        self._connection.close()


def reason(error: psycopg2.Error) -> str:
    """In one line; of a connection string nothing is quoted, such as a password."""
    if isinstance(error, psycopg2.ProgrammingError):
        return "that is no connection string"
    return str(error).strip().splitlines()[0]


def unreachable(area: str, error: psycopg2.Error, key: str) -> Finding:
    """:param key: of ``odoo.conf``, where the address stands"""
    text = reason(error)
    remedy = f"start the server, or correct {key} in odoo.conf (user, password, host)"
    return fail(area, f"the database cannot be reached: {text}", remedy)


def check(dsn: dict, addons: Path) -> tuple[list[Finding], dict]:
    """
    :param addons: the folder with our add-ons, whose versions count
    :return: findings, and what the bundle tells: versions, listeners, jobs
    """
    try:
        database = Database(dsn)
    except psycopg2.Error as error:
        return [unreachable("database", error, "db_host, db_user …")], {}
    with closing(database):
        found = [*check_server("database", database)]
        if not database.one("SELECT to_regclass('iot_listener') AS t")["t"]:
            remedy = f"install it: odoo -d {dsn['dbname']} -i smartdairy_iot"
            return [*found, fail("database", "smartdairy_iot is not there", remedy)], {}
        found += check_modules(database, addons)
        found += check_listeners(database)
        found += check_jobs(database)
        told = {
            "postgresql": database.one("SHOW server_version")["server_version"],
            "clock": database.clock_offset(),
            "listeners": database.rows(
                "SELECT * FROM iot_listener ORDER BY beat_at DESC LIMIT 20"
            ),
        }
    return found, told


def check_server(area: str, database: Database) -> list[Finding]:
    """Connections, long transactions, sessions that wait for a lock."""
    found = []
    used = database.one(_CONNECTED)
    text = f"{used['used']} of {used['most']} connections are used"
    if used["used"] > _CONNECTIONS * used["most"]:
        remedy = "raise max_connections, or lower workers and db_maxconn"
        found.append(warn(area, text, remedy))
    else:
        found.append(ok(area, text))
    for row in database.rows(_OLD, _LONG):
        text = (
            f"process {row['pid']} ({row['who']}) is in a transaction of {row['age']} s"
        )
        remedy = (
            f"find out what it does; SELECT pg_terminate_backend({row['pid']}) ends it"
        )
        found.append(warn("locks", text, remedy))
    for row in database.rows(_BLOCKED):
        text = f"process {row['pid']} has waited {row['age']} s for {row['by']}"
        remedy = "end the first of those that block, if nobody needs it"
        found.append(warn("locks", text, remedy))
    if len(found) == 1:
        found.append(ok("locks", "no long transaction, nobody waits"))
    return found


def check_modules(database: Database, addons: Path) -> list[Finding]:
    """Whether what is installed is what is on the disk."""
    found = []
    for row in database.rows(_MODULES):
        manifest = addons / row["name"] / "__manifest__.py"
        if not manifest.exists():
            remedy = "add the folder of the add-ons to addons_path"
            text = f"{row['name']} is installed, and not in {addons}"
            found.append(fail("modules", text, remedy))
        elif f'"{row["version"]}"' not in manifest.read_text(encoding="utf-8"):
            remedy = f"upgrade it: odoo -u {row['name']}"
            text = f"{row['name']} {row['version']} is not what the disk has"
            found.append(fail("modules", text, remedy))
        else:
            found.append(ok("modules", f"{row['name']} {row['version']}"))
    return found


def check_listeners(database: Database) -> list[Finding]:
    """Who leads, whether it hears the broker, and what waits."""
    found = []
    leaders = database.rows(_LEADERS, _LOCK_CLASS)
    rows = database.rows(_LISTENERS, _ALIVE)
    if not rows:
        remedy = "start Odoo with server_wide_modules = …,smartdairy_iot; see its log"
        found.append(fail("queue", f"no listener since {_ALIVE} s", remedy))
    connected = [row for row in rows if row["is_connected"]]
    for row in connected:
        found += _check_lag(f"listener {row['host']}/{row['pid']}", row)
    for row in () if connected else rows:  # others stand by, or have just ended
        why = row["error"] or "it does not say why"
        text = f"listener {row['host']}/{row['pid']} has no broker: {why}"
        found.append(fail("queue", text, "see the findings of tls and acl"))
    held = ", ".join(f"{row['number']} by session {row['pid']}" for row in leaders)
    if held:
        found.append(ok("locks", f"lead: {held}"))
    elif rows:
        remedy = "wait a few seconds; if it stays so, see Odoo's log"
        found.append(warn("locks", "nobody leads", remedy))
    waiting = database.one("SELECT count(*) AS n FROM iot_store_outbox")["n"]
    if waiting > _WAITING:
        text = f"{waiting} rows of history wait for the store"
        remedy = "see the findings of store; they go by themselves when it is back"
        found.append(warn("queue", text, remedy))
    late = database.one(_LATE)["n"]
    if late:
        text = f"{late} notifications are due for more than five minutes"
        remedy = "see Configuration → Notifications, and the jobs below"
        found.append(warn("queue", text, remedy))
    return found


def _check_lag(who: str, row: dict) -> list[Finding]:
    lag = float(row["lag"] or 0)
    text = f"{who}: {row['buffered']} messages in its buffer, lag {lag:.1f} s"
    if lag <= _LAG:
        return [ok("queue", text)]
    remedy = "the broker keeps what waits; see the store, or raise listeners"
    return [warn("queue", text, remedy)]


def check_jobs(database: Database) -> list[Finding]:
    """Scheduled actions that fail or do not run."""
    found = []
    for row in database.rows(_JOBS):
        remedy = "look for its name in Odoo's log; run it by hand in Scheduled Actions"
        found.append(warn("jobs", f"{row['name']}: {row['what']}", remedy))
    return found or [ok("jobs", "all scheduled actions run")]


_CONNECTED = """
SELECT (SELECT count(*) FROM pg_stat_activity
         WHERE backend_type = 'client backend') AS used,
       current_setting('max_connections')::int AS most
"""
_OLD = """
SELECT pid, coalesce(nullif(application_name, ''), usename) AS who,
       extract(epoch FROM now() - xact_start)::int AS age
  FROM pg_stat_activity
 WHERE xact_start < now() - make_interval(secs => %s) AND pid <> pg_backend_pid()
   AND backend_type = 'client backend'
 ORDER BY xact_start LIMIT 10
"""
_BLOCKED = """
SELECT pid, extract(epoch FROM now() - state_change)::int AS age,
       array_to_string(pg_blocking_pids(pid), ', ') AS by
  FROM pg_stat_activity
 WHERE cardinality(pg_blocking_pids(pid)) > 0 AND state_change < now() - interval '5 s'
 ORDER BY state_change LIMIT 10
"""
_MODULES = """
SELECT name, latest_version AS version FROM ir_module_module
 WHERE name LIKE 'smartdairy_iot%' AND state <> 'uninstalled' ORDER BY name
"""
# Of smartdairy_iot/ingest/election.py: a class, and the listener's number.
_LEADERS = """
SELECT objid AS number, pid FROM pg_locks
 WHERE locktype = 'advisory' AND granted AND objsubid = 2
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND classid = %s
 ORDER BY objid
"""
_LISTENERS = """
SELECT host, pid, is_connected, buffered, lag, error FROM iot_listener
 WHERE beat_at > now() AT TIME ZONE 'UTC' - make_interval(secs => %s)
 ORDER BY is_connected DESC, host, pid
"""
_LATE = """
SELECT count(*) AS n FROM iot_notification
 WHERE state = 'queued'
   AND coalesce(next_try_at, created_at) < now() AT TIME ZONE 'UTC' - interval '5 min'
"""
_JOBS = """
SELECT action.name->>'en_US' AS name,
       CASE WHEN cron.failure_count > 0
            THEN 'has failed ' || cron.failure_count || ' times'
            ELSE 'is due since ' || to_char(cron.nextcall, 'YYYY-MM-DD HH24:MI')
             END AS what
  FROM ir_cron AS cron
  JOIN ir_act_server AS action ON action.id = cron.ir_actions_server_id
  JOIN ir_model_data AS data ON data.model = 'ir.cron' AND data.res_id = cron.id
 WHERE cron.active AND data.module LIKE 'smartdairy_iot%'
   AND (cron.failure_count > 0
        OR cron.nextcall < now() AT TIME ZONE 'UTC' - interval '15 min')
 ORDER BY 1
"""
