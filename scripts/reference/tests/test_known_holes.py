import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from known_holes import holes, pinned  # noqa: E402

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
