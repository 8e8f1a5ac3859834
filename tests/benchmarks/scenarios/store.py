"""The time-series store at 1, 3 and 10 million readings, in a database of its own."""

import os

from ..shell import drive
from ..store.scratch import NoScratchError, scratch_database

SCRIPT = "from tests.benchmarks.store.driver import main; main(env, {sizes})"


def store(session):
    """Bytes per reading, COPY, and what people ask; beside the naive query.

    On the stack's own server, or on the one that was given as TIMESCALE_DSN.
    """
    dsn = os.environ.get("BENCH_STORE_DSN") or session.environment.timescale_dsn
    if not session.odoo.uses_timescale():
        print("store: skipped, smartdairy_iot_timescale is not installed")
        return
    if session.environment.is_ours:
        session.rows.remove()
        session.odoo.remove()  # of the scenarios before, up to 50,000 devices
    try:
        with scratch_database(dsn) as own:
            script = SCRIPT.format(sizes=session.options.rows)
            own = {"SMARTDAIRY_IOT_TIMESCALE_DSN": own}
            result = drive(session, "store", script, **own)
    except NoScratchError as error:
        print(f"store: skipped, no database of its own can be made: {error}")
        return
    session.figures |= result["figures"]
    session.tables += result["tables"]
