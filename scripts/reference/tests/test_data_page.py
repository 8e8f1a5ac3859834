"""docs/data.md answers for every kind of record that is kept."""

import ast
from pathlib import Path

REPO = Path(__file__).resolve().parents[3]
PAGE = REPO / "docs" / "data.md"
STORE = REPO / "smartdairy_iot" / "data" / "store_schema.sql"


def kept_models():
    """Names of the models that have rows, from the sources."""
    for path in REPO.glob("smartdairy_*/models/*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and _is_kept(node):
                yield from _names(node)


def _is_kept(node):
    return any(getattr(base, "attr", "") == "Model" for base in node.bases)


def _names(node):
    for line in node.body:
        if isinstance(line, ast.Assign) and line.targets[0].id == "_name":
            yield line.value.value


def test_each_model_that_is_kept_has_its_line():
    models = set(kept_models())
    text = PAGE.read_text(encoding="utf-8")
    missing = sorted(name for name in models if f"`{name}`" not in text)
    assert len(models) > 60 and not missing


def test_each_table_of_the_store_has_its_line():
    words = STORE.read_text(encoding="utf-8").split("CREATE TABLE")[1:]
    tables = [word.replace("IF NOT EXISTS", "").split()[0] for word in words]
    text = PAGE.read_text(encoding="utf-8")
    assert tables and not [name for name in tables if f"`{name}`" not in text]
