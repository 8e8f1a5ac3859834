"""What a backup says of itself: its parts with checksums, versions, rows."""

import hashlib
import json
import os
from pathlib import Path

from stack.console import StackError

FORMAT = 1
NAME = "manifest.json"
REQUIRED = ("odoo.dump", "filestore.tar", "timeseries.dump")


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(folder: Path, about: dict) -> dict:
    """Describe all files of the folder; return what was written."""
    parts = {
        path.name: {"bytes": path.stat().st_size, "sha256": checksum(path)}
        for path in sorted(folder.iterdir())
    }
    manifest = {"format": FORMAT, **about, "parts": parts}
    target = folder / NAME
    target.write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")
    target.chmod(0o600)
    return manifest


def read(folder: Path) -> dict:
    """Return the manifest of a backup whose files are all as they were written.

    :raise StackError: no backup, of another format, a part is missing or changed
    """
    path = folder / NAME
    if not path.is_file():
        raise StackError(
            f"{folder} is no complete backup: it has no {NAME}",
            remedy="give the folder that 'backup' has named; one that ends in .partial "
            "was cut off",
        )
    try:
        manifest = json.loads(path.read_text())
        found, parts = manifest["format"], manifest["parts"]
    except (ValueError, KeyError, TypeError):
        raise StackError(f"{path} is damaged", remedy="take another backup") from None
    if found != FORMAT:
        raise StackError(
            f"{folder} has format {found}, and this program reads {FORMAT}",
            remedy="restore it with the version of Smart Dairy IoT that made it: "
            f"{manifest.get('release', 'unknown')}",
        )
    if absent := [name for name in REQUIRED if name not in parts]:
        raise StackError(f"{path} names no {', '.join(absent)}")
    for name, part in parts.items():
        _check(folder / os.path.basename(name), part)
    return manifest


def _check(path: Path, part: dict) -> None:
    remedy = "nothing was restored; take another backup"
    if not path.is_file():
        raise StackError(f"{path.name} is missing in {path.parent}", remedy=remedy)
    size = path.stat().st_size
    if size != part["bytes"]:
        raise StackError(
            f"{path} has {size:,} bytes, and {part['bytes']:,} were written",
            remedy=remedy,
        )
    if checksum(path) != part["sha256"]:
        raise StackError(f"{path} is not what was written (SHA-256)", remedy=remedy)
