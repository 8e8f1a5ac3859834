"""Back up: both databases as of one moment, then the files, then what is secret."""

import shutil
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

from stack.console import StackError, say
from stack.settings import REPO

from operations import archive, manifest
from operations.connection import Database, Snapshot, program, run

MODULES = """
SELECT name, latest_version FROM ir_module_module
 WHERE name LIKE 'smartdairy%' AND state = 'installed' ORDER BY 1
"""
TIMESCALEDB = "SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'"
SECRET = ("certificates.tar", "configuration.tar")


@dataclass(frozen=True)
class Installation:
    """Where everything is.

    :param files: Odoo's filestore of this database
    :param broker: name → file or folder of the broker's state and access files
    :param certificates: folder with the CA
    :param configuration: name → file: odoo.conf, secrets
    """

    odoo: Database
    timeseries: Database
    files: Path
    broker: dict[str, Path] = field(default_factory=dict)
    certificates: Path | None = None
    configuration: dict[str, Path] = field(default_factory=dict)


def backup(place: Installation, target: Path, passphrase: Path | None = None) -> dict:
    """Write a backup into a new folder; return its manifest.

    :param passphrase: file with which keys and configuration are encrypted
    :raise StackError: the folder exists, or something cannot be read
    """
    if target.exists():
        raise StackError(
            f"{target} exists, and nothing is overwritten", remedy="name a new folder"
        )
    partial = target.with_name(f"{target.name}.partial")
    if partial.exists():
        shutil.rmtree(partial)  # of a run that was cut off: never a complete one
    partial.mkdir(parents=True, mode=0o700)
    clock = Clock()
    about = dump(place, partial, clock)
    with clock("broker"):
        archive.pack(partial / "broker.tar", place.broker)
    with clock("certificates, configuration"):
        archive.pack(
            partial / "certificates.tar",
            {"certificates": place.certificates} if place.certificates else {},
        )
        archive.pack(partial / "configuration.tar", place.configuration)
        if passphrase:
            for name in SECRET:
                archive.encrypt(partial / name, passphrase)
    about |= {"made_at": clock.began, "seconds": clock.seconds, "release": release()}
    written = manifest.write(partial, about)
    partial.rename(target)
    tell(target, written, is_encrypted=bool(passphrase))
    return written


def dump(place: Installation, folder: Path, clock: "Clock") -> dict:
    """Both databases as of one moment, Odoo's some milliseconds before the other.

    In this order: what came in between has no alert yet, and the rules look at it again
    from where they were. The other way round, alerts would stand without readings, and
    readings that no rule looks at.
    """
    with ExitStack() as moments:
        odoo = moments.enter_context(Snapshot(place.odoo))
        taken = time.time()
        timeseries = moments.enter_context(Snapshot(place.timeseries))
        apart = time.time() - taken
        about = {
            "odoo": describe(place.odoo, odoo.name, modules=MODULES),
            "timeseries": describe(
                place.timeseries, timeseries.name, timescaledb=TIMESCALEDB
            ),
            "apart_ms": round(apart * 1000, 1),
        }
        with clock("Odoo's database"):
            pg_dump(odoo, folder / "odoo.dump")
        with clock("filestore"):
            archive.pack(folder / "filestore.tar", {"filestore": place.files})
        with clock("time-series database"):
            pg_dump(timeseries, folder / "timeseries.dump")
    return about


def describe(database: Database, snapshot: str, **queries: str) -> dict:
    """Its name, versions, and the rows of each table in that moment."""
    found = {
        name: {row[0]: row[-1] for row in database.ask(query, snapshot)}
        for name, query in queries.items()
    }
    if not all(found.values()):
        raise StackError(
            f"database {database.name} has no {', '.join(found)} of ours",
            remedy="are the two connection strings the wrong way round?",
        )
    if "timescaledb" in found:
        found["timescaledb"] = next(iter(found["timescaledb"]))
    return {
        "database": database.name,
        "server_version": database.ask("SHOW server_version_num")[0][0],
        "rows": database.count(snapshot),
        **found,
    }


def pg_dump(moment: Snapshot, target: Path) -> None:
    """Dump a database as it was in that moment, compressed.

    Without the foreign tables: what they show is in the other dump.
    """
    target.touch(mode=0o600)
    run(
        [
            *(program("pg_dump"), "--format=custom", "--lock-wait-timeout=60s"),
            *("--exclude-schema=readings", "--exclude-schema=readings_import"),
            *(f"--snapshot={moment.name}", f"--file={target}"),
        ],
        moment.database,
    )


class Clock:
    """How long each part takes."""

    def __init__(self):
        self.began = datetime.now(timezone.utc).isoformat(timespec="seconds")
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, what: str):
        started = time.monotonic()
        yield
        self.seconds[what] = round(time.monotonic() - started, 2)


def release() -> str:
    """Return the version of the main add-on of this checkout."""
    text = (REPO / "smartdairy_iot" / "__manifest__.py").read_text()
    return text.partition('"version": "')[2].partition('"')[0]


def tell(target: Path, written: dict, is_encrypted: bool) -> None:
    """Print what was written."""
    for name, part in written["parts"].items():
        say(f"{part['bytes']:>14,}  {name}")
    seconds = sum(written["seconds"].values())
    say(f"{target} is complete, {seconds:.1f} s")
    if not is_encrypted:
        say(
            "It holds private keys and passwords in clear, readable by their owner "
            "only: keep it apart, or give --passphrase-file"
        )
