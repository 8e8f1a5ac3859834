"""A name that people choose is quoted in the log: it begins no line of its own."""

import ast
import re
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[3]
CHOSEN = {"name", "message", "login", "display_name", "file_name", "topic", "address"}
# Names that Odoo or the store makes.
MADE = {"chunk.name", "archive.file_name", "path.name"}


def calls(tree):
    """``(format, arguments)`` of each call of a logger."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "_logger"
            and node.args
        ):
            yield node.args[0], node.args[1:]


def unquoted(source):
    """What a logger is given that somebody chose, and that is not quoted."""
    found = []
    for text, arguments in calls(ast.parse(source)):
        if not isinstance(text, ast.Constant):
            found.append(ast.unparse(text))
            continue
        forms = re.findall(r"%[-0-9.]*[a-z]", text.value)
        for form, argument in zip(forms, arguments, strict=False):
            words = ast.unparse(argument)
            is_chosen = isinstance(argument, ast.Attribute) and argument.attr in CHOSEN
            if is_chosen and words not in MADE and form != "%r":
                found.append(f"{text.value}: {words}")
    return found


@pytest.mark.parametrize("source", ["%s", "%r"])
def test_the_check_sees_a_name_that_is_not_quoted(source):
    code = f"_logger.info('Farm {source} is away', farm.name)"
    assert bool(unquoted(code)) == (source == "%s")


def test_no_logger_is_given_a_name_that_is_not_quoted():
    found = {}
    for addon in REPO.glob("smartdairy_iot*"):
        for path in addon.rglob("*.py"):
            if "tests" not in path.parts and (wrong := unquoted(path.read_text())):
                found[str(path.relative_to(REPO))] = wrong
    assert found == {}
