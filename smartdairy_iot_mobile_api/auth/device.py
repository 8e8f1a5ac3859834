"""What an app says of the device that it runs on. Pure."""

from typing import NamedTuple

from ..errors import InvalidParameterError

PLATFORMS = ("android", "ios", "web", "other")
_LONGEST = {"name": 80, "app_version": 40, "language": 16}


class Device(NamedTuple):
    """:param language: as the app names it: ``bn``, ``bn-BD``, ``bn_BD``"""

    name: str = ""
    platform: str = "other"
    app_version: str = ""
    language: str = ""


def to_device(body):
    """
    :param body: a JSON object; ``device`` in it, if anything
    :raise InvalidParameterError: a value cannot be used
    """
    given = body.get("device")
    if given is None:
        return Device()
    if not isinstance(given, dict):
        raise InvalidParameterError("device", "device must be an object.")
    platform = given.get("platform") or "other"
    if platform not in PLATFORMS:
        choices = ", ".join(PLATFORMS)
        raise InvalidParameterError(
            "device.platform", f"device.platform must be one of {choices}."
        )
    texts = {name: _text(given, name) for name in _LONGEST}
    return Device(platform=platform, **texts)


def to_text(body, name, longest=200):
    """A text that must be there."""
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise InvalidParameterError(name, f"{name} must be a text, and not empty.")
    if len(value) > longest or "\0" in value:
        raise InvalidParameterError(
            name, f"{name} must be at most {longest} characters of text."
        )
    return value


def match_language(wanted, installed):
    """
    :param installed: codes such as ``bn_BD``, in any order
    :return: the code that fits, else the first of the same language, else ""

    >>> match_language("bn", ["en_US", "bn_BD"])
    'bn_BD'
    """
    code = wanted.replace("-", "_")
    if code in installed:
        return code
    language = code.partition("_")[0].lower()
    alike = [c for c in installed if c.partition("_")[0].lower() == language]
    return alike[0] if language and alike else ""


def _text(given, name):
    value = given.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or "\0" in value:
        raise InvalidParameterError(f"device.{name}", f"device.{name} must be text.")
    return " ".join(value.split())[: _LONGEST[name]]
