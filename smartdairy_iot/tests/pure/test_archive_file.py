"""A file that is there is whole, and says when it is not; whichever kind it is."""

import csv
import gzip
import io
import json
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet
import pytest

from smartdairy_iot.archive import file

COLUMNS = {"time": "timestamp with time zone", "value": "real", "said": "jsonb"}
ROWS = (
    b"time,value,said\n"
    b'2026-01-05 06:00:00+00,3.8,"{""a"": ""x\ny""}"\n'
    b"2026-01-05 06:01:00.123+00,,\n"
)


def export(target):
    for start in range(0, len(ROWS), 7):
        target.write(ROWS[start : start + 7])
    return 2


def nothing(target):
    target.write(ROWS.partition(b"\n")[0] + b"\n")
    return 0


def describing(**more):
    return {"table": "temperature_readings", "columns": COLUMNS, **more}


@pytest.fixture(params=["temperature.csv.gz", "temperature.parquet"])
def path(tmp_path, request):
    return tmp_path / request.param


def read(path):
    taken = []
    summary = file.content(path, taken.append)
    return summary, list(csv.reader(io.StringIO(b"".join(taken).decode())))


def test_what_was_written_is_read_and_described(path):
    written = file.write(path, describing(), export)
    assert written.rows == 2
    assert file.verify(path) == written
    summary, rows = read(path)
    assert summary == written
    assert rows[0] == list(COLUMNS)
    assert rows[1][1:] == ["3.8", '{"a": "x\ny"}']
    assert rows[2][1:] == ["", ""]
    described = file.describe(path)
    assert (described["table"], described["columns"]) == (
        "temperature_readings",
        COLUMNS,
    )


def test_the_same_rows_make_the_same_file(path, tmp_path):
    other = tmp_path / "other" / path.name
    other.parent.mkdir()
    for target in (path, other):
        file.write(target, describing(), export)
    assert path.read_bytes() == other.read_bytes()


def test_each_kind_has_the_same_checksum_of_the_same_rows(tmp_path):
    kinds = [tmp_path / "a.csv.gz", tmp_path / "a.parquet"]
    assert len({file.write(kind, describing(), export) for kind in kinds}) == 1


def test_any_program_for_csv_can_open_it(tmp_path):
    path = tmp_path / "a.csv.gz"
    file.write(path, describing(), export)
    lines = gzip.decompress(path.read_bytes()).splitlines()
    assert [line for line in lines if not line.startswith(b"#")] == ROWS.splitlines()
    assert json.loads(lines[0][2:])["format"] == "smartdairy-archive"


def test_any_program_for_parquet_sees_types_and_nulls(tmp_path):
    path = tmp_path / "a.parquet"
    file.write(path, describing(), export)
    table = pyarrow.parquet.read_table(path)
    assert [str(field.type) for field in table.schema] == [
        "timestamp[us, tz=UTC]",
        "float",
        "string",
    ]
    assert table.column("value").null_count == 1


def test_a_file_without_rows_is_whole_too(path):
    assert file.write(path, describing(), nothing).rows == 0
    assert file.verify(path).rows == 0
    assert read(path)[1] == [list(COLUMNS)]


@pytest.mark.parametrize("where", [0.3, 0.5, 0.9, 0.999])
def test_a_file_that_was_cut_off_is_told(path, where):
    file.write(path, describing(), export)
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * where)])
    with pytest.raises(file.ArchiveError):
        file.verify(path)


@pytest.mark.parametrize("where", range(60, 200, 7))
def test_a_flipped_byte_is_told_or_changes_nothing(path, where):
    written = file.write(path, describing(), export)
    raw = bytearray(path.read_bytes())
    raw[where % len(raw)] ^= 0xFF
    path.write_bytes(raw)
    try:
        assert file.verify(path) == written
    except file.ArchiveError:
        pass


def test_a_changed_value_is_told(tmp_path):
    path = tmp_path / "a.csv.gz"
    file.write(path, describing(), export)
    text = gzip.decompress(path.read_bytes()).replace(b"3.8", b"3.9")
    path.write_bytes(gzip.compress(text))
    with pytest.raises(file.ArchiveError, match="checksum"):
        file.verify(path)


def test_a_changed_page_is_told(tmp_path):
    path = tmp_path / "a.parquet"
    file.write(path, describing(), export)
    raw = path.read_bytes()
    where = raw.index(b"x\ny")
    path.write_bytes(raw[:where] + b"z" + raw[where + 1 :])
    with pytest.raises(file.ArchiveError):
        file.verify(path)


@pytest.mark.parametrize("raw", [b"", b"?", gzip.compress(b""), gzip.compress(b"a,b")])
def test_a_file_of_others_is_refused(path, raw):
    path.write_bytes(raw)
    for look in (file.verify, file.describe):
        with pytest.raises(file.ArchiveError):
            look(path)


def test_parquet_of_others_is_refused(tmp_path):
    path = tmp_path / "a.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"a": [1]}), path)
    with pytest.raises(file.ArchiveError, match="no archive"):
        file.describe(path)


def test_without_pyarrow_files_are_csv_and_parquet_tells_what_to_install(
    tmp_path, monkeypatch
):
    assert file.suffix() == ".parquet"
    path = tmp_path / "a.parquet"
    file.write(path, describing(), export)
    monkeypatch.setattr(file, "parquet", None)
    assert file.suffix() == ".csv.gz"
    with pytest.raises(file.ArchiveError, match="pip install pyarrow"):
        file.verify(path)


def test_nothing_is_left_of_a_file_that_could_not_be_written(path):
    def broken(target):
        target.write(ROWS)
        raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        file.write(path, describing(), broken)
    assert list(path.parent.iterdir()) == []


FULL_DISK = """
import random, sys
from pathlib import Path
from archive import file

def export(target):
    target.write(b"value\\n")
    for _ in range(50_000):
        target.write(b"%r\\n" % random.random())
    return 50_000

folder = Path(sys.argv[1])
try:
    file.write(folder / sys.argv[2], {"columns": {"value": "double precision"}}, export)
except OSError as error:
    print(error.errno, [path.name for path in folder.iterdir()])
"""


def test_a_full_disk_is_told_and_nothing_is_left_on_it(path):
    """A disk of 64 kB of its own, in a namespace of its own."""
    mount = 'mount -t tmpfs -o size=64k none "$1" && exec "$2" -c "$3" "$1" "$4"'
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount]
    command += ["sh", path.parent, sys.executable, FULL_DISK, path.name]
    root = Path(file.__file__).parents[1]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60)
    assert done.stdout == "28 []\n", done.stderr
