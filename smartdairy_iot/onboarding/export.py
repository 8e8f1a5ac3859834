"""CSV that a spreadsheet opens as it was meant."""

import csv
import io

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_csv(rows):
    """:return: bytes; UTF-8 with the mark that Excel needs to believe it"""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _harmless(cell):
    """What a file said must not become a formula in the spreadsheet of another."""
    text = str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text
