"""Folders as tar files; what holds private keys may be encrypted."""

import os
import subprocess
import tarfile
from pathlib import Path

from stack.console import StackError

# PBKDF2 with so many rounds; openssl notes the salt in the file
_CIPHER = ["openssl", "enc", "-aes-256-cbc", "-pbkdf2", "-iter", "600000"]


def pack(target: Path, sources: dict[str, Path]) -> None:
    """Write a tar file, readable by its owner only.

    :param sources: name in the archive → file or folder; those that are not there are
        left out. A file that goes away meanwhile is no error: Odoo cleans its store.
    """
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with (
        os.fdopen(descriptor, "wb") as file,
        tarfile.open(fileobj=file, mode="w") as tar,
    ):
        for name, source in sources.items():
            if source.is_dir():
                for path in sorted(source.rglob("*")):
                    _add(tar, path, f"{name}/{path.relative_to(source)}")
            elif source.exists():
                _add(tar, source, name)


def _add(tar: tarfile.TarFile, path: Path, name: str) -> None:
    if path.is_socket() or path.is_fifo():
        return
    try:
        tar.add(path, name, recursive=False)
    except FileNotFoundError:
        return


def unpack(archive: Path, name: str, target: Path) -> int:
    """Unpack what is below ``name/`` into an empty folder; return how many files.

    :raise StackError: the folder is not empty
    """
    require_empty(target)
    target.mkdir(parents=True, exist_ok=True)
    count = 0
    with tarfile.open(archive) as tar:
        for member in tar:
            top, _, inner = member.name.partition("/")
            if top != name or not inner:
                continue
            # Python 3.11.2 (Debian 12) has no filters for extract()
            is_inside = not inner.startswith("/") and ".." not in inner.split("/")
            if not is_inside or not (member.isfile() or member.isdir()):
                raise StackError(f"{archive.name} holds what no backup has: {inner}")
            member.name = inner
            tar.extract(member, target)
            count += member.isfile()
    return count


def require_empty(folder: Path) -> None:
    """Refuse to write into what is there already."""
    if folder.exists() and any(folder.iterdir()):
        raise StackError(
            f"{folder} is not empty, and nothing is overwritten",
            remedy="move it away, or restore to another place",
        )


def encrypt(path: Path, passphrase: Path) -> Path:
    """Replace a file by its encrypted form; return that."""
    target = path.with_name(f"{path.name}.enc")
    _openssl(["-salt"], path, target, passphrase)
    path.unlink()
    return target


def decrypt(path: Path, target: Path, passphrase: Path | None) -> None:
    """Write the plain form of an encrypted file."""
    if not passphrase:
        raise StackError(
            f"{path.name} is encrypted", remedy="give --passphrase-file FILE"
        )
    _openssl(["-d"], path, target, passphrase)


def _openssl(options: list[str], source: Path, target: Path, passphrase: Path) -> None:
    if not passphrase.is_file() or not passphrase.read_text().strip():
        raise StackError(f"no passphrase in {passphrase}")
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    command = [*_CIPHER, *options, "-pass", f"file:{passphrase}"]
    done = subprocess.run(
        [*command, "-in", source, "-out", target], capture_output=True
    )
    if done.returncode:
        target.unlink(missing_ok=True)
        raise StackError(
            f"{source.name}: openssl could not read or write it",
            remedy="is it the passphrase with which it was encrypted?",
        )
