"""The first sheet of an XLSX file, with its cells as a person reads them."""

import io
import re
import zipfile

from .problem import FileError

try:
    import openpyxl
except ImportError:  # as in Odoo's own import: CSV only
    openpyxl = None

_MOST_UNPACKED = 200 * 1024 * 1024
_ZEROS = re.compile(r"0+")  # a number format that pads: 000


def is_workbook(content):
    return content.startswith(b"PK\x03\x04")


def read_workbook(content, most_rows):
    """:return: ``[(number of the row, cells)]`` up to that many rows
    :raise FileError: it is no workbook, or one that unpacks to far more
    """
    if not openpyxl:
        raise FileError("no_openpyxl")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _MOST_UNPACKED:
                raise FileError("too_large", most=_MOST_UNPACKED // 1024**2)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True)
        return list(_read_sheet(book, most_rows))
    except FileError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a broken file does to it
        raise FileError("workbook", problem=str(error)[:200]) from None


def _read_sheet(book, most_rows):
    sheet = book.worksheets[0]
    sheet.reset_dimensions()  # some programs write wrong ones
    for number, cells in enumerate(sheet.iter_rows(max_row=most_rows), 1):
        yield number, tuple(_to_text(cell) for cell in cells)


def _to_text(cell):
    """``12`` for 12.0, ``007`` for 7 shown as 000."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    shown_as = cell.number_format or ""
    if isinstance(value, int) and _ZEROS.fullmatch(shown_as):
        return str(value).zfill(len(shown_as))
    return str(value).strip()
