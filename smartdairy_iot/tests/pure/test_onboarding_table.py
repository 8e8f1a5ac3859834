import io
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smartdairy_iot.onboarding.problem import FileError
from smartdairy_iot.onboarding.table import MOST_ROWS, read_table

TEXT = "Device ID;Farm\nTEMP-1;Käserei Süd\n"
ROW = ("TEMP-1", "Käserei Süd")


def kind_of(content):
    with pytest.raises(FileError) as caught:
        read_table(content)
    return caught.value.problem.kind


def workbook(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("latin-1", "Latin-1"),
        ("cp1252", "Latin-1"),
    ],
)
def test_each_encoding_that_a_spreadsheet_writes_is_recognised(encoding, name):
    table = read_table(TEXT.encode(encoding))
    assert (table.encoding, table.rows[0].cells) == (name, ROW)
    assert table.header.cells == ("Device ID", "Farm")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_each_separator_is_recognised_by_our_column_names(separator):
    # the other separators stand in the header, too, and more often
    header = separator.join(["Device ID", "Farm", "a,b,c,d;e;f;g;h\ti\tj\tk|l|m|n"])
    header = header if separator != "," else 'Device ID,Farm,"a;b;c;d\te\tf\tg|h|i|j"'
    table = read_table(f"{header}\nTEMP-1{separator}Hill\n".encode())
    assert table.separator == separator
    assert table.rows[0].cells[:2] == ("TEMP-1", "Hill")


def test_the_hint_of_excel_is_followed_and_is_no_row():
    table = read_table(b"sep=|\r\nDevice ID|Farm\r\nTEMP-1|Hill, south\r\n")
    assert (table.header.number, table.rows[0].number) == (1, 2)
    assert table.rows[0].cells == ("TEMP-1", "Hill, south")


def test_rows_have_the_numbers_of_the_spreadsheet():
    text = '\nDevice ID,Location\nA,"two\nlines"\n\n,\nB,x\n'
    table = read_table(text.encode())
    assert table.header.number == 2
    assert [row.number for row in table.rows] == [3, 6]


def test_a_workbook_is_read_as_a_person_reads_it():
    content = workbook(["Device ID", "Serial"], [None, None], ["TEMP-1", 4711.0])
    table = read_table(content)
    assert [(row.number, row.cells) for row in table.rows] == [(3, ("TEMP-1", "4711"))]


def test_a_number_that_is_shown_with_leading_zeros_keeps_them():
    book = openpyxl.Workbook()
    book.active.append(["Device ID", "Serial"])
    book.active.append(["TEMP-1", 42])
    book.active["B2"].number_format = "00000"
    data = io.BytesIO()
    book.save(data)
    assert read_table(data.getvalue()).rows[0].cells == ("TEMP-1", "00042")


def test_what_is_no_table_is_refused_with_the_reason():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("letter.txt", "not a workbook")
    assert kind_of(archive.getvalue()) == "workbook"
    assert kind_of(b"PK\x03\x04 cut off") == "workbook"
    assert kind_of(b"\x89PNG\r\n\x00\x00\x01binary") == "not_text"
    assert kind_of(b"\xff\xfeD\x00e") == "encoding"
    assert kind_of(b"") == "empty"
    assert kind_of(b"\n ,, \n") == "empty"
    assert kind_of(b"Device ID,Farm\n") == "only_header"


def test_an_archive_that_unpacks_to_far_more_is_not_unpacked():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/workbook.xml", bytes(201 * 1024 * 1024))
    assert kind_of(archive.getvalue()) == "too_large"


def test_more_rows_than_one_import_takes_are_refused_not_cut_off():
    text = "Device ID\n" + "\n".join(f"D{n}" for n in range(MOST_ROWS + 1))
    assert kind_of(text.encode()) == "too_many_rows"


@given(st.binary(max_size=400))
def test_no_bytes_make_it_fail_otherwise_than_told(content):
    try:
        table = read_table(content)
    except FileError:
        return
    assert table.rows
