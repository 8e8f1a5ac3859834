"""What an app says of the device that it runs on. Pure."""

from typing import NamedTuple

PLATFORMS = ("android", "ios", "web", "other")


class Device(NamedTuple):
    """:param language: as the app names it: ``bn``, ``bn-BD``, ``bn_BD``"""

    name: str = ""
    platform: str = "other"
    app_version: str = ""
    language: str = ""


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
