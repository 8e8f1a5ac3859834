"""Debian packages: installed on the host, or only unpacked into a folder of ours.

Every download is verified by apt against the signatures of the Debian archive. The
mirror's address is read from the machine's own configuration.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

from stack.console import StackError
from stack.process import output, run
from stack.settings import CACHE, RUN

APT_LOG = RUN / "logs" / "apt.log"
KEYRINGS = tuple(
    Path("/usr/share/keyrings") / f"debian-archive-keyring.{suffix}"
    for suffix in ("gpg", "pgp")
)
# Libraries that are loaded only for features we switch off (PostgreSQL's JIT).
NOT_NEEDED = re.compile(r"^libllvm")


def missing(packages: list[str]) -> list[str]:
    """Return the packages that dpkg does not know as installed."""
    if not shutil.which("dpkg-query"):
        raise StackError(
            "this set-up needs Debian 12 or 13 (no dpkg here)",
            remedy="use docker/ instead",
        )
    query = ["dpkg-query", "-W", "-f", "${Package} ${Status}\n", *packages]
    listed = subprocess.run(query, capture_output=True, text=True).stdout
    lines = (line.split(" ", 1) for line in listed.splitlines())
    installed = {name for name, status in lines if status == "install ok installed"}
    return [name for name in packages if name not in installed]


def _as_root() -> list[str]:
    if os.geteuid() == 0:
        return ["env", "DEBIAN_FRONTEND=noninteractive"]
    if shutil.which("sudo"):
        return ["sudo", "env", "DEBIAN_FRONTEND=noninteractive"]
    return []


def update_lists() -> None:
    """Refresh the host's package lists: a fresh machine or image may have none."""
    run([*_as_root(), "apt-get", "update"], APT_LOG, what="apt-get update")


def install(packages: list[str]) -> list[str]:
    """Install what is missing; return its names."""
    wanted = missing(packages)
    if not wanted:
        return []
    by_hand = f"apt-get install {' '.join(wanted)}   (as root), then run make again"
    root = _as_root()
    if not root:
        raise StackError("packages are missing and there is no sudo", remedy=by_hand)
    command = [*root, "apt-get", "install", "-y", "--no-install-recommends", *wanted]
    try:
        run(command, APT_LOG)
    except StackError:  # the lists are missing or stale
        update_lists()
        run(command, APT_LOG, what="apt-get install", remedy=by_hand)
    return wanted


def show(package: str, field: str) -> str:
    """Return a field of the host's candidate of a package, empty if there is none."""
    done = subprocess.run(
        ["apt-cache", "show", "--no-all-versions", package],
        capture_output=True,
        text=True,
    )
    found = re.search(rf"^{field}: (.*)$", done.stdout, re.M)
    return found[1] if found else ""


def ensure_lists() -> None:
    """Make sure that the host's package lists know the packages we need."""
    if not show("postgresql", "Depends"):
        update_lists()
    if not show("postgresql", "Depends"):
        raise StackError(
            "apt knows no package 'postgresql'",
            log=APT_LOG,
            remedy="check /etc/apt/sources.list and run apt-get update",
        )


def unpack(archives: list[Path], target: Path) -> None:
    """Unpack downloaded packages without installing them."""
    target.mkdir(parents=True, exist_ok=True)
    for archive in archives:
        run(["dpkg-deb", "-x", archive, target], APT_LOG)


def libraries(archives: list[Path]) -> list[str]:
    """Return the shared libraries that unpacked programs need from the host."""
    names = set()
    for archive in archives:
        for field in ("Depends", "Pre-Depends"):
            depends = output(["dpkg-deb", "-f", archive, field])
            for clause in depends.split(","):
                name = clause.split("|")[0].split("(")[0].strip()
                if re.match(r"lib|zlib", name) and not NOT_NEEDED.match(name):
                    names.add(name.split(":")[0])
    return sorted(names)


class Archive:
    """A view on the Debian archive that leaves the host's apt configuration alone.

    Without a suite it is the host's own package lists; with one, a private sources
    list, private package lists and a private cache.
    """

    def __init__(self, suite: str = "", kind: str = "deb"):
        self.suite = suite
        self.folder = CACHE / "apt" / (f"{suite}-{kind}" if suite else "host")
        self.kind = kind

    def _options(self) -> list[str]:
        options = {"APT::Sandbox::User": "root"} if os.geteuid() == 0 else {}
        if self.suite:
            options |= {
                "Dir::Etc::SourceList": self.folder / "sources.list",
                "Dir::Etc::SourceParts": "-",
                "Dir::State": self.folder,
                "Dir::State::Lists": self.folder / "lists",
                "Dir::State::status": "/dev/null",
                "Dir::Cache": self.folder,
                "Acquire::Languages": "none",
            }
        return [word for k, v in options.items() for word in ("-o", f"{k}={v}")]

    def update(self) -> None:
        """Fetch the package lists of the private view."""
        (self.folder / "lists" / "partial").mkdir(parents=True, exist_ok=True)
        (self.folder / "archives" / "partial").mkdir(parents=True, exist_ok=True)
        keyring = next((path for path in KEYRINGS if path.exists()), None)
        if not keyring:
            raise StackError(
                "no Debian archive keyring to verify downloads with",
                remedy="apt-get install debian-archive-keyring",
            )
        (self.folder / "sources.list").write_text(
            f"{self.kind} [signed-by={keyring}] {_mirror()} {self.suite} main\n"
        )
        run(["apt-get", *self._options(), "update"], APT_LOG, what="apt-get update")

    def download(self, packages: list[str]) -> list[Path]:
        """Download packages of this view; return their files, in no special order."""
        target = self.folder / "debs"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        command = ["apt-get", *self._options(), "download", *packages]
        try:
            run(command, APT_LOG, cwd=target)
        except StackError:
            if self.suite:
                raise
            update_lists()  # the lists name versions that the mirror has replaced
            run(command, APT_LOG, cwd=target, what="apt-get download")
        return sorted(target.glob("*.deb"))

    def source(self, package: str) -> Path:
        """Download and unpack a source package; return its folder."""
        target = self.folder / "source"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        command = ["apt-get", *self._options(), "source", package]
        run(command, APT_LOG, cwd=target, what=f"apt-get source {package}")
        return next(path for path in target.iterdir() if path.is_dir())


def _mirror() -> str:
    """Return the Debian mirror that this machine is configured to use."""
    targets = output(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]
    )
    found = [uri for uri in targets.split() if uri.rstrip("/").endswith("/debian")]
    if not found:
        raise StackError(
            "apt is configured with no Debian mirror (…/debian)",
            remedy="give an existing Odoo 19: make run ODOO_HOME=/path/to/odoo",
        )
    return found[0]
