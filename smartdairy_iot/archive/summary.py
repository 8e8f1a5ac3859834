"""What every kind of archive file says of itself. Pure."""

from hashlib import sha256
from io import RawIOBase
from typing import NamedTuple

FORMAT = "smartdairy-archive"
VERSION = 1


class ArchiveError(Exception):
    """The file is not what it should be; the text says what is wrong with it."""


class Summary(NamedTuple):
    rows: int
    sha256: str  # of the rows as PostgreSQL's COPY writes them, whatever the file is


class Hash(RawIOBase):
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


def check_header(header):
    """:raise ArchiveError: it is of something else, or of a newer version"""
    try:
        is_ours = header["format"] == FORMAT and header["version"] <= VERSION
    except (TypeError, KeyError):
        is_ours = False
    if not is_ours:
        raise ArchiveError("this is no archive of readings, or of a newer version")
    return header
