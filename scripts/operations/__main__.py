"""Run as ``python3 scripts/operations COMMAND``: docs/backup.md."""

import argparse
import sys
from pathlib import Path

if not __package__:  # started as a folder: make the packages importable instead
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from stack.console import StackError, say

from operations import manifest, moment
from operations.backup import Installation, backup
from operations.connection import Database
from operations.restore import Target, restore_databases, restore_folder


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="operations", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    verify = commands.add_parser("verify", help="compare a backup with its checksums")
    verify.add_argument("folder", type=Path)
    saving = commands.add_parser("backup", help="write a backup into a new folder")
    saving.add_argument("--to", type=Path, required=True, metavar="FOLDER")
    saving.add_argument("--also", type=Path, nargs="*", default=[], metavar="FILE")
    base = commands.add_parser("base", help="copy a running server, for 'recover'")
    base.add_argument("--to", type=Path, required=True, metavar="FOLDER")
    base.add_argument("--superuser-dsn", required=True)
    add_recover(commands.add_parser("recover", help="a server as of a point in time"))
    loading = commands.add_parser("restore", help="into what is empty")
    loading.add_argument("--from", type=Path, required=True, dest="source")
    loading.add_argument("--superuser-dsn", required=True)
    loading.add_argument("--timescale-superuser-dsn", help="of another server")
    loading.add_argument("--owner", default="odoo", help="role that owns both")
    loading.add_argument("--configuration", type=Path, metavar="FOLDER")
    for command in (saving, loading):
        command.add_argument("--odoo-dsn", required=True)
        command.add_argument("--timescale-dsn", required=True)
        command.add_argument("--filestore", type=Path, required=True)
        command.add_argument("--broker-data", type=Path, metavar="FOLDER")
        command.add_argument("--broker-folder", type=Path, metavar="FOLDER")
        command.add_argument("--certificates", type=Path, metavar="FOLDER")
        command.add_argument("--passphrase-file", type=Path, metavar="FILE")
    return parser.parse_args(arguments)


def add_recover(command: argparse.ArgumentParser) -> None:
    """Name the options of coming back to a point in time."""
    command.add_argument("--from", type=Path, required=True, dest="source")
    log = command.add_mutually_exclusive_group(required=True)
    log.add_argument("--wal", type=Path, metavar="FOLDER", help="of archived log")
    log.add_argument("--restore-command", metavar="COMMAND", help="… or how to get it")
    command.add_argument("--into", type=Path, required=True, metavar="PGDATA")
    command.add_argument("--until", required=True, metavar="TIME", help="or latest")
    command.add_argument("--timeline", default="", help="latest, after a promotion")
    command.add_argument("--config", type=Path, metavar="FILE", help="postgresql.conf")


def save(options: argparse.Namespace) -> None:
    """Back up what the options name."""
    state = {}
    if options.broker_data:
        state["data/mosquitto.db"] = options.broker_data / "mosquitto.db"
    if options.broker_folder:
        state["exported"] = options.broker_folder
    place = Installation(
        odoo=Database(options.odoo_dsn),
        timeseries=Database(options.timescale_dsn),
        files=options.filestore,
        broker=state,
        certificates=options.certificates,
        configuration={f"configuration/{path.name}": path for path in options.also},
    )
    backup(place, options.to, options.passphrase_file)


def verify(options: argparse.Namespace) -> None:
    """Compare a backup with its checksums."""
    about = manifest.read(options.folder)
    say(f"{options.folder}: complete, of {about['made_at']}")


def load(options: argparse.Namespace) -> None:
    """Restore what the options name."""
    superuser = Database(options.superuser_dsn)
    other = options.timescale_superuser_dsn
    target = Target(
        odoo=Database(options.odoo_dsn),
        timeseries=Database(options.timescale_dsn),
        superuser=superuser,
        timeseries_superuser=Database(other) if other else superuser,
        owner=options.owner,
        files=options.filestore,
    )
    folders = {
        ("broker", "data"): options.broker_data,
        ("broker", "exported"): options.broker_folder,
        ("certificates", "certificates"): options.certificates,
        ("configuration", "configuration"): options.configuration,
    }
    for what, seconds in restore_databases(options.source, target).items():
        say(f"{seconds:8.1f} s  {what}")
    for (part, name), folder in folders.items():
        if folder:
            passphrase = options.passphrase_file
            count = restore_folder(options.source, part, name, folder, passphrase)
            say(f"{count:8} files  {part}: {folder}")


def come_back(options: argparse.Namespace) -> None:
    """Make the data folder of a server as of the time that the options name."""
    until = moment.to_moment(options.until)
    get = options.restore_command or moment.from_folder(options.wal)
    target = moment.Moment(
        options.source, get, options.into, until, options.config, options.timeline
    )
    last = moment.recover(target)
    say(f"{options.into}: as of {options.until}; its last transaction is of {last}")
    say("Start PostgreSQL on it, and take another base backup")


COMMANDS = {
    "verify": verify,
    "backup": save,
    "restore": load,
    "base": lambda options: moment.save_base(
        Database(options.superuser_dsn), options.to
    ),
    "recover": come_back,
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; a failure is one line, never a traceback."""
    options = parse(arguments)
    try:
        COMMANDS[options.command](options)
    except (StackError, OSError) as error:
        failure = error if isinstance(error, StackError) else StackError(str(error))
        for line in failure.lines():
            print(line, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
