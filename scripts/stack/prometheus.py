"""Prometheus and its Alertmanager, for the tests only: rules are asked of real ones."""

from pathlib import Path

from stack.packages import Archive, ensure_lists, unpack
from stack.settings import RUN
from stack.stamps import Stamp

ROOT = RUN / "prometheus"
PACKAGES = ("prometheus", "prometheus-alertmanager")


def prepare() -> None:
    """Unpack their programs, which are linked with nothing but libc.

    The libraries that the packages name are scripts of their web pages.
    """
    stamp = Stamp("prometheus", *PACKAGES)
    if not stamp.is_current():
        ensure_lists()
        unpack(Archive().download(list(PACKAGES)), ROOT)
        stamp.set()


def program(name: str) -> Path:
    """Return the path of ``prometheus``, ``promtool``, ``prometheus-alertmanager`` …"""
    return ROOT / "usr" / "bin" / name
