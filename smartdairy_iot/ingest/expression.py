"""One JMESPath expression, compiled. Pure.

JMESPath (https://jmespath.org), through its reference library: one small, specified and
well-kept language for nested paths, arrays, projections and conditions.
"""

import re
from math import prod

import jmespath
from jmespath.functions import Functions

from .message import Reason, RejectedError

_LONGEST = 300  # characters
_MOST_COPIES = 64  # that an expression may make of what it reads
# Whoever writes one of these knows the language: no guess at missing quotes.
_SYNTAX = re.compile(r"""["'`\[\](){}|&*@?]|\.\.|^\.|\.$|^\s*$""")


# Whose parts read the same thing; of the others each reads what the one before found.
_BESIDE = frozenset(
    {
        *("multi_select_list", "multi_select_dict", "function_expression"),
        *("comparator", "or_expression", "and_expression"),
    }
)


class MappingError(ValueError):
    """A mapping or topic that cannot work; the text says which line, and why."""


class Expression:
    """A JMESPath; a plain path of keys is walked directly, ten times as fast."""

    def __init__(self, text, where):
        self.text = text
        self.where = where
        try:
            self._compiled = jmespath.compile(text)
        except Exception as error:  # noqa: BLE001 - the library's parser is not ours
            raise MappingError(f"{self}: {_explain(error, text)}") from None
        if len(text) > _LONGEST:
            raise MappingError(f"{where}: longer than {_LONGEST} characters")
        if _copies(self._compiled.parsed) > _MOST_COPIES:
            raise MappingError(f"{self}: it makes too many copies of what it reads")
        nodes = list(_nodes(self._compiled.parsed))
        for kind, name in nodes:
            if kind == "function_expression" and name not in Functions.FUNCTION_TABLE:
                raise MappingError(f"{self}: there is no function {name}()")
        self.path = _plain_path(self._compiled.parsed)
        # Of anything but a path it is only known which keys it looks at.
        self.names = (
            () if self.path else {name for kind, name in nodes if kind == "field"}
        )

    def __str__(self):
        return f"{self.where}, {self.text}"

    def find(self, value):
        """What stands there, None for nothing."""
        if self.path is None:
            return self._search(value)
        for key in self.path:
            if not isinstance(value, dict):
                return None
            value = value.get(key)
        return value

    def _search(self, value):
        try:
            return self._compiled.search(value)
        except Exception as error:  # noqa: BLE001 - functions fail in many ways
            raise RejectedError(
                Reason.WRONG_SHAPE, f"{self}: {_first_line(error)}"
            ) from None


def _nodes(node):
    """``(kind, value)`` of every node of a parsed expression."""
    yield node["type"], node.get("value")
    for child in node.get("children", ()):
        if isinstance(child, dict):
            yield from _nodes(child)


def _copies(node):
    """How many times as large as what it reads the result may at most be.

    One message must not hold up the line: ``[@,@][]|[@,@][]|…`` doubles at each step.
    """
    children = [_copies(c) for c in node.get("children", ()) if isinstance(c, dict)]
    if node["type"] in _BESIDE:
        return max(1, sum(children))
    return prod(children)


def _plain_path(node):
    """``("a", "b")`` of ``a.b``, None when the expression is more than a path."""
    if node["type"] == "field":
        return (node["value"],)
    if node["type"] != "subexpression":
        return None
    paths = [_plain_path(child) for child in node["children"]]
    return None if None in paths else tuple(key for path in paths for key in path)


def _explain(error, text):
    """What the parser says; and the quotes that most often are all that is missing."""
    quoted = ".".join(
        key if key.isidentifier() and key.isascii() else f'"{key}"'
        for key in text.split(".")
    )
    if quoted == text or _SYNTAX.search(text):
        return _first_line(error)
    return f"{_first_line(error)}. Write {quoted}: names with other signs need quotes"


def _first_line(error):
    """The library draws an arrow under the expression on further lines."""
    text = str(error) or type(error).__name__
    return text.split("\n")[0].removesuffix(", for expression:").rstrip(": ")
