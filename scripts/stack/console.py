"""What the person at the terminal sees: numbered steps, seconds, one-line failures."""

import sys
import time
from contextlib import contextmanager
from pathlib import Path


class StackError(Exception):
    """Something failed: one line for the person, where to look and what to do."""

    def __init__(self, message: str, log: Path | None = None, remedy: str = ""):
        super().__init__(message)
        self.log = log
        self.remedy = remedy

    def lines(self) -> list[str]:
        """Return the lines to print on failure."""
        lines = [f"FAILED: {self}"]
        if self.log:
            lines.append(f"   log: {self.log}")
        if self.remedy:
            lines.append(f"    do: {self.remedy}")
        return lines


def say(text: str = "") -> None:
    """Print one line at once, also when the output is a pipe."""
    print(text, flush=True)


class Steps:
    """Numbered steps of a known total, each timed: ``[ 2/9] Odoo 19 ... done``."""

    def __init__(self, total: int):
        self.total = total
        self.number = 0
        self._open_line = False

    @contextmanager
    def step(self, title: str):
        """Announce a step, run it, say how long it took."""
        self.number += 1
        started = time.monotonic()
        self._write(f"[{self.number:2}/{self.total}] {title} {'.' * (26 - len(title))}")
        self._open_line = True
        try:
            yield self
        except BaseException:
            self._write(f" failed after {time.monotonic() - started:.0f} s\n")
            raise
        self._write(f" done in {time.monotonic() - started:.1f} s\n")
        self._open_line = False

    def note(self, text: str) -> None:
        """Add a few words to the line of the current step."""
        self._write(f" {text} …" if self._open_line else f"{text}\n")

    @staticmethod
    def _write(text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()
