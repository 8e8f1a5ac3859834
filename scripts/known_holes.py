"""Pinned versions against the advisories of ``safety-db``: without a network.

The newest release of that database is of July 2021, and no newer one is published as a
package. So this finds what was known then and nothing since. ``--osv FOLDER`` finds
what is in a checkout of https://github.com/pypa/advisory-database; how to ask for the
newest advisories, with a network, is said at the end.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

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


def osv_holes(pins: dict[str, str], records: Iterable[dict]) -> list[str]:
    """Likewise of records as in https://ossf.github.io/osv-schema/."""
    found = []
    for record in records:
        if "withdrawn" in record:
            continue
        for affected in record.get("affected", ()):
            name = canonicalize_name(affected["package"]["name"])
            version = pins.get(name)
            if version and _is_affected(version, affected):
                names = [record["id"], *record.get("aliases", ())]
                if not JUDGED.keys() & set(names):
                    text = record.get("details", "").strip().partition("\n")[0]
                    found.append(f"{name} {version}: {' '.join(names)}: {text[:100]}")
    return found


def _is_affected(version: str, affected: dict) -> bool:
    if version in affected.get("versions", ()):
        return True
    spans = (r["events"] for r in affected.get("ranges", ()) if r["type"] != "GIT")
    return any(_is_within(Version(version), events) for events in spans)


def _is_within(version: Version, events: list[dict]) -> bool:
    """Events are in their order: where it begins, and where it ends."""
    is_in = False
    for event in events:
        ((what, at),) = event.items()
        try:
            reached = version >= Version(at)
        except InvalidVersion:
            continue
        if what == "introduced" and reached:
            is_in = True
        elif what == "fixed" and reached:
            is_in = False
        elif what == "last_affected" and reached and version != Version(at):
            is_in = False
    return is_in


def read_osv(folder: Path) -> Iterable[dict]:
    """The records in the files of a folder."""
    import yaml  # noqa: PLC0415 - only who gives a folder needs it

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for path in sorted(folder.rglob("*.yaml")):
        record = yaml.load(path.read_text(), Loader=loader)  # noqa: S506 - a safe one
        if isinstance(record, dict) and "affected" in record:
            yield record


def main(arguments: list[str] | None = None) -> int:
    """Print what is found."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--osv", type=Path, metavar="FOLDER")
    options = parser.parse_args(arguments)
    pins = {}
    for name in LISTS:
        pins |= pinned((REPO / name).read_text())
    # Not imported: it looks for its files in the folder that one happens to be in.
    folder = Path(find_spec("safety_db").submodule_search_locations[0])
    database = next(folder.parent.rglob("safety_db/**/insecure_full.json"))
    found = holes(pins, json.loads(database.read_text()))
    if options.osv:
        records = list(read_osv(options.osv))
        if not records:
            parser.error(f"there are no advisories in {options.osv}")
        found += osv_holes(pins, records)
    for line in found:
        print(line)
    known = f"an advisory of {DATED} or before"
    if options.osv:
        known += f", or in {options.osv}"
    print(f"{len(pins)} pinned versions, {len(found)} with {known}.")
    print("With a network: pip-audit -r requirements.txt --no-deps")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
