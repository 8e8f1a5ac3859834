"""The data set as a workbook. No Odoo."""

import io
from datetime import date

import xlsxwriter

from .sheets import SHEETS, SIGNATURE

_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))  # in the name of a sheet
_LONGEST = 31


def workbook(data, words, signature):
    """:return: the bytes of an XLSX file

    :param words: ``{field: {value: label}}``; ``heading`` has the titles and headers,
        ``is_rtl`` says whether one reads from right to left
    :param signature: ``[(what, value)]``
    """
    stream = io.BytesIO()
    # What a farmer typed is text: no formula, no link.
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(stream, options) as book:
        bold = book.add_format({"bold": True, "bg_color": "#eceff1", "border": 1})
        plain = {"text_wrap": True, "valign": "top"}
        dated = book.add_format({**plain, "num_format": "yyyy-mm-dd"})
        formats = {date: dated, None: book.add_format(plain)}
        said = words.get("heading", {})
        for title, header, rows in SHEETS:
            sheet = book.add_worksheet(_name(book, said.get(title, title)))
            header = [said.get(name, name) for name in header]
            _fill(sheet, header, rows(data, words), bold, formats)
        sheet = book.add_worksheet(_name(book, said.get(SIGNATURE, SIGNATURE)))
        _fill(sheet, (), signature, bold, formats)
        if words.get("is_rtl"):
            for sheet in book.worksheets():
                sheet.right_to_left()
    return stream.getvalue()


def _name(book, title):
    """Of a sheet: what a spreadsheet takes, and unlike the others."""
    wanted = " ".join(title.translate(_FORBIDDEN).split())[:_LONGEST] or "Sheet"
    known = {sheet.get_name().casefold() for sheet in book.worksheets()}
    name, number = wanted, 2
    while name.casefold() in known:
        tail = f" {number}"
        name, number = wanted[: _LONGEST - len(tail)] + tail, number + 1
    return name


def _fill(sheet, header, rows, bold, formats):
    begin = 0
    if header:
        sheet.write_row(0, 0, header, bold)
        sheet.freeze_panes(1, 0)
        begin = 1
    widths = [len(name) for name in header]
    number = begin
    for number, row in enumerate(rows, begin):
        for column, value in enumerate(row):
            look = formats.get(type(value), formats[None])
            sheet.write(number, column, "" if value is None else value, look)
        widths += [0] * (len(row) - len(widths))
        widths = [
            max(width, len(str(row[i] or ""))) if i < len(row) else width
            for i, width in enumerate(widths)
        ]
    if header:
        sheet.autofilter(0, 0, number, len(header) - 1)
    for column, width in enumerate(widths):
        sheet.set_column(column, column, min(60, width + 2))
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
