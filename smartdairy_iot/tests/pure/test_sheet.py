"""What a screen shows, as a workbook."""

import io
import zipfile

import openpyxl
import pytest

from smartdairy_iot.readings.sheet import MOST_ROWS, SheetError, check, to_xlsx


def read(content):
    return openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]


def test_numbers_stay_numbers_and_what_is_missing_stays_empty():
    sheet = read(to_xlsx("Trend", ["Time", "°C"], [["09:00", 3.8], ["10:00", None]]))
    assert [[cell.value for cell in row] for row in sheet.rows] == [
        ["Time", "°C"],
        ["09:00", 3.8],
        ["10:00", None],
    ]


@pytest.mark.parametrize(
    "text", ["=1+1", "{=A1}", "http://x.example/", "+1", "@SUM(A1)"]
)
def test_no_name_of_a_device_becomes_a_formula_or_a_link(text):
    content = to_xlsx("Trend", [text], [[text]])
    cells = [cell for row in read(content).rows for cell in row]
    assert [(c.value, c.data_type, c.hyperlink) for c in cells] == [
        (text, "s", None)
    ] * 2
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


def test_a_name_that_no_sheet_can_have_is_made_one():
    assert read(to_xlsx("a/b:c" * 20, ["x"], [])).title.startswith("a b c")
    assert read(to_xlsx("''", ["x"], [])).title == "Export"


@pytest.mark.parametrize(
    ("columns", "rows", "problem"),
    [
        (["a"], [["1"]] * (MOST_ROWS + 1), "rows"),
        ([], [], "columns"),
        (["a"] * 61, [], "columns"),
        (["a"], [["1", "2"]], "shape"),
        (["a"], "rows", "shape"),
        (["a"], [3], "shape"),
        ("abc", [], "shape"),
    ],
)
def test_what_is_no_table_or_too_large_is_refused(columns, rows, problem):
    with pytest.raises(SheetError) as refused:
        check(columns, rows)
    assert refused.value.problem == problem
