"""Restore: into what is empty only, and compared with what was written."""

import re
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from stack.console import StackError, say

from operations import archive, manifest
from operations.backup import TIMESCALEDB
from operations.connection import Database, program, run

AVAILABLE = """
SELECT version FROM pg_available_extension_versions WHERE name = 'timescaledb'
"""
CREATE = """
CREATE DATABASE :"name" OWNER :"owner" TEMPLATE template0
    ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'
"""
FOREIGN = re.compile(r"\d+; \d+ \d+ (SERVER|USER MAPPING) ")
STORED = "SELECT DISTINCT store_fname FROM ir_attachment WHERE store_fname IS NOT NULL"


@dataclass(frozen=True)
class Target:
    """Where it goes: databases that do not exist yet, folders that are empty.

    :param superuser: of the server for Odoo's database; only it adds TimescaleDB
    :param timeseries_superuser: of the other database's server, when it is another one
    :param folders: part (``filestore``, ``broker data``, …) → folder
    """

    odoo: Database
    timeseries: Database
    superuser: Database
    timeseries_superuser: Database
    owner: str
    files: Path


def restore_databases(source: Path, target: Target) -> dict[str, float]:
    """Restore both databases and the filestore; return the seconds of each.

    Everything that may refuse is looked at before anything is written.
    """
    about = manifest.read(source)
    check_versions(about, target)
    for server, database in servers(target):
        query = "SELECT 1 FROM pg_database WHERE datname = :'name'"
        if server.ask(query, name=database.name):
            raise StackError(
                f"database {database.name} exists, and nothing is overwritten",
                remedy="restore on another server, or rename the one that is there",
            )
    archive.require_empty(target.files)
    seconds = {}
    for what, work in (
        ("Odoo's database", restore_odoo),
        ("filestore", restore_files),
        ("time-series database", restore_timeseries),
    ):
        started = time.monotonic()
        work(source, about, target)
        seconds[what] = round(time.monotonic() - started, 2)
    return seconds


def servers(target: Target) -> list[tuple[Database, Database]]:
    """Return each database with the superuser of its server."""
    return [
        (target.superuser, target.odoo),
        (target.timeseries_superuser, target.timeseries),
    ]


def check_versions(about: dict, target: Target) -> None:
    """Refuse servers that could not read it, or would read it as something else."""
    for (server, _database), part in zip(
        servers(target), ("odoo", "timeseries"), strict=True
    ):
        ours = int(server.ask("SHOW server_version_num")[0][0]) // 10000
        theirs = int(about[part]["server_version"]) // 10000
        if ours < theirs:
            raise StackError(
                f"the backup is of PostgreSQL {theirs}, this server is {ours}",
                remedy=f"restore on PostgreSQL {theirs} or newer",
            )
    wanted = about["timeseries"]["timescaledb"]
    there = [row[0] for row in target.timeseries_superuser.ask(AVAILABLE)]
    if wanted not in there:
        raise StackError(
            f"the backup is of TimescaleDB {wanted}, this server has "
            f"{', '.join(sorted(there)) or 'none'}",
            remedy=f"install TimescaleDB {wanted}, restore, then update the extension",
        )


def restore_odoo(source: Path, about: dict, target: Target) -> None:
    """Create Odoo's database and compare its rows with those of the backup."""
    create(target.superuser, target.odoo, target.owner)
    ours = target.superuser.named(target.odoo.name)
    pg_restore(source / "odoo.dump", ours)
    compare_rows(ours, about["odoo"]["rows"])


def restore_timeseries(source: Path, about: dict, target: Target) -> None:
    """TimescaleDB's catalogue comes with the dump: its workers wait meanwhile."""
    create(target.timeseries_superuser, target.timeseries, target.owner)
    ours = target.timeseries_superuser.named(target.timeseries.name)
    version = about["timeseries"]["timescaledb"]
    ours.ask("CREATE EXTENSION timescaledb VERSION :'version'", version=version)
    ours.ask("SELECT timescaledb_pre_restore()")
    pg_restore(source / "timeseries.dump", ours)
    ours.ask("SELECT timescaledb_post_restore()")
    if ours.ask(TIMESCALEDB) != [[version]]:
        raise StackError(f"{target.timeseries.name}: TimescaleDB is not {version}")
    compare_rows(ours, about["timeseries"]["rows"])


def create(server: Database, database: Database, owner: str) -> None:
    """Create an empty database of that owner, who must exist."""
    if not server.ask("SELECT 1 FROM pg_roles WHERE rolname = :'owner'", owner=owner):
        raise StackError(
            f"there is no role {owner} on the server of {database.name}",
            remedy=f"CREATE ROLE {owner} LOGIN PASSWORD '…'",
        )
    server.ask(CREATE, name=database.name, owner=owner)


def pg_restore(source: Path, database: Database) -> None:
    """All or nothing of it: the first error ends it.

    Without grants: a new server has none of the roles that somebody gave them to. And
    without the foreign server, whose owner and password are those of the old one.
    """
    tool = program("pg_restore")
    listed = run([tool, "--list", source], database).splitlines(keepends=True)
    with tempfile.NamedTemporaryFile("w") as chosen:
        chosen.writelines(line for line in listed if not FOREIGN.match(line))
        chosen.flush()
        command = [tool, "--exit-on-error", "--no-comments", "--no-acl"]
        command += [f"--use-list={chosen.name}", f"--dbname={database.name}", source]
        run(command, database)


def compare_rows(database: Database, wanted: dict[str, int]) -> None:
    """Every table has the rows that it had in the moment of the backup."""
    found = database.count()
    wrong = [
        f"{table} {found.get(table, 'missing')} instead of {number}"
        for table, number in wanted.items()
        if found.get(table) != number
    ]
    if wrong:
        raise StackError(f"{database.name}: {'; '.join(wrong[:5])}")


def restore_files(source: Path, about: dict, target: Target) -> None:
    """The filestore; files that the database names and that are not there are told."""
    archive.unpack(source / "filestore.tar", "filestore", target.files)
    ours = target.superuser.named(target.odoo.name)
    absent = [
        name for (name,) in ours.ask(STORED) if not (target.files / name).exists()
    ]
    if absent:
        say(f"attachments whose file was not in the backup: {len(absent)}")


def restore_folder(
    source: Path, part: str, name: str, target: Path, passphrase: Path | None = None
) -> int:
    """Unpack ``name/`` of a part (``broker``, ``certificates``, ``configuration``).

    :return: how many files
    """
    plain = source / f"{part}.tar"
    if plain.exists():
        return archive.unpack(plain, name, target)
    with tempfile.TemporaryDirectory() as folder:
        decrypted = Path(folder) / plain.name
        archive.decrypt(source / f"{part}.tar.enc", decrypted, passphrase)
        return archive.unpack(decrypted, name, target)
