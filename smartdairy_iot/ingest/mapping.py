"""A vendor's payload → our own grammar, by an administrator's expressions. Pure.

So a Zigbee, Tasmota or LoRaWAN sensor needs a few lines in a form, no code. See
:mod:`.expression` for their language.
"""

from reprlib import repr as _show
from typing import NamedTuple

from .codec.number import READING_TYPES
from .codec.unit import to_canonical
from .expression import Expression, MappingError
from .message import Reason, RejectedError

# What a line may fill. All but the readings accompany every reading of a record.
READINGS = tuple(name for name in READING_TYPES if name not in ("battery", "signal"))
TARGETS = (
    *READING_TYPES,
    *("timestamp", "firmware", "type", "session_id", "animal_id"),
    *("location_type", "location_id", "device"),
)
_MAX_RECORDS = 1000  # in one message
# In our own grammar every other target is its own key.
_PAYLOAD_KEYS = {"scc": "somatic_cell_count"}


class MappingField(NamedTuple):
    """One line: where a value stands, what it is, of which probe or child.

    ``unit`` is a unit, or ``=`` and the JMESPath that finds it in the payload.
    """

    expression: str
    target: str
    channel: str = ""
    unit: str = ""


class Unreadable(dict):
    """Stands for one of several records: empty, so that the codec refuses it alone."""

    def __init__(self, error):
        super().__init__()
        self.error = error


class Mapping:
    """Compiled once, applied to every message of the devices that have it.

    :param fields: iterable of :class:`MappingField`. Of two lines for one target the
        first that finds a value counts.
    :param records: JMESPath of the list of records (or of the one record) in the
        payload; empty: the payload itself
    :param device: JMESPath of the key of the device that sent the message
    """

    def __init__(self, fields, records="", device=""):
        self.lines = tuple(
            _Line(field, f"line {number}") for number, field in enumerate(fields, 1)
        )
        self.records = Expression(records, "records") if records else None
        self.device = Expression(device, "device") if device else None
        self._shared = [line for line in self.lines if line.is_shared]
        groups = {}
        for line in self.lines:
            if not line.is_shared:
                groups.setdefault(line.field.channel, []).append(line)
        self._groups = tuple(groups.items())
        self._names_children = any(line.key == "device" for line in self.lines)
        if self._names_children and groups.keys() - {""}:
            raise MappingError("a device's key and a channel exclude each other")

    def apply(self, payload):
        """``[(channel or child's key or None for the device itself, record), …]``.

        A record is a dict of our own payload grammar. What cannot be read raises
        :class:`RejectedError`; as one of several records it is :class:`Unreadable`.
        """
        entries, errors = [], []
        records = self._records_of(payload)
        outside = _Outside(payload)
        for record in records:
            try:
                entries += self._read(record, outside)
            except RejectedError as error:
                errors.append(error)
                entries.append((None, Unreadable(error)))
        if errors and len(errors) == len(records):
            raise errors[0]
        if records and not any(map(_says_something, entries)):
            raise RejectedError(Reason.MISSING_VALUE, self._what_is_missing())
        return entries

    def device_key(self, payload):
        """Which device sent it, for topics that do not say; None if it does not."""
        return self.device and _to_key(self.device.find(payload), self.device)

    def _records_of(self, payload):
        found = self.records.find(payload) if self.records else payload
        if found is None and self.records:
            raise RejectedError(
                Reason.WRONG_SHAPE, f"{self.records} finds nothing in the payload"
            )
        if not isinstance(found, list):
            return [found]
        if len(found) > _MAX_RECORDS:
            raise RejectedError(
                Reason.TOO_LARGE,
                f"{len(found)} records; at most {_MAX_RECORDS} are taken",
            )
        return found

    def _read(self, record, outside):
        """The entries of one record: one for each channel that holds something."""
        shared = _collect(self._shared, record, outside)
        key = shared.pop("device", None)
        if key is None and self._names_children:
            raise RejectedError(
                Reason.MISSING_VALUE, "a record does not name its device"
            )
        entries = [
            (channel or key, _merge(shared, found))
            for channel, lines in self._groups
            if (found := _collect(lines, record, outside))
        ]
        return entries or [(key, shared)]

    def _what_is_missing(self):
        readings = [line.field.expression for line in self.lines if line.is_reading]
        if not readings:
            return "the mapping has no line that reads a value"
        return "nothing found by " + ", ".join(readings)


class _Outside:
    """What stands outside the records: looked for once, not for each of them."""

    def __init__(self, payload):
        self._payload = payload
        self._found = {}

    def find(self, expression, record):
        """In the record, or else in the payload around it."""
        value = expression.find(record)
        if value is not None or record is self._payload:
            return value
        if expression not in self._found:
            self._found[expression] = self._try(expression)
        found = self._found[expression]
        if isinstance(found, RejectedError):
            raise found
        return found

    def _try(self, expression):
        try:
            return expression.find(self._payload)
        except RejectedError as error:
            return error


class _Line:
    """A :class:`MappingField`, compiled and checked."""

    def __init__(self, field, where):
        self.field = field
        if field.target not in TARGETS:
            raise MappingError(f"{where}: {field.target!r} is nothing to fill")
        self.is_reading = field.target in READINGS
        self.is_shared = not (self.is_reading or field.channel)
        self.key = _PAYLOAD_KEYS.get(field.target, field.target)
        self.expression = Expression(field.expression, where)
        self._unit = self._unit_expression = None
        if field.unit.startswith("="):
            self._unit_expression = Expression(field.unit[1:], f"unit of {where}")
        elif field.unit:
            self._unit = field.unit
        if field.unit and field.target not in READING_TYPES:
            raise MappingError(f"{where}: {field.target} has no unit")
        if self._unit:
            _check_unit(self._unit, field.target, where)
        if field.target == "device" and field.channel:
            raise MappingError(f"{where}: a device's key belongs to no channel")

    def read(self, record, outside):
        """A text, number or boolean; None when it is neither there nor outside."""
        value = outside.find(self.expression, record)
        if self.key == "device":
            return _to_key(value, self.expression)
        return _to_scalar(value, self.expression)

    def unit(self, record, outside):
        if self._unit_expression is None:
            return self._unit
        unit = outside.find(self._unit_expression, record)
        if unit is None or isinstance(unit, str):
            return unit
        raise RejectedError(
            Reason.UNKNOWN_UNIT, f"{self._unit_expression} is {_show(unit)}, no text"
        )


def _collect(lines, record, outside):
    """What the lines find in a record, with its units."""
    found, units = {}, {}
    for line in lines:
        if line.key in found:
            continue
        value = line.read(record, outside)
        if value is None:
            continue
        found[line.key] = value
        if line.field.unit and (unit := line.unit(record, outside)):
            units[line.key] = unit
    if units:
        found["units"] = units
    return found


def _merge(shared, found):
    merged = shared | found
    if "units" in shared:
        merged["units"] = shared["units"] | found.get("units", {})
    return merged


def _says_something(entry):
    """A reading, or an event such as the start of a milking."""
    _key, record = entry
    return "type" in record or any(
        _PAYLOAD_KEYS.get(name, name) in record for name in READING_TYPES
    )


def _to_scalar(value, expression):
    if value is None or isinstance(value, (str, int, float)):
        return value
    if isinstance(value, list):
        raise RejectedError(
            Reason.WRONG_SHAPE,
            f"{expression} finds a list, {_show(value)}: let Records select the list, "
            "and the line one value in it",
        )
    raise RejectedError(
        Reason.WRONG_SHAPE,
        f"{expression} finds {_show(value)}: let it go on to one value in there",
    )


def _to_key(value, expression):
    """A device's key as text; a number is a name, too."""
    value = _to_scalar(value, expression)
    if value is None or isinstance(value, bool):
        return None
    return str(value).strip() or None


def _check_unit(unit, target, where):
    try:
        to_canonical(1.0, unit, target)
    except RejectedError as error:
        raise MappingError(f"{where}: {error.detail}") from None
