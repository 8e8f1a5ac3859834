"""What a device can be told, and whether a value is one of it. Pure."""

import math
import re
from typing import NamedTuple

KINDS = ("integer", "float", "boolean", "choice", "text")
LONGEST_TEXT = 200
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
_TRUE = {"true", "yes", "on", "1"}
_FALSE = {"false", "no", "off", "0"}
_LARGEST = 2**53  # beyond it JSON readers differ


class SettingError(ValueError):
    """:param code: ``key``, ``unknown``, ``integer``, ``float``, ``boolean``,
    ``choice``, ``text``, ``low``, ``high``, ``long``; what it is about stands beside it
    """

    def __init__(self, code, label="", value=None, bound=None):
        super().__init__(f"{label}: {code} ({value!r}, {bound!r})")
        self.code, self.label, self.value, self.bound = code, label, value, bound


class Setting(NamedTuple):
    """One thing that a kind of device can be told.

    :param kind: one of :data:`KINDS`
    :param minimum, maximum: included; None: no limit
    :param choices: the texts of a ``choice``
    :param default: of the kind; None: the device decides
    """

    key: str
    label: str
    kind: str
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple = ()
    default: object = None
    help: str = ""

    def check(self, value):
        """The value as it is sent: of its kind and within its limits.

        Texts are read, as people type them and files bring them.

        :raise SettingError:
        """
        value = getattr(self, f"_to_{self.kind}")(value)
        if self.kind in ("integer", "float"):
            if self.minimum is not None and value < self.minimum:
                raise SettingError("low", self.label, value, self.minimum)
            if self.maximum is not None and value > self.maximum:
                raise SettingError("high", self.label, value, self.maximum)
        return value

    def _to_integer(self, value):
        number = self._to_number(value)
        if number is None or number != int(number):
            raise SettingError("integer", self.label, value)
        return int(number)

    def _to_float(self, value):
        number = self._to_number(value)
        if number is None:
            raise SettingError("float", self.label, value)
        return number

    @staticmethod
    def _to_number(value):
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            return None
        try:
            number = float(value.strip() if isinstance(value, str) else value)
        except (OverflowError, ValueError):
            return None
        return number if math.isfinite(number) and abs(number) <= _LARGEST else None

    def _to_boolean(self, value):
        text = str(value).strip().lower()
        if text not in _TRUE | _FALSE:
            raise SettingError("boolean", self.label, value)
        return text in _TRUE

    def _to_choice(self, value):
        if value not in self.choices:
            raise SettingError("choice", self.label, value, ", ".join(self.choices))
        return value

    def _to_text(self, value):
        if not isinstance(value, str) or not value.isprintable():
            raise SettingError("text", self.label, value)
        if len(value) > LONGEST_TEXT:
            raise SettingError("long", self.label, value, LONGEST_TEXT)
        return value


def check_all(settings, own):
    """The device's own values, each as it is sent; one of None is none of its own.

    :param settings: ``{key: Setting}``
    :raise SettingError: of the first that cannot be
    """
    checked = {}
    for key, value in own.items():
        if key not in settings:
            raise SettingError("unknown", key, value)
        if value is not None:
            checked[key] = settings[key].check(value)
    return checked


def effective(settings, own):
    """What the device is told: its own value, or else the default, or else nothing.

    An own value of a setting that is no more, or that its limits no longer allow, does
    not count.
    """
    told = {}
    for key, setting in settings.items():
        value = own.get(key)
        if value is not None:
            try:
                value = setting.check(value)
            except SettingError:
                value = None
        if value is None:
            value = setting.default
        if value is not None:
            told[key] = value
    return told
