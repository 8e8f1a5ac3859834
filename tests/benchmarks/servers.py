"""The servers of the benchmark's own stack, stopped and started."""

import os
import subprocess
import sys

from .environment import TOP

STACK = [sys.executable, str(TOP / "scripts" / "stack")]


def stop(environment, server):
    """Stop one server in order, as an administrator would."""
    _run("stop", environment, server)


def start(environment, server, **variables):
    """Start it and wait until it serves.

    :param variables: of its process
    """
    _run("start", environment, server, variables)


def restart(environment, server):
    """A process without a past."""
    stop(environment, server)
    start(environment, server)


def _run(action, environment, server, variables=None):
    # never the servers that somebody works with
    if not environment.is_ours:
        raise SystemExit(f"{action} {server}: only in the stack of make bench")
    command = [*STACK, action, server, "--stack", environment.smartdairy_stack]
    done = subprocess.run(
        command,
        cwd=TOP,
        env={**os.environ, **(variables or {})},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{action} {server}: {done.stdout}{done.stderr}")
