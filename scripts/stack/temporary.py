"""A stack that lives as long as one command: tests, benchmarks."""

import fcntl
import os
import shutil
import signal
import tempfile
from contextlib import contextmanager
from pathlib import Path

from stack import down, up
from stack.console import StackError
from stack.process import service_environment, service_user
from stack.settings import REPO, RUN, Stack

SCRIPTS = REPO / "scripts"


@contextmanager
def temporary_stack(name: str):
    """Give a fresh stack; stop and remove it however the command ends."""
    with (RUN / f"{name}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StackError(
                f"another 'make {name}' runs in this checkout",
                remedy="wait until it has ended",
            ) from None
        handle_signals(signal.default_int_handler)
        down.remove(Stack(name))  # what a killed run left behind
        try:
            yield up.open_stack(name)
        finally:
            handle_signals(signal.SIG_IGN)  # let the removal finish
            down.remove(Stack(name))
            handle_signals(signal.default_int_handler)
            (RUN / f"{name}.lock").unlink(missing_ok=True)


def handle_signals(handler) -> None:
    """Take whatever asks this program to end the same way."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handler)


@contextmanager
def temporary_folder():
    """Give the service user a short TMPDIR: Chromium's sockets need short paths."""
    folder = tempfile.mkdtemp(prefix="smartdairy-")
    if os.geteuid() == 0:
        os.chown(folder, service_user().pw_uid, service_user().pw_gid)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def program_environment(stack: Stack, **extra: str) -> dict[str, str]:
    """Return the environment of test programs: all about the stack, no Odoo in it."""
    return service_environment(
        stack,
        PYTHONPATH=f"{REPO}{os.pathsep}{SCRIPTS}",
        **up.environment(stack),
        **extra,
    )


def keep_logs(stack: Stack) -> Path:
    """Keep the logs of a run that failed, those of the last one only."""
    kept = RUN / "logs" / stack.name
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(stack.logs, kept)
    return kept
