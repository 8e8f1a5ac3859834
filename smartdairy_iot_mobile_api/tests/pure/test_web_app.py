"""What the files of the reference client say of one another."""

import ast
import json
import re
from pathlib import Path

import pytest

from smartdairy_iot_mobile_api.schemas.base import APP_TYPES

ADDON = Path(__file__).parents[2]
APP = ADDON / "static" / "app"
SCRIPTS = sorted(APP.rglob("*.js"))
TERMS = (ADDON / "static/src/app_terms.js").read_text()


def imports(script):
    for path in re.findall(r'from "([^"]+)"', script.read_text()):
        if path.startswith("/"):
            yield path
        else:
            found = (script.parent / path).resolve()
            yield f"/{ADDON.name}/{found.relative_to(ADDON)}"


def kept_without_a_network():
    worker = (APP / "sw.js").read_text()
    listed = worker[worker.index("const FILES") : worker.index("addEventListener")]
    base = f"/{ADDON.name}/static/app/"
    return {
        path if path.startswith("/") else base + path
        for path in re.findall(r'"([^"]+)"', listed)
    }


def test_all_that_the_app_imports_is_there_without_a_network():
    needed = {path for script in SCRIPTS for path in imports(script)}
    assert needed <= kept_without_a_network()


def test_what_is_kept_without_a_network_exists():
    """One that is missing, and none at all is kept."""
    for path in kept_without_a_network():
        if not path.startswith("/iot/app"):
            assert (ADDON.parent / path[1:]).is_file(), path


def test_the_icons_of_the_manifest_are_as_large_as_it_says():
    manifest = json.loads((APP / "manifest.webmanifest").read_text())
    pictures = [i for i in manifest["icons"] if i["type"] == "image/png"]
    assert {(i["sizes"], i["purpose"]) for i in pictures} == {
        (size, purpose)
        for size in ("192x192", "512x512")
        for purpose in ("any", "maskable")
    }
    for icon in pictures:
        header = (ADDON.parent / icon["src"][1:]).read_bytes()[:24]
        size = [int.from_bytes(header[at : at + 4], "big") for at in (16, 20)]
        assert "x".join(map(str, size)) == icon["sizes"]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_each_word_that_a_view_says_is_among_the_terms(script):
    known = set(re.findall(r"^    (\w+): _t\(", TERMS, re.MULTILINE))
    assert set(re.findall(r"\bsay\.(\w+)", script.read_text())) <= known


def test_every_term_that_a_view_fills_in_is_filled_by_its_name():
    for name in ("seenAt", "reconnecting", "chart", "signedInAs", "acknowledgedBy"):
        text = re.search(rf'^    {name}: _t\(\s*"([^"]+)"', TERMS, re.MULTILINE)[1]
        assert "%(" in text, name


def test_the_reading_that_stands_for_a_device_is_the_one_of_the_api():
    def table(path, name):
        text = path.read_text()
        found = re.search(
            rf"^(?:export const )?{name} = (\{{.*?^\}})", text, re.M | re.S
        )
        pairs = re.sub(r"^(\s*)(\w+):", r'\1"\2":', found[1], flags=re.M)
        return ast.literal_eval(pairs)

    api = table(ADDON / "models" / "iot_device_list.py", "_MAIN_READING")
    telemetry = ADDON.parent / "smartdairy_iot" / "static" / "src" / "telemetry"
    assert table(telemetry / "main_measure.js", "MAIN_MEASURE") == api


def test_a_device_type_of_the_api_becomes_the_one_of_odoo_by_its_capitals():
    """As ``news.js`` does to find that reading."""
    for ours, theirs in APP_TYPES.items():
        assert re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", theirs) == ours
