"""The listener's memory over time, whichever process it is."""

import threading
import time

import psutil

MIB = 2**20
EDGE = 60.0  # seconds that count as beginning and as end of a life


class MemoryLog(threading.Thread):
    """Looks every second at the process that ``find()`` names, until stopped."""

    def __init__(self, find, every=1.0):
        super().__init__(daemon=True)
        self._find = find
        self._every = every
        self._stopping = threading.Event()
        self.samples = []  # (seconds since the epoch, pid, MiB)

    def __enter__(self):
        self.start()
        return self

    def run(self):
        while not self._stopping.wait(self._every):
            for process in self._find():
                try:
                    used = process.memory_info().rss / MIB
                except psutil.Error:  # it ended while we looked
                    continue
                self.samples.append((time.time(), process.pid, used))

    def __exit__(self, *_error):
        self._stopping.set()
        self.join()

    def last_life(self):
        """Samples of the process that was there at the end, as (time, MiB)."""
        last = self.samples[-1][1]
        return [(at, used) for at, pid, used in self.samples if pid == last]

    def growth(self):
        """MiB: the highest of its last minute less the highest of its first."""
        life = self.last_life()
        begun, ended = life[0][0], life[-1][0]
        edge = min(EDGE, (ended - begun) / 2)
        first = max(used for at, used in life if at <= begun + edge)
        return max(used for at, used in life if at >= ended - edge) - first

    def table(self, parts=6):
        """Lines of Markdown: the lowest and highest in equal parts of that life."""
        life = self.last_life()
        begun, length = life[0][0], (life[-1][0] - life[0][0]) / parts or 1
        lines = ["| the last listener's minutes | memory, MiB |", "|---|---:|"]
        for part in range(parts):
            used = [
                mib for at, mib in life if part <= (at - begun) / length <= part + 1
            ]
            if used:
                span = f"{part * length / 60:.1f}–{(part + 1) * length / 60:.1f}"
                lines.append(f"| {span} | {min(used):.1f} … {max(used):.1f} |")
        return lines
