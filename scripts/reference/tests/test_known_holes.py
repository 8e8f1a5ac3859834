import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from known_holes import holes, main, osv_holes, pinned  # noqa: E402

ADVISORIES = {
    "$meta": {},
    "Flask_Thing": [{"specs": ["<1.2"], "cve": "CVE-1", "id": "x", "advisory": "bad"}],
}


def test_a_version_of_before_the_remedy_is_named_with_its_advisory():
    assert holes(pinned("flask-thing==1.1  # why\n"), ADVISORIES) == [
        "Flask_Thing 1.1: CVE-1: bad"
    ]


def test_the_remedy_and_what_is_not_pinned_are_not():
    assert holes(pinned("flask-thing==1.2\nother==1.0"), ADVISORIES) == []
    assert holes(pinned("-r other.txt\nflask-thing>=1.0"), ADVISORIES) == []


def osv(*events, **record):
    package = {"package": {"name": "Flask_Thing", "ecosystem": "PyPI"}}
    ranges = [{"type": "ECOSYSTEM", "events": list(events)}]
    record = {"id": "PYSEC-1", "aliases": ["CVE-1"], "details": "bad\nmore"} | record
    return [record | {"affected": [package | {"ranges": ranges}]}]


def test_a_range_of_versions_has_its_ends():
    since, until = {"introduced": "1.1"}, {"fixed": "1.10"}
    again = {"introduced": "2.0"}, {"last_affected": "2.3"}
    records = osv(since, until, *again)
    for version in ("1.1", "1.9", "2.0", "2.3"):
        pins = {"flask-thing": version}
        assert osv_holes(pins, records) == [
            f"flask-thing {version}: PYSEC-1 CVE-1: bad"
        ]
    for version in ("1.0", "1.10", "1.11", "2.4"):
        assert osv_holes({"flask-thing": version}, records) == []


def test_a_folder_without_advisories_is_no_good_news(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["--osv", str(tmp_path / "mistyped")])
    assert "no advisories" in capsys.readouterr().err


def test_what_was_withdrawn_is_none():
    assert not osv_holes(
        {"flask-thing": "1.1"}, osv({"introduced": "0"}, withdrawn="2024-01-01")
    )
