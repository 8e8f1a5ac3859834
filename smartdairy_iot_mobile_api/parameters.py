"""From an address, a query and a body to values, or a refusal. Pure.

A request's shape is a pydantic model of ``schemas/``; what the OpenAPI document says of
it comes from the same model.
"""

import re
from typing import get_args, get_origin

from pydantic import ValidationError

from .errors import ApiError, InvalidParameterError

_DIGITS = re.compile(r"[0-9]{1,10}")
_REFERENCE = re.compile(r"[A-Za-z0-9_.:-]{1,50}")
_INT4_MAX = 2**31 - 1


def read_query(model, args):
    """:param args: a MultiDict of texts; one that the model has not is ignored
    :raise InvalidParameterError: one of them is not valid
    """
    given = {}
    for name, field in model.model_fields.items():
        key = field.alias or name
        if key in args:
            given[key] = args.getlist(key) if _is_list(field) else args[key]
    return _validate(model.model_validate, given)


def read_body(model, raw):
    """:param raw: bytes of JSON; none are an empty object
    :raise ApiError: it is no JSON (400)
    :raise InvalidParameterError: a value is not valid
    """
    return _validate(model.model_validate_json, raw or b"{}")


def _validate(read, given):
    try:
        return read(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        raise ApiError(400, f"The body is no JSON: {first['ctx']['error']}.")
    field = ".".join(map(str, first["loc"])) or None
    message = first["msg"].removeprefix("Value error, ")
    raise InvalidParameterError(field, f"{field or 'The body'}: {message}.")


def _is_list(field):
    kinds = (field.annotation, *get_args(field.annotation))
    return any(get_origin(kind) is list for kind in kinds)


def is_reference(raw):
    """Whether this can stand for a device: as its device ID or its record id."""
    return bool(_REFERENCE.fullmatch(raw))


def to_record_id(raw):
    """The record id, or 0, which no record has."""
    number = int(raw) if _DIGITS.fullmatch(raw) else 0
    return number if number <= _INT4_MAX else 0
