"""A file that is there is whole, and says when it is not."""

import gzip
import json

import pytest

from smartdairy_iot.archive import file

ROWS = b"time,value\n2026-01-05 06:00:00+00,3.8\n2026-01-05 06:01:00+00,\n"


def export(target):
    for start in range(0, len(ROWS), 7):
        target.write(ROWS[start : start + 7])
    return 2


@pytest.fixture
def path(tmp_path):
    return tmp_path / "temperature.csv.gz"


def read(path):
    taken = []
    summary = file.content(path, taken.append)
    return summary, b"".join(taken)


def test_what_was_written_is_read_and_described(path):
    written = file.write(path, {"table": "temperature_readings"}, export)
    assert written.rows == 2
    assert file.verify(path) == written
    assert read(path) == (written, ROWS)
    assert file.describe(path)["table"] == "temperature_readings"


def test_the_same_rows_make_the_same_file(path, tmp_path):
    other = tmp_path / "other" / path.name
    other.parent.mkdir()
    for target in (path, other):
        file.write(target, {"table": "t"}, export)
    assert path.read_bytes() == other.read_bytes()


def test_any_program_for_csv_can_open_it(path):
    file.write(path, {"table": "t"}, export)
    lines = gzip.decompress(path.read_bytes()).splitlines()
    assert [line for line in lines if not line.startswith(b"#")] == ROWS.splitlines()
    assert json.loads(lines[0][2:])["format"] == "smartdairy-archive"


def test_a_file_without_rows_is_whole_too(path):
    def nothing(target):
        target.write(b"time,value\n")
        return 0

    assert file.verify(path) == file.write(path, {}, nothing) if path.exists() else True
    assert file.write(path, {}, nothing).rows == 0
    assert file.verify(path).rows == 0


@pytest.mark.parametrize("where", [0.3, 0.5, 0.9, 0.999])
def test_a_file_that_was_cut_off_is_told(path, where):
    file.write(path, {"table": "t"}, export)
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * where)])
    with pytest.raises(file.ArchiveError):
        file.verify(path)


def test_a_changed_value_is_told(path):
    file.write(path, {"table": "t"}, export)
    text = gzip.decompress(path.read_bytes()).replace(b"3.8", b"3.9")
    path.write_bytes(gzip.compress(text))
    with pytest.raises(file.ArchiveError, match="checksum"):
        file.verify(path)


@pytest.mark.parametrize("raw", [b"", b"?", gzip.compress(b""), gzip.compress(b"a,b")])
def test_a_file_of_others_is_refused(path, raw):
    path.write_bytes(raw)
    for look in (file.verify, file.describe):
        with pytest.raises(file.ArchiveError):
            look(path)


def test_nothing_is_left_of_a_file_that_could_not_be_written(path):
    def full(target):
        target.write(ROWS)
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        file.write(path, {}, full)
    assert list(path.parent.iterdir()) == []
