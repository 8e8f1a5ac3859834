"""A file as people have it: whichever encoding and separator their program wrote."""

import codecs
import contextlib
import csv
import io
import re
from dataclasses import dataclass

from .column import count_known
from .problem import FileError
from .workbook import is_workbook, read_workbook

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 20_000
_SEPARATORS = (",", ";", "\t", "|")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
# cp1252: what Windows calls Latin-1, with the euro and the curly quotes.
_GUESSES = (("utf-8", "UTF-8"), ("cp1252", "Latin-1"))
# The first line that Excel understands as a hint, and does not show.
_HINT = re.compile(r"sep=(.)\r?\n?")


@dataclass(frozen=True, slots=True)
class Row:
    """:ivar number: as the spreadsheet shows it, its header being 1 as a rule"""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    header: Row
    rows: list[Row]
    encoding: str  # for people, "" for a workbook
    separator: str


def read_table(content):
    """:param content: bytes of a CSV or XLSX file
    :raise FileError: it is neither, or too large, or has no rows
    """
    if len(content) > MOST_BYTES:
        raise FileError("too_large", most=MOST_BYTES // 1024**2)
    encoding = separator = ""
    if is_workbook(content):
        numbered = read_workbook(content, MOST_ROWS + 1000)
    else:
        text, encoding = decode(content)
        numbered, separator = _read_csv(text)
    rows = [Row(number, cells) for number, cells in numbered if any(cells)]
    if not rows:
        raise FileError("empty")
    if len(rows) < 2:
        raise FileError("only_header")
    if len(rows) - 1 > MOST_ROWS:
        raise FileError("too_many_rows", most=MOST_ROWS, rows=len(rows) - 1)
    return Table(rows[0], rows[1:], encoding, separator)


def decode(content):
    """:return: ``(text, name of the encoding for people)``"""
    for bom, encoding, name in _BOMS:
        if content.startswith(bom):
            return _decode_as(content, encoding, name)
    if content[:4].count(0) == 2:  # two letters of UTF-16 that does not say so
        return _decode_as(
            content, "utf-16-le" if content[1] == 0 else "utf-16-be", "UTF-16"
        )
    if b"\0" in content:
        raise FileError("not_text")
    for encoding, name in _GUESSES:
        with contextlib.suppress(UnicodeDecodeError):
            return content.decode(encoding), name
    return content.decode("latin-1"), "Latin-1"


def _decode_as(content, encoding, name):
    try:
        return content.decode(encoding), name
    except UnicodeDecodeError as error:
        raise FileError("encoding", encoding=name, position=error.start) from None


def _read_csv(text):
    """:return: ``([(number, cells)], separator)``; a cell may hold several lines"""
    hint = _HINT.match(text)
    if hint:
        separator, text = hint[1], text[hint.end() :]
    else:
        separator = detect_separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        rows = [
            (number, tuple(cell.strip() for cell in cells))
            for number, cells in enumerate(reader, 1)
        ]
    except csv.Error as error:
        raise FileError("csv", line=reader.line_num, problem=str(error)) from None
    return rows, separator


def detect_separator(text):
    """The one that finds most of our columns in the first line, else most columns."""
    first = next((line for line in text.splitlines() if line.strip()), "")

    def found(separator):
        cells = next(csv.reader([first], delimiter=separator), [])
        return count_known(cells), len(cells)

    return max(_SEPARATORS, key=found)
