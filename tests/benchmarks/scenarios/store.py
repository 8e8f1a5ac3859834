"""The time-series store at 1, 3 and 10 million readings, in a database of its own."""

import json
import os
import subprocess
import sys

from ..environment import TOP
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
        session.odoo.remove()  # of the scenarios before, up to 50,000 devices
    try:
        with scratch_database(dsn) as own:
            result = _drive(session, own)
    except NoScratchError as error:
        print(f"store: skipped, no database of its own can be made: {error}")
        return
    session.figures |= result["figures"]
    session.tables += result["tables"]


def _drive(session, dsn):
    """Run the driver in Odoo's shell; what it prints for people is printed here."""
    environment = session.environment
    odoo = [sys.executable, environment.odoo_bin, "shell", "-c", environment.odoo_conf]
    variables = {
        "PYTHONPATH": os.pathsep.join([environment.odoo_pythonpath, str(TOP)]),
        "SMARTDAIRY_IOT_TIMESCALE_DSN": dsn,
    }
    with subprocess.Popen(
        [*odoo, "--no-http", "--log-level=warn"],
        cwd=TOP,
        env={**os.environ, **variables},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        process.stdin.write(SCRIPT.format(sizes=session.options.rows))
        process.stdin.close()
        result = None
        for line in process.stdout:
            if line.startswith("{"):
                result = json.loads(line)
            else:
                print(line, end="", flush=True)
    if process.returncode or not result:
        raise SystemExit("store: the driver failed; its message stands above")
    return result
