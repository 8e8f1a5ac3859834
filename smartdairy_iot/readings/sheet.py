"""What a screen shows, as a workbook. Pure.

Text stays text: no cell becomes a formula or a link, whatever a device is called.
"""

import io

MOST_ROWS = 20_000
MOST_COLUMNS = 60
MOST_CELL = 32_767  # characters, by the file format
_NAME = 31
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_WIDEST = 60


class SheetError(ValueError):
    """``problem``: ``rows``, ``columns`` or ``shape``."""

    def __init__(self, problem):
        super().__init__(problem)
        self.problem = problem


def check(columns, rows):
    """:raise SheetError: it is no table, or one that is too large"""
    if not isinstance(columns, list) or not isinstance(rows, list):
        raise SheetError("shape")
    if not 0 < len(columns) <= MOST_COLUMNS:
        raise SheetError("columns")
    if len(rows) > MOST_ROWS:
        raise SheetError("rows")
    for row in rows:
        if not isinstance(row, list) or len(row) != len(columns):
            raise SheetError("shape")


def to_xlsx(name, columns, rows):
    """
    :param columns: list of headings
    :param rows: list of lists of text, numbers, booleans or None
    :return: bytes
    :raise SheetError: as of :func:`check`
    """
    import xlsxwriter  # noqa: PLC0415 - as in Odoo: when it is used

    check(columns, rows)
    output = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False}
    options |= {"strings_to_urls": False, "nan_inf_to_errors": True}
    book = xlsxwriter.Workbook(output, options)
    sheet = book.add_worksheet(_sheet_name(name))
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, [str(c) for c in columns], book.add_format({"bold": True}))
    for number, row in enumerate(rows, 1):
        for column, cell in enumerate(row):
            _write(sheet, number, column, cell)
    sheet.autofit(_WIDEST * 7)
    book.close()
    return output.getvalue()


def _write(sheet, row, column, cell):
    if cell is None or cell == "":
        return
    if isinstance(cell, bool):
        sheet.write_boolean(row, column, cell)
    elif isinstance(cell, int | float):
        sheet.write_number(row, column, cell)
    else:
        sheet.write_string(row, column, str(cell)[:MOST_CELL])


def _sheet_name(name):
    return str(name).translate(_FORBIDDEN).strip()[:_NAME] or "Export"
