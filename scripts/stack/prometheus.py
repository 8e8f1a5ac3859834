"""Prometheus, for the tests only: rules and dashboards are asked of a real one."""

from pathlib import Path

from stack.packages import Archive, ensure_lists, unpack
from stack.settings import RUN
from stack.stamps import Stamp

ROOT = RUN / "prometheus"


def prepare() -> None:
    """Unpack prometheus and promtool, which are linked with nothing but libc.

    The libraries that the package names are scripts of its web page.
    """
    stamp = Stamp("prometheus", "prometheus")
    if not stamp.is_current():
        ensure_lists()
        unpack(Archive().download(["prometheus"]), ROOT)
        stamp.set()


def program(name: str) -> Path:
    """Return the path of ``prometheus`` or ``promtool``."""
    return ROOT / "usr" / "bin" / name
