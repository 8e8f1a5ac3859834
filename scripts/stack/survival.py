"""``make backup`` and ``make restore``: a whole stack into a folder, and back."""

import os
import shutil
from pathlib import Path

from operations import manifest
from operations.backup import Installation, backup, release
from operations.connection import Database
from operations.restore import Target, restore_databases, restore_folder

from stack import up
from stack.broker import Broker, exported_folder
from stack.console import StackError, Steps, say
from stack.odoo_server import OdooServer, sources_state
from stack.postgres import Postgres
from stack.process import make_folder, service_user
from stack.settings import HOST, TIMESERIES_DB, Stack, write_private
from stack.stamps import Stamp
from stack.timescaledb import bin_folder

PARTS = {  # (part, name in it) → folder of the stack
    ("broker", "data"): "mosquitto/data",
    ("broker", "exported"): "broker",
    ("certificates", "certificates"): "certificates",
}


def superuser(stack: Stack, database: str) -> Database:
    """Return a database of the stack's server, as its superuser."""
    os.environ["PG_BIN"] = str(bin_folder())
    port, password = stack.ports["PG_PORT"], stack.secrets["superuser"]
    return Database(
        f"host={HOST} port={port} dbname={database} user=postgres password={password}"
    )


def filestore(stack: Stack) -> Path:
    """Return where Odoo keeps the files of its database."""
    return stack.folder / "odoo" / "filestore" / stack.database


def save(stack: Stack, target: Path, passphrase: Path | None = None) -> dict:
    """Back up a stack, whose servers go on working; return the manifest."""
    if not Postgres(stack).daemon.pid():
        raise StackError("its database server does not run", remedy="make run")
    return backup(
        Installation(
            odoo=superuser(stack, stack.database),
            timeseries=superuser(stack, TIMESERIES_DB),
            files=filestore(stack),
            broker={
                "data/mosquitto.db": Broker(stack).folder / "data" / "mosquitto.db",
                "exported": exported_folder(stack),
            },
            certificates=stack.certificates,
            configuration={
                "configuration/odoo.conf": stack.odoo_conf,
                "configuration/secrets": stack.folder / "secrets",
            },
        ),
        target.resolve(),
        passphrase,
    )


def load(name: str, source: Path, passphrase: Path | None = None) -> Stack:
    """Restore into a stack that does not exist yet, and start it."""
    about = manifest.read(source)
    if (Stack(name).folder / "postgres").exists():
        raise StackError(
            f"stack '{name}' exists, and nothing is overwritten",
            remedy="restore under another name: --stack restored",
        )
    steps = Steps(4)
    with steps.step("what is secret"):
        stack = up.open_stack(name)
        unpack_folders(stack, source, about, passphrase)
        stack.choose_ports_again()
    with steps.step("databases"):
        postgres = Postgres(stack)
        postgres.start()
        postgres.prepare_role()
        restore_databases(source, target_of(stack))
        hand_over(stack.folder / "odoo")
    with steps.step("broker"):
        Broker(stack).make_certificates()
        Broker(stack).start()
    with steps.step("Odoo"):
        odoo = OdooServer(stack)
        odoo.write_configuration()
        up.write_env(stack)
        remember_versions(stack, about)
        odoo.start()
    say(f"Odoo       {stack.url()}/odoo")
    return stack


def target_of(stack: Stack) -> Target:
    """Return where the databases of that stack are to be."""
    make_folder(stack.folder / "odoo", 0o700)
    server = superuser(stack, "postgres")
    return Target(
        odoo=server.named(stack.database),
        timeseries=server.named(TIMESERIES_DB),
        superuser=server,
        timeseries_superuser=server,
        owner="odoo",
        files=filestore(stack),
    )


def unpack_folders(stack: Stack, source: Path, about: dict, passphrase) -> None:
    """Keys, the broker's state, the passwords; the database keeps its name.

    The name is a part of the client id by which the broker knows Odoo's listener: under
    another one it would not be given what waits.
    """
    for (part, name), folder in PARTS.items():
        restore_folder(source, part, name, stack.folder / folder, passphrase)
        hand_over(stack.folder / folder)
    kept = stack.folder / "restored"
    restore_folder(source, "configuration", "configuration", kept, passphrase)
    secrets = (kept / "secrets").read_text()
    write_private(stack.folder / "secrets", secrets, stack.owner)
    shutil.rmtree(kept)
    name = about["odoo"]["database"]
    write_private(stack.folder / "database", name, stack.owner)


def hand_over(folder: Path) -> None:
    """Give a folder to whoever runs the servers, with all that is in it."""
    if os.geteuid() == 0:
        user = service_user()
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, user.pw_uid, user.pw_gid)


def remember_versions(stack: Stack, about: dict) -> None:
    """Without it, make run would take the database for one that is half installed."""
    is_current = about["odoo"]["modules"].get("smartdairy_iot", "").endswith(release())
    stamp = Stamp(
        "installed", sources_state() if is_current else "older", folder=stack.folder
    )
    stamp.set()
