"""What the tests of docker/ share: its folder, programs with an end, odoo.conf."""

import configparser
import contextlib
import os
import socket
import subprocess
from functools import cache
from pathlib import Path

from tests.conftest import wait_until
from tests.support.waiting import PATIENCE

REPO = Path(__file__).resolve().parents[2]
DOCKER = REPO / "docker"
FOREIGN = DOCKER / "timescaledb" / "foreign.sql"
RUN = REPO / ".run"
HOST = "127.0.0.1"
CERTIFICATES = REPO / "scripts" / "certificates.sh"
APART = ("unshare", "--user", "--map-current-user", "--mount", "--keep-caps")
READ_ONLY = """
while [ "$1" != -- ]; do mount --bind "$1" "$1" || exit; shift; done; shift
mount -o remount,bind,ro / && exec "$@"
"""


@cache
def has_namespaces():
    """Whether an ordinary user may have a view of the file system of its own here."""
    return not subprocess.run([*APART, "true"], capture_output=True).returncode


def read_only(command, writable):
    """As a container with a read-only root and these volumes; as it is, where the
    machine does not let us.

    :param writable: folders; what else is mounted apart, as /dev/shm, stays as it is
    """
    if not has_namespaces():
        return command
    return [*APART, "sh", "-c", READ_ONLY, "sh", *writable, "--", *command]


@contextlib.contextmanager
def running(command, log, ready, what, seconds=PATIENCE, writable=None, **environment):
    """A program as long as the block; fails with its last words when it ends early.

    :param log: file of what it prints
    :param ready: polled until true
    :param writable: folders; it may write nowhere else
    """
    if writable is not None:
        command = read_only(command, writable)
    with log.open("w") as output:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=plain_environment(**environment),
        )
    try:

        def is_ready():
            assert process.poll() is None, f"{what} ended: {log.read_text()[-2000:]}"
            return ready()

        wait_until(is_ready, f"{what}: {log}", seconds)
        yield process
    finally:
        process.terminate()
        process.wait(PATIENCE)


def run(*command, **environment):
    """Run to the end; return what it printed."""
    done = subprocess.run(
        [str(word) for word in command],
        capture_output=True,
        text=True,
        env=plain_environment(**environment),
        timeout=180,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def plain_environment(**extra):
    """None of ours, which would lead the programs to the stack's servers."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TMPDIR")}
    return kept | {key: str(value) for key, value in extra.items()}


def listens(port):
    """:return: a function that tells whether somebody listens there"""

    def check():
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), 1):
            return True
        return False

    return check


def option(name, section="options"):
    """A key of the stack's ``odoo.conf``."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(os.environ["ODOO_CONF"])
    return parser[section][name]
