"""One archive file, written whole or not at all. Pure.

Its kind is told by its name: Parquet where pyarrow is installed, gzip CSV otherwise.
Both describe themselves: table, columns with their types, span, rows and checksum.
"""

import os

from . import gzip_csv
from .summary import FORMAT, VERSION, ArchiveError

try:
    from . import parquet
except ImportError:  # pyarrow is optional
    parquet = None


def suffix():
    """Of the files that are written here."""
    return (parquet or gzip_csv).SUFFIX


def write(path, description, export):
    """Write, read back, and only then give it its name: a file that is there is whole.

    :param description: what the header says besides the format, JSON; its ``columns``
        are ``{name: PostgreSQL's type}``
    :param export: called with a binary file; writes CSV with a header line as COPY
        does, returns its rows
    :return: :class:`Summary`
    :raise OSError: no space, no folder, no right to write; nothing is left behind
    """
    form = _form(path)
    header = {"format": FORMAT, "version": VERSION, **description}
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as raw:
            summary = form.write(raw, header, export)
            raw.flush()
            os.fsync(raw.fileno())
        if form.verify(part) != summary:
            raise ArchiveError("what was read back is not what was written")
        part.rename(path)
        _sync_folder(path.parent)
    finally:
        part.unlink(missing_ok=True)
    return summary


def describe(path):
    """The header of the file.

    :raise ArchiveError: it is none of ours
    """
    return _form(path).describe(path)


def verify(path):
    """Read all of it.

    :return: :class:`Summary`
    :raise ArchiveError: it is damaged, cut off, or none of ours
    """
    return _form(path).verify(path)


def content(path, take):
    """Give its rows as CSV with a header line, piece by piece, to ``take``.

    :return: :class:`Summary`, as the file says it
    """
    return _form(path).content(path, take)


def _form(path):
    if not path.name.endswith(".parquet"):
        return gzip_csv
    if parquet is None:
        raise ArchiveError(f"{path.name} needs pyarrow: pip install pyarrow")
    return parquet


def _sync_folder(folder):
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
