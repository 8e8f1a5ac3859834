"""Who listens, and how much memory it takes."""

import os
import threading
from pathlib import Path

SAMPLE_SECONDS = 0.5
KIBIBYTES = 1024  # in a mebibyte
ESTABLISHED = "01"


def listener_pids(environment):
    """Odoo's processes with a connection to the broker: who holds which socket."""
    ports = environment.mqtt_tls_port, environment.mqtt_port
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            columns = line.split()
            remote_port = int(columns[2].rpartition(":")[2], 16)
            if remote_port in ports and columns[3] == ESTABLISHED:
                inodes.add(f"socket:[{columns[9]}]")
    return [pid for pid in _odoo_pids() if inodes & _sockets(pid)]


def _odoo_pids():
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and b"odoo" in (entry / "cmdline").read_bytes():
                yield int(entry.name)
        except OSError:  # gone meanwhile
            continue


def _sockets(pid):
    try:
        return {os.readlink(link) for link in Path(f"/proc/{pid}/fd").iterdir()}
    except OSError:
        return set()


def rss_mb(pids):
    """The resident memory of these processes together."""
    total = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                total += int(line.split()[1])
    return total / KIBIBYTES


class MemoryWatch(threading.Thread):
    """Looks at the listener every half second for as long as the block lasts.

    With Odoo's threaded server the listener is a thread, and its process everything
    that Odoo is: the figure is that of the whole server.
    """

    def __init__(self, environment):
        super().__init__(daemon=True)
        self._pids = listener_pids(environment)
        self._stopping = threading.Event()
        self.samples = []  # MiB

    def __enter__(self):
        self.start()
        return self

    def run(self):
        """Look until stopped."""
        while True:
            self._look()
            if self._stopping.wait(SAMPLE_SECONDS):
                return

    def _look(self):
        try:
            self.samples.append(rss_mb(self._pids))
        except OSError:  # a listener that was started anew; the next watch sees it
            return

    def __exit__(self, *_error):
        self._stopping.set()
        self.join()
        self._look()
