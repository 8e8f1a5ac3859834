"""The long proofs of docs/scaling.md and docs/backup.md, as tests that pass or fail."""

import os
import subprocess
import sys

from ..environment import TOP

TESTS = ["tests/scaling", "tests/operations", "tests/faults/test_hosts.py"]


def proofs(session):
    """Run them, as often as asked for; the benchmark fails with them."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:odoo"]
    command += ["-p", "no:cacheprovider", "--durations=0", "-v", *TESTS]
    if chosen := session.options.proofs:
        command += ["-k", chosen]
    env = {**os.environ, "SCALING": "1"}
    for number in range(session.options.times):
        print(f"proofs, {number + 1} of {session.options.times}", flush=True)
        if subprocess.run(command, cwd=TOP, env=env).returncode:
            raise SystemExit("proofs: one has failed; it stands above")
