"""To a point in time: a base backup, the log that was archived since, and a moment.

https://www.postgresql.org/docs/current/continuous-archiving.html
"""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from stack.console import StackError, say

from operations import archive
from operations.connection import Database, program, run

LATEST = "latest"
_ARCHIVED_WITHIN = 60  # s
_ARCHIVER = """
SELECT coalesce(last_archived_wal, ''), coalesce(last_failed_wal, ''),
       last_failed_time > coalesce(last_archived_time, '-infinity')
  FROM pg_stat_archiver
"""
_LAST = re.compile(r"last completed transaction was at log time (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Moment:
    """Where to come back to.

    :param base: folder of :func:`save_base`
    :param restore_command: shell command with ``%f`` and ``%p``, as PostgreSQL has it
    :param data: folder of the new server, empty; its ``PGDATA``
    :param until: aware datetime, or ``LATEST``: all that was archived
    :param config: ``postgresql.conf``, where it is not in the data folder
    :param timeline: as ``recovery_target_timeline``; empty: to a time, that of the base
        backup; else the newest
    """

    base: Path
    restore_command: str
    data: Path
    until: datetime | str
    config: Path | None = None
    timeline: str = ""


def save_base(server: Database, target: Path) -> None:
    """Copy a running server, all of its databases, into a new folder.

    :raise StackError: its log is not archived, or the folder exists
    """
    if target.exists():
        raise StackError(
            f"{target} exists, and nothing is overwritten", remedy="name a new folder"
        )
    require_archiving(server)
    partial = target.with_name(f"{target.name}.partial")
    if partial.exists():
        shutil.rmtree(partial)  # of a run that was cut off
    partial.mkdir(parents=True, mode=0o700)
    started = time.monotonic()
    command = [program("pg_basebackup"), "-D", partial, "-X", "stream"]
    run([*command, "--checkpoint=fast", "--no-password"], server)
    verify_base(partial)
    partial.rename(target)
    say(f"{target} is complete, {time.monotonic() - started:.1f} s")
    say("It holds all that the databases hold: keep it apart, with the archived log")


def require_archiving(server: Database) -> None:
    """The log of this moment is archived, or it is said why not."""
    mode = server.ask("SHOW archive_mode")[0][0]
    if mode == "off":
        raise StackError(
            "the server does not archive its log: what comes later would be lost",
            remedy="set archive_mode = on and archive_command in postgresql.conf, and "
            "restart it: docs/backup.md",
        )
    server.ask("CREATE TEMPORARY TABLE something (n int)")  # else there is no switch
    written = server.ask("SELECT pg_walfile_name(pg_switch_wal())")[0][0]
    deadline = time.monotonic() + _ARCHIVED_WITHIN
    while True:
        archived, failed, is_failing = server.ask(_ARCHIVER)[0]
        if archived[8:] >= written[8:]:
            return
        if is_failing == "t" or time.monotonic() > deadline:
            raise StackError(
                f"the log is not archived: {failed or written} has not arrived",
                remedy="see archive_command, and the server's log for what it said",
            )
        time.sleep(0.1)


def verify_base(base: Path) -> None:
    """It is what was written, by PostgreSQL's own checksums."""
    if not (base / "backup_manifest").is_file():
        raise StackError(
            f"{base} is no base backup: it has no backup_manifest",
            remedy="give the folder that 'base' has named; one that ends in .partial "
            "was cut off",
        )
    if any((base / "pg_tblspc").iterdir()):
        # These are links out of it: to recover would change the backup itself.
        raise StackError(
            f"{base} has tablespaces, which lie outside of it",
            remedy="move their tables to pg_default, or use PostgreSQL's own tools",
        )
    _output([program("pg_verifybackup"), "--quiet", base], "take another base backup")


def recover(moment: Moment) -> str:
    """Make a data folder as of that moment; the server is not left running.

    :return: the time of the last transaction that is in it, as PostgreSQL writes it
    :raise StackError: it cannot be done; the folder is empty again
    """
    if os.geteuid() == 0:
        raise StackError(
            "PostgreSQL does not run as root",
            remedy="sudo -u postgres, or whoever it is",
        )
    archive.require_empty(moment.data)
    verify_base(moment.base)
    require_version(moment.base)
    if moment.until != LATEST and moment.until < began(moment.base):
        raise _too_early(moment)
    try:
        _copy(moment.base, moment.data)
        (moment.data / "recovery.signal").touch(mode=0o600)
        return _replay(moment)
    except BaseException:
        for path in moment.data.glob("*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        raise


def _copy(base: Path, data: Path) -> None:
    try:
        shutil.copytree(base, data, dirs_exist_ok=True)
    except shutil.Error as error:
        (_source, _target, why), *_others = error.args[0]
        raise StackError(f"{base} was not copied: {why}", remedy="df -h") from None
    data.chmod(0o700)


def began(base: Path) -> datetime:
    """Return when the copying began; what was committed until then is all in it."""
    files = json.loads((base / "backup_manifest").read_text())["Files"]
    (label,) = (file for file in files if file.get("Path") == "backup_label")
    told = datetime.strptime(label["Last-Modified"], "%Y-%m-%d %H:%M:%S GMT")
    return told.replace(tzinfo=timezone.utc)


def require_version(base: Path) -> None:
    """Only the same major version reads those files."""
    wanted = (base / "PG_VERSION").read_text().strip()
    ours = _output([program("postgres"), "--version"]).split()[2].partition(".")[0]
    if ours != wanted:
        raise StackError(
            f"the base backup is of PostgreSQL {wanted}, these programs are {ours}",
            remedy=f"set PG_BIN to the folder with PostgreSQL {wanted}'s programs",
        )


def _replay(moment: Moment) -> str:
    """The server, for itself alone, until it has what was wanted and takes writes."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with _server(moment, Path(folder), log) as process:
            while not _takes_writes(moment.data):
                if process.poll() is not None:
                    raise _refusal(moment, log.read_text(errors="replace"))
                time.sleep(0.1)
        text = log.read_text(errors="replace")
    last = (_LAST.findall(text) or ["the base backup"])[-1]
    # While it was copied, more was committed than was wanted.
    if moment.until != LATEST and _is_later(last, moment.until):
        raise _too_early(moment)
    return last


@contextmanager
def _server(moment: Moment, sockets: Path, log: Path):
    settings = {
        "restore_command": moment.restore_command,
        "recovery_target_action": "promote",
        "recovery_target_timeline": moment.timeline or _timeline(moment.until),
        # Nobody gets in, and nothing goes out, before all is as it was.
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "timescaledb.max_background_workers": "0",  # retention would begin at once
        "hot_standby": "off",
        "archive_mode": "off",
        "logging_collector": "off",
        "log_destination": "stderr",
        "lc_messages": "C",
        "timezone": "UTC",
    }
    if moment.until != LATEST:
        settings["recovery_target_time"] = moment.until.isoformat()
    command = [program("postgres"), "-D", str(moment.data)]
    if moment.config:
        command = [program("postgres"), f"--config_file={moment.config}"]
        settings["data_directory"] = str(moment.data)
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    with log.open("w") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait()


def _timeline(until: datetime | str) -> str:
    """Who tries a later time must not follow what the first try has begun."""
    return LATEST if until == LATEST else "current"


def _takes_writes(data: Path) -> bool:
    if (data / "recovery.signal").exists():  # the copy was of a server in production
        return False
    told = _output([program("pg_controldata"), data])
    return re.search(r"cluster state:\s+(.+)", told)[1] == "in production"


def _refusal(moment: Moment, log: str) -> StackError:
    last = (_LAST.findall(log) or [""])[-1]
    if "before consistent recovery point" in log:
        return _too_early(moment)
    if "before configured recovery target was reached" in log:
        until = f": its last transaction is of {last}" if last else ""
        return StackError(
            f"the archived log ends before {moment.until}{until}",
            remedy=f"bring what is missing, an earlier moment, or --until {LATEST}; "
            "if a standby was promoted since the base backup, --timeline latest",
        )
    fatal = [line for line in log.splitlines() if re.search("FATAL|PANIC", line)]
    said = (fatal or log.splitlines() or ["no word"])[-1]
    return StackError(f"PostgreSQL: {said.rpartition('FATAL:')[2].strip()}")


def _too_early(moment: Moment) -> StackError:
    return StackError(
        f"{moment.until} is before the base backup was complete",
        remedy="take an older base backup, or a later moment",
    )


def _is_later(told: str, moment: datetime) -> bool:
    """:param told: as PostgreSQL writes a time, if it is one: ``… 05:16:04.5+00``"""
    try:
        return datetime.fromisoformat(told) > moment
    except ValueError:
        return False


def from_folder(folder: Path) -> str:
    """The ``restore_command`` of a folder of archived log."""
    if not folder.is_dir():
        raise StackError(f"there is no folder {folder}", remedy="--wal FOLDER")
    path = str(folder.resolve()).replace("%", "%%")  # PostgreSQL reads those first
    return f"cp {shlex.quote(path)}/%f %p"


def to_moment(text: str) -> datetime | str:
    """:raise StackError: it is no time, or one of which nobody knows where"""
    if text == LATEST:
        return LATEST
    try:
        until = datetime.fromisoformat(text)
    except ValueError:
        until = None
    if until is None or until.tzinfo is None:
        raise StackError(
            f"--until {text!r} is no time with its zone",
            remedy=f"such as '2026-11-26 02:00:00+00:00', or {LATEST}",
        )
    return until


def _output(command: list, remedy: str = "") -> str:
    try:
        done = subprocess.run(
            [str(word) for word in command],
            capture_output=True,
            text=True,
            env={**os.environ, "LC_ALL": "C"},
        )
    except FileNotFoundError:
        raise StackError(
            f"no program {command[0]}",
            remedy="set PG_BIN to the folder with PostgreSQL's server programs",
        ) from None
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise StackError(
            f"{Path(command[0]).name}: {(said or ['failed'])[0]}", remedy=remedy
        )
    return done.stdout
