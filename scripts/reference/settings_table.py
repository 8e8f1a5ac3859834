"""The settings of ``[smartdairy_iot]`` as a table, from their declaration."""

import importlib
import sys
from dataclasses import fields
from pathlib import Path
from types import ModuleType

REPO = Path(__file__).resolve().parents[2]
ADDON = "smartdairy_iot"
PAGE = REPO / "docs" / "configuration.md"
BEGIN = "<!-- made by scripts/reference from smartdairy_iot/settings.py: begin -->"
END = "<!-- end -->"
_TYPES = {"bool": "yes or no", "int": "number", "str": "text"}


def module(name="settings"):
    """Return one of the add-on; its package imports Odoo, so another stands in."""
    package = ModuleType(ADDON)
    package.__path__ = [str(REPO / ADDON)]
    sys.modules.setdefault(ADDON, package)
    return importlib.import_module(f"{ADDON}.{name}")


def declaration():
    """Return the dataclass."""
    return module().Settings


def table(settings) -> str:
    """
    :param settings: a dataclass whose fields say ``meaning``, ``least``, ``secret`` and
        ``absolute``
    """
    rows = ["| key | type | default | meaning |", "|---|---|---|---|"]
    rows += [_row(field) for field in fields(settings)]
    return "\n".join(rows)


def _row(field) -> str:
    told = field.metadata
    kind = _TYPES[field.type.__name__]
    if told["absolute"]:
        kind = "absolute path"
    if told["least"] is not None:
        kind += f", at least {told['least']}"
    if told["secret"]:
        kind += ", secret"
    default = str(field.default).lower() if field.type is bool else str(field.default)
    shown = f"`{default}`" if default else ""
    return f"| `{field.name}` | {kind} | {shown} | {told['meaning']} |"


def page(text: str) -> str:
    """Return the page with the table of today in the place of the one it has.

    :raise ValueError: it has no place for one
    """
    before, begin, rest = text.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{PAGE.name} needs the lines {BEGIN!r} and {END!r}")
    return f"{before}{begin}\n\n{table(declaration())}\n\n{end}{after}"
