"""A private copy of PostgreSQL with TimescaleDB, unpacked into ``.run/postgresql``.

PostgreSQL computes all its paths from where its own executable lies, so Debian's
packages run from any folder. Debian 13 packages TimescaleDB; for Debian 12 its
source package is built against the private copy.
"""

import os
import re
import shutil
from pathlib import Path

from stack.console import StackError, Steps
from stack.packages import Archive, ensure_lists, install, libraries, show, unpack
from stack.process import run
from stack.settings import CACHE, RUN
from stack.stamps import Stamp

ROOT = RUN / "postgresql"
LOG = RUN / "logs" / "timescaledb.log"
SOURCE_SUITE = "trixie"
BUILD_TOOLS = ["gcc", "libc6-dev", "make", "cmake", "dpkg-dev"]
BUILD_TOOLS += ["libkrb5-dev", "libssl-dev"]
BUILD_OPTIONS = [
    "-DAPACHE_ONLY=1",
    "-DREGRESS_CHECKS=OFF",
    "-DCMAKE_BUILD_TYPE=Release",
]


def bin_folder() -> Path:
    """Return the folder with postgres, initdb, psql and the others."""
    folders = sorted(ROOT.glob("usr/lib/postgresql/*/bin"))
    if not folders:
        raise StackError("PostgreSQL is not set up", remedy="make run")
    return folders[-1]


def prepare(steps: Steps) -> None:
    """Unpack PostgreSQL and put TimescaleDB into it, unless that is done."""
    stamp = Stamp("postgresql", SOURCE_SUITE, BUILD_OPTIONS)
    if stamp.is_current():
        return
    stamp.drop()
    shutil.rmtree(ROOT, ignore_errors=True)
    ensure_lists()
    found = re.search(r"postgresql-(\d+)", show("postgresql", "Depends"))
    if not found:
        raise StackError("cannot tell which PostgreSQL this Debian has")
    version = found[1]
    steps.note(f"PostgreSQL {version}")
    server = [f"postgresql-{version}", f"postgresql-client-{version}"]
    packaged = f"postgresql-{version}-timescaledb"
    if show(packaged, "Version"):
        _unpack([*server, packaged])
    else:
        _unpack([*server, f"postgresql-server-dev-{version}", "libpq-dev"])
        steps.note("building TimescaleDB")
        _build(ROOT / f"usr/lib/postgresql/{version}/bin/pg_config")
    stamp.set()


def _unpack(packages: list[str]) -> None:
    archives = Archive().download(packages)
    runtime = [a for a in archives if not re.match(r"libpq-dev|.*-server-dev", a.name)]
    install(libraries(runtime))
    unpack(archives, ROOT)


def _build(pg_config: Path) -> None:
    install(BUILD_TOOLS)
    archive = Archive(SOURCE_SUITE, "deb-src")
    archive.update()
    source = archive.source("timescaledb")
    run(
        ["./bootstrap", *BUILD_OPTIONS, f"-DPG_CONFIG={pg_config}"],
        LOG,
        cwd=source,
        what="configuring TimescaleDB",
    )
    jobs = f"-j{os.cpu_count() or 2}"
    run(["make", "-C", "build", jobs], LOG, cwd=source, what="building TimescaleDB")
    run(["make", "-C", "build", "install"], LOG, cwd=source)
    shutil.rmtree(CACHE / "apt" / f"{SOURCE_SUITE}-deb-src")
