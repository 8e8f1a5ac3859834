"""What only TimescaleDB's Community edition does."""

from odoo.addons.smartdairy_iot_timescale import connection

_PAUSE = """
SELECT alter_job(job_id, scheduled => FALSE)
  FROM timescaledb_information.jobs WHERE job_id >= 1000
"""
_CHUNKS = "SELECT chunk::text FROM show_chunks(%s::regclass) AS chunk ORDER BY chunk"


def pause_jobs(store):
    """No policy may compress what is still being loaded."""
    if store._edition() == "timescale":
        with store._cursor() as cr:
            cr.execute(_PAUSE)


def compress(table):
    """Every chunk, as the policy does when it is old enough."""
    with connection.autocommit_cursor() as cr:
        cr.execute(_CHUNKS, [table])
        for (chunk,) in cr.fetchall():
            cr.execute("SELECT compress_chunk(%s::regclass)", [chunk])
        cr.execute(f"ANALYZE {table}")
