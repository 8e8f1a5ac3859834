"""One cell → a value. The empty ones are not asked: they leave what is there."""

import re

from .names import fold, fold_header

# As iot.device has it: no topic separator, nothing that COPY or a shell would escape.
DEVICE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,49}")
# What a spreadsheet made of a long number: its last digits are lost.
_SHORTENED = re.compile(r"\d([.,]\d+)?E\+\d+", re.I)
_MOST_SECONDS = 2**31 - 1
LONGEST = 500


class CellError(Exception):
    def __init__(self, kind, **values):
        super().__init__(kind, values)
        self.kind, self.values = kind, values


def read_cell(column, text, choices, suggestions):
    """:param choices: ``{column's name: {value: label}}``
    :raise CellError: with the kind and the values of a :class:`~.problem.Problem`
    """
    if any(not c.isprintable() and c not in "\n\t" for c in text):
        raise CellError(
            "control_character", text=text.encode("unicode_escape").decode()
        )
    if len(text) > LONGEST:
        raise CellError("too_long", most=LONGEST)
    if column.kind in ("device_id", "number_text") and _SHORTENED.fullmatch(text):
        raise CellError("shortened_number", text=text)
    if column.kind == "device_id":
        return _read_device_id(text)
    if column.kind == "seconds":
        return _read_seconds(text)
    if column.kind == "choice":
        return _read_choice(text, choices[column.name], suggestions)
    return text


def _read_device_id(text):
    if not DEVICE_ID.fullmatch(text):
        raise CellError("device_id", text=text)
    return text


def _read_seconds(text):
    digits = text.removesuffix(".0").removesuffix(",0")
    if not (digits.isascii() and digits.isdigit() and 0 < int(digits) < _MOST_SECONDS):
        raise CellError("seconds", text=text)
    return int(digits)


def _read_choice(text, choices, suggestions):
    wanted = fold_header(text)
    for value, label in choices.items():
        if wanted in (fold_header(value), fold_header(label)):
            return value
    words = {fold(word): word for pair in choices.items() for word in pair}
    near = suggestions.nearest(text, words.values())
    raise CellError(
        "choice", text=text, nearest=near, choices=", ".join(choices.values())
    )
