"""One archive file: gzip CSV between two comments that say what it is. Pure.

::

    # {"format": "smartdairy-archive", "version": 1, "table": …, "columns": {…}, …}
    time,received_at,…            as PostgreSQL's COPY writes it: NULL is empty,
    2026-01-05 06:00:00+00,…      an empty text is ""; times are UTC
    # {"rows": 86400, "sha256": …}         of all between the comments

Any program that reads CSV and skips ``#`` opens it, and PostgreSQL takes it back.
"""

import gzip
import io
import json
import os
from hashlib import sha256
from typing import NamedTuple

FORMAT = "smartdairy-archive"
VERSION = 1
SUFFIX = ".csv.gz"
_PIECE = 1 << 16


class ArchiveError(Exception):
    """The file is not what it should be; the text says what is wrong with it."""


class Summary(NamedTuple):
    rows: int
    sha256: str  # of the content, not of the file: the same rows give the same


class Hash(io.RawIOBase):
    """Writes through, and takes the checksum of it.

    :param file: None to have the checksum only
    """

    def __init__(self, file=None):
        super().__init__()
        self._file = file
        self._digest = sha256()

    def writable(self):
        return True

    def write(self, piece):
        self._digest.update(piece)
        if self._file:
            self._file.write(piece)
        return len(piece)

    def hexdigest(self):
        return self._digest.hexdigest()


def write(path, description, export):
    """Write, read back, and only then give it its name: a file that is there is whole.

    :param description: what the header says besides the format, JSON
    :param export: called with a binary file; writes the CSV, returns its rows
    :return: :class:`Summary`
    :raise OSError: no space, no folder, no right to write; nothing is left behind
    """
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as raw:
            with gzip.GzipFile(path.name, "wb", 6, raw, mtime=0) as packed:
                summary = _fill(packed, description, export)
            raw.flush()
            os.fsync(raw.fileno())
        if verify(part) != summary:
            raise ArchiveError("what was read back is not what was written")
        part.rename(path)
        _sync_folder(path.parent)
    finally:
        part.unlink(missing_ok=True)
    return summary


def _fill(packed, description, export):
    header = {"format": FORMAT, "version": VERSION, **description}
    packed.write(b"# %s\n" % json.dumps(header).encode())
    content = Hash(packed)
    rows = export(content)
    summary = Summary(rows, content.hexdigest())
    packed.write(b"# %s\n" % json.dumps(summary._asdict()).encode())
    return summary


def describe(path):
    """The header of the file.

    :raise ArchiveError: it is none of ours
    """
    try:
        with gzip.open(path) as packed:
            return _header(packed.readline(_PIECE))
    except (OSError, EOFError) as error:
        raise ArchiveError(f"{path.name} cannot be read: {error}") from error


def verify(path):
    """Read all of it.

    :return: :class:`Summary`
    :raise ArchiveError: it is damaged, cut off, or none of ours
    """
    found = Hash()
    footer = content(path, found.write)
    if footer.sha256 != found.hexdigest():
        raise ArchiveError(f"{path.name} is damaged: its checksum is another")
    return footer


def content(path, take):
    """Give the CSV piece by piece to ``take``.

    :return: :class:`Summary`, as the file's end says it
    """
    try:
        with gzip.open(path) as packed:
            _header(packed.readline(_PIECE))
            held = packed.readline()
            for line in packed:
                take(held)
                held = line
    except (OSError, EOFError) as error:
        raise ArchiveError(f"{path.name} cannot be read: {error}") from error
    return _footer(path, held)


def _header(line):
    try:
        header = json.loads(line.removeprefix(b"# "))
        is_ours = header["format"] == FORMAT and header["version"] <= VERSION
    except (ValueError, TypeError, KeyError):
        is_ours = False
    if not is_ours:
        raise ArchiveError("this is no archive of readings, or of a newer version")
    return header


def _footer(path, line):
    try:
        return Summary(**json.loads(line.removeprefix(b"# ")))
    except (ValueError, TypeError):
        raise ArchiveError(f"{path.name} is cut off: it has no end") from None


def _sync_folder(folder):
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
