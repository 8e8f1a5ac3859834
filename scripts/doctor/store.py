"""The time-series database: edition, chunks, jobs, space."""

from contextlib import closing

import psycopg2

from doctor.database import Database, check_server, unreachable
from doctor.finding import Finding, fail, ok, skip, warn

_OVERDUE = 3  # days beyond the retention
_WRAPAROUND = 1_500_000_000  # of 2.1 billion transactions


def check(dsn: str, retention: dict[str, int]) -> tuple[list[Finding], dict]:
    """
    :param retention: table: days, of Odoo's database
    :return: findings, and what the bundle tells
    """
    if not dsn:
        return [skip("store", "readings are in Odoo's own database")], {}
    try:
        database = Database(dsn)
    except psycopg2.Error as error:
        return [unreachable("store", error, "timescale_dsn")], {}
    with closing(database):
        version = database.rows(_VERSION)
        if not version:
            remedy = "as its superuser: CREATE EXTENSION timescaledb"
            return [fail("store", "there is no TimescaleDB in it", remedy)], {}
        edition = database.one("SHOW timescaledb.license")["timescaledb.license"]
        chunks = database.rows(_CHUNKS)
        text = f"TimescaleDB {version[0]['extversion']}, {edition}"
        found = [ok("store", text), *check_server("store", database)]
        found += check_chunks(chunks, retention, edition)
        found += check_transactions(database)
        found += check_rollups(database)
        told = {
            "timescaledb": version[0]["extversion"],
            "edition": edition,
            "clock": database.clock_offset(),
            "chunks": chunks,
        }
    return found, told


def check_chunks(chunks: list[dict], retention: dict[str, int], edition: str):
    """Whether what is old goes, and what is cold is compressed."""
    if not chunks:
        return [skip("chunks", "no reading has been stored yet")]
    found = []
    for row in chunks:
        days = retention.get(row["name"])
        text = (
            f"{row['name']}: {row['chunks']} chunks, {row['compressed']} compressed,"
            f" {row['bytes'] / 1e6:.0f} MB, oldest {row['oldest']} days"
        )
        if days and row["oldest"] > days + _OVERDUE:
            remedy = (
                "see Last Error in Configuration → Retention, and the archive's disk"
            )
            found.append(warn("chunks", f"{text}; kept for {days}", remedy))
        elif edition == "timescale" and row["cold"]:
            remedy = "see timescaledb_information.job_errors: the compression's job"
            text += f"; {row['cold']} older than 15 days are not compressed"
            found.append(warn("chunks", text, remedy))
        else:
            found.append(ok("chunks", text))
    return found


def check_transactions(database: Database) -> list[Finding]:
    """Transaction ids run out when vacuum cannot keep up."""
    row = database.one("SELECT max(age(datfrozenxid)) AS age FROM pg_database")
    text = f"oldest transaction id is {row['age'] / 1e6:.0f} million old"
    if row["age"] < _WRAPAROUND:
        return [ok("store", text)]
    remedy = "end long transactions, then VACUUM FREEZE; before 2,100 million"
    return [fail("store", text, remedy)]


def check_rollups(database: Database) -> list[Finding]:
    """Quarter hours that still wait for the scheduled action."""
    if not database.one("SELECT to_regclass('rollup_dirty') AS t")["t"]:
        remedy = "upgrade it: odoo -u smartdairy_iot_timescale"
        return [fail("store", "the tables of the add-on are missing", remedy)]
    row = database.one("SELECT count(*) AS n FROM rollup_dirty")
    text = f"{row['n']} changes wait to be rolled up"
    if row["n"] < 100_000:
        return [ok("store", text)]
    remedy = "see the jobs: the rollups' action does not keep up"
    return [warn("store", text, remedy)]


_VERSION = "SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'"
_CHUNKS = """
SELECT hypertable_name AS name, count(*) AS chunks,
       count(*) FILTER (WHERE is_compressed) AS compressed,
       count(*) FILTER (
           WHERE NOT is_compressed AND range_end < now() - interval '15 days')
           AS cold,
       greatest(0, extract(day FROM now() - min(range_end)))::int AS oldest,
       sum(pg_total_relation_size(
           format('%I.%I', chunk_schema, chunk_name)::regclass))::bigint
           AS bytes
  FROM timescaledb_information.chunks
 WHERE hypertable_schema = current_schema()
 GROUP BY 1 ORDER BY 1
"""
