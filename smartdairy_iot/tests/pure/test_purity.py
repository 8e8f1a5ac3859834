"""The pure rooms must stay testable without Odoo, a broker or a database."""

import ast
from pathlib import Path

import pytest

ADDON = Path(__file__).resolve().parents[2]
IMPURE = {
    f"ingest.{name}" for name in ("client", "election", "pipeline", "worker", "writer")
} | {"ingest.broker_state", "ingest.tls", "notify.publisher", "notify.sms_api"}
PACKAGES = (
    "alerts",
    "archive",
    "boards",
    "calibration",
    "coldchain",
    "compliance",
    "control",
    "health",
    "identity",
    "ingest",
    "ledger",
    "milking",
    "notify",
    "onboarding",
    "rules",
    "watch",
)
ALSO = (
    "readings.anomaly",
    "readings.reading_id",
    "readings.sheet",
)  # the rest there is SQL
FORBIDDEN = {"odoo", "paho", "psycopg2"}
MODULES = {
    ".".join(path.relative_to(ADDON).with_suffix("").parts): path
    for folder in PACKAGES
    for path in sorted((ADDON / folder).rglob("*.py"))
} | {name: ADDON / f"{name.replace('.', '/')}.py" for name in ALSO}
PURE = sorted(MODULES.keys() - IMPURE)


def imports(name):
    """Absolute names, and those inside the add-on, that the module imports anywhere."""
    package = name.split(".")[:-1]
    for node in ast.walk(ast.parse(MODULES[name].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((0, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            base += node.module.split(".") if node.module else []
            yield from ((node.level, ".".join([*base, a.name])) for a in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield 0, node.module


@pytest.mark.parametrize("name", PURE)
def test_no_pure_module_imports_odoo_paho_or_psycopg2(name):
    absolute = {module.split(".")[0] for level, module in imports(name) if not level}
    assert not absolute & FORBIDDEN


@pytest.mark.parametrize("name", PURE)
def test_no_pure_module_imports_an_impure_one_of_this_add_on(name):
    for level, module in imports(name):
        if level:
            assert module.startswith((*PACKAGES, *ALSO)), module
            assert not any(f"{module}.".startswith(f"{i}.") for i in IMPURE), module


def test_the_impure_modules_are_still_where_this_test_expects_them():
    assert MODULES.keys() >= IMPURE
    assert {"ingest.decode", "ingest.codec.number", "rules.evaluate"} <= set(PURE)
