"""A wall screen has a bundle of its own: one file missing, and the screen is empty."""

import ast
import re
from pathlib import Path

ADDON = Path(__file__).parents[2]
_IMPORT = re.compile(r'^\s*(?:import|\}) .*?from "(\.[^"]+)";', re.MULTILINE)


def bundled():
    """The bundle's scripts that are ours."""
    manifest = ast.literal_eval((ADDON / "__manifest__.py").read_text())
    found = set()
    for entry in manifest["assets"]["smartdairy_iot.assets_kiosk"]:
        if isinstance(entry, str) and entry.startswith(f"{ADDON.name}/"):
            found |= set(ADDON.parent.glob(entry.replace("**/*", "**/*.js")))
    return {path for path in found if path.suffix == ".js"}


def imports(path):
    for name in _IMPORT.findall(path.read_text(encoding="utf-8")):
        yield (path.parent / f"{name}.js").resolve()


def test_what_a_script_of_the_bundle_imports_is_in_it():
    scripts = bundled()
    wanted = {found for path in scripts for found in imports(path)}
    assert len(wanted) > 20, "or the imports are no longer found"
    missing = {path.relative_to(ADDON).as_posix() for path in wanted - scripts}
    assert not missing, "add them to assets_kiosk in __manifest__.py"
