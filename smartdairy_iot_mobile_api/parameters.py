"""From the text of an address or a query to values, or a refusal. Pure.

``raw`` is the text, None when a parameter is absent; ``name`` is that of the parameter.
"""

import re

from .errors import InvalidParameterError

_DIGITS = re.compile(r"[0-9]{1,10}")
_REFERENCE = re.compile(r"[A-Za-z0-9_.:-]{1,50}")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_INT4_MAX = 2**31 - 1
# What an acknowledgement may say → the name of the argument.
_REPORT = {
    "cause": "cause",
    "causeNote": "cause_note",
    "correctiveAction": "corrective_action",
}


def to_int(name, raw, lowest, highest, default):
    if raw is None:
        return default
    if _DIGITS.fullmatch(raw) and lowest <= int(raw) <= highest:
        return int(raw)
    raise InvalidParameterError(
        name, f"{name} must be a whole number from {lowest} to {highest}."
    )


def to_bool(name, raw):
    if raw is None:
        return None
    try:
        return _BOOLEANS[raw.lower()]
    except KeyError:
        raise InvalidParameterError(name, f"{name} must be true or false.") from None


def to_choice(name, raw, choices):
    if raw is None or raw in choices:
        return raw
    raise InvalidParameterError(name, f"{name} must be one of {', '.join(choices)}.")


def is_reference(raw):
    """Whether this can stand for a device: as its device ID or its record id."""
    return bool(_REFERENCE.fullmatch(raw))


def to_reference(name, raw):
    if raw is None or is_reference(raw):
        return raw
    raise InvalidParameterError(
        name, f"{name} must be up to 50 letters, digits and . _ : - characters."
    )


def to_record_id(raw):
    """The record id, or 0, which no record has."""
    number = int(raw) if _DIGITS.fullmatch(raw) else 0
    return number if number <= _INT4_MAX else 0


def to_report(body):
    """What an acknowledgement says of the alert: arguments of ``action_acknowledge``.

    :param body: the decoded JSON, None if there was none; other keys are ignored
    """
    given = body if isinstance(body, dict) else {}
    report = {}
    for name, argument in _REPORT.items():
        value = given.get(name)
        if value is None:
            continue
        if not isinstance(value, str):
            raise InvalidParameterError(name, f"{name} must be text.")
        report[argument] = value
    return report


def to_body(decoded):
    """The JSON object that was sent.

    :param decoded: None if there was none
    """
    if isinstance(decoded, dict):
        return decoded
    raise InvalidParameterError(None, "Send a JSON object.")
