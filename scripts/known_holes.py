"""Pinned versions against the advisories of ``safety-db``: without a network.

The newest release of that database is of July 2021, and no newer one is published as a
package. So this finds what was known then and nothing since; how to ask for the newest
advisories, with a network, is said at the end.
"""

import json
import re
import sys
from importlib.util import find_spec
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

REPO = Path(__file__).resolve().parents[1]
LISTS = ("requirements.txt", "requirements-dev.txt", "requirements-bench.txt")
DATED = "2021-07-17"
# Looked at; why it does not concern us.
JUDGED = {
    "CVE-2020-28463": "says “all versions”; mended in reportlab 3.5.55 (trustedHosts)",
}


def pinned(text: str) -> dict[str, str]:
    """``{name: version}`` of the lines of a requirements file."""
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;#]+)", text, re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


def holes(pins: dict[str, str], advisories: dict) -> list[str]:
    """One line for each advisory that a pinned version has."""
    found = []
    for name, entries in advisories.items():
        version = pins.get(canonicalize_name(name))
        if version is None or name == "$meta":
            continue
        for entry in entries:
            if any(version in SpecifierSet(spec) for spec in entry["specs"]):
                what = entry.get("cve") or entry["id"]
                if what in JUDGED:
                    continue
                found.append(f"{name} {version}: {what}: {entry['advisory'][:100]}")
    return found


def main() -> int:
    """Print what is found."""
    pins = {}
    for name in LISTS:
        pins |= pinned((REPO / name).read_text())
    # Not imported: it looks for its files in the folder that one happens to be in.
    folder = Path(find_spec("safety_db").submodule_search_locations[0])
    database = next(folder.parent.rglob("safety_db/**/insecure_full.json"))
    found = holes(pins, json.loads(database.read_text()))
    for line in found:
        print(line)
    print(
        f"{len(pins)} pinned versions, {len(found)} with an advisory of {DATED} or "
        "before. With a network: pip-audit -r requirements.txt --no-deps"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
