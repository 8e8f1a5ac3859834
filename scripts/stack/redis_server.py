"""Redis, for the benchmarks only: what they compare with needs one, we do not."""

import signal
from contextlib import contextmanager
from pathlib import Path

from stack.packages import Archive, ensure_lists, install, libraries, unpack
from stack.process import Daemon, make_folder, service_environment
from stack.settings import HOST, RUN, Stack, free_port, is_free, write_private
from stack.stamps import Stamp

ROOT = RUN / "redis"
# Nothing is kept: the specification uses it as a cache.
CONFIGURATION = """\
bind {host}
port {port}
requirepass {password}
dir {folder}
save ""
appendonly no
daemonize no
"""


def prepare() -> None:
    """Unpack Redis; installed, the package would start a server."""
    stamp = Stamp("redis", "redis")
    if not stamp.is_current():
        ensure_lists()
        archives = Archive().download(["redis-server", "redis-tools"])
        install(libraries(archives))
        unpack(archives, ROOT)
        stamp.set()


@contextmanager
def running(stack: Stack):
    """Give the address of a Redis that lives as long as the block."""
    port = free_port(set(stack.ports.values()))
    folder: Path = make_folder(stack.folder / "redis", 0o700)
    password = stack.secrets["superuser"]
    values = {"host": HOST, "port": port, "password": password, "folder": folder}
    configuration = folder / "redis.conf"
    write_private(configuration, CONFIGURATION.format(**values), stack.owner)
    daemon = Daemon(stack, "redis", stop_signal=signal.SIGTERM)
    daemon.start(
        [ROOT / "usr/bin/redis-server", configuration], env=service_environment(stack)
    )
    try:
        daemon.wait_until(lambda: not is_free(port), 20, "does not listen")
        yield f"redis://:{password}@{HOST}:{port}/0"
    finally:
        daemon.stop()
