"""gzip CSV between two comments that say what it is. Pure.

::

    # {"format": "smartdairy-archive", "version": 1, "table": …, "columns": {…}, …}
    time,received_at,…            as PostgreSQL's COPY writes it: NULL is empty,
    2026-01-05 06:00:00+00,…      an empty text is ""; times are UTC
    # {"rows": 86400, "sha256": …}         of all between the comments

Any program that reads CSV and skips ``#`` opens it, and PostgreSQL takes it back.
"""

import gzip
import json
import zlib

from .summary import ArchiveError, Hash, Summary, check_header

SUFFIX = ".csv.gz"
_PIECE = 1 << 16


def write(raw, header, export):
    with gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed:
        packed.write(b"# %s\n" % json.dumps(header).encode())
        content = Hash(packed)
        summary = Summary(export(content), content.hexdigest())
        packed.write(b"# %s\n" % json.dumps(summary._asdict()).encode())
    return summary


def describe(path):
    try:
        with gzip.open(path) as packed:
            return _header(packed.readline(_PIECE))
    except (OSError, EOFError, zlib.error) as error:
        raise ArchiveError(f"{path.name} cannot be read: {error}") from error


def verify(path):
    found = Hash()
    footer = content(path, found.write)
    if footer.sha256 != found.hexdigest():
        raise ArchiveError(f"{path.name} is damaged: its checksum is another")
    return footer


def content(path, take):
    try:
        with gzip.open(path) as packed:
            _header(packed.readline(_PIECE))
            held = packed.readline()
            for line in packed:
                take(held)
                held = line
    except (OSError, EOFError, zlib.error) as error:
        raise ArchiveError(f"{path.name} cannot be read: {error}") from error
    return _footer(path, held)


def _header(line):
    try:
        header = json.loads(line.removeprefix(b"# "))
    except ValueError:
        header = None
    return check_header(header)


def _footer(path, line):
    try:
        return Summary(**json.loads(line.removeprefix(b"# ")))
    except (ValueError, TypeError):
        raise ArchiveError(f"{path.name} is cut off: it has no end") from None
