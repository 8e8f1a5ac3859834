"""One row: what its cells say, and which device it means."""

from dataclasses import dataclass, field

from .cell import CellError, read_cell
from .known import KnownDevice
from .names import Suggestions, fold
from .problem import Problem

_KEYS = ("device_id", "serial_number")
_FIXED = ("device_id", "device_type")  # once the device is registered


@dataclass(eq=False)
class Draft:
    """:ivar values: ``{column's name: value}``; a record's name until it is resolved
    :ivar device: the one that is there already
    :ivar failed: columns with a problem
    :ivar links: ``{column's name: id, or the Draft of a gateway}``
    """

    row: int
    values: dict
    device: KnownDevice | None = None
    failed: set = field(default_factory=set)
    links: dict = field(default_factory=dict)

    def final(self, column):
        """What the device will have; of records the id, or the Draft of a new one."""
        if column in self.links:
            return self.links[column]
        if column in self.values:
            return self.values[column]
        return self.device[column] if self.device else None

    @property
    def is_sound(self):
        return not self.failed

    @property
    def title(self):
        return self.final("device_id") or self.final("serial_number") or ""

    @property
    def is_new(self):
        """Not in service yet, so that it would be now."""
        return not self.device or self.device.state in ("draft", "registered")

    @property
    def is_kept(self):
        """A retired device is left alone."""
        return bool(self.device and self.device.state == "retired")


class Drafting:
    """Reads all rows; the problems are in ``problems``."""

    def __init__(self, known):
        self.known = known
        self.problems = []
        self.suggestions = Suggestions()
        self._first_row = {column: {} for column in _KEYS}
        self._first_folded = {}

    def draft(self, row, columns):
        """:param columns: ``[(index, Column)]``"""
        draft = Draft(row.number, {})
        for position, column in columns:
            text = row.cells[position] if position < len(row.cells) else ""
            if not text:
                continue
            try:
                draft.values[column.name] = read_cell(
                    column, text, self.known.choices, self.suggestions
                )
            except CellError as error:
                self.report(draft, column.name, error.kind, **error.values)
        # Whatever else is wrong: all that is to be mended is told at once.
        if draft.failed.isdisjoint(_KEYS):
            self._find_device(draft)
            self._check_twice(draft)
            self._check_fixed(draft)
        return draft

    def report(self, draft, column, kind, **values):
        draft.failed.add(column)
        self.problems.append(Problem(draft.row, column, kind, values))

    def _find_device(self, draft):
        by_id, by_serial = (
            self.known.by_key[column].get(draft.values.get(column)) for column in _KEYS
        )
        device_id, serial = (draft.values.get(column) for column in _KEYS)
        if not device_id and not serial:
            self.report(draft, "device_id", "no_key")
            return
        draft.device = by_id if device_id else by_serial
        if device_id and not by_id:
            self._check_new_id(draft, device_id)
        if by_serial and by_serial is not draft.device:
            values = {"text": serial, "device": by_serial["device_id"]}
            self.report(draft, "serial_number", "serial_taken", **values)
        elif serial in self.known.taken.get("serial_number", ()):
            self.report(draft, "serial_number", "serial_unseen", text=serial)

    def _check_new_id(self, draft, device_id):
        twin = self.known.by_folded_id.get(fold(device_id))
        if device_id in self.known.taken.get("device_id", ()):
            self.report(draft, "device_id", "device_id_unseen", text=device_id)
        elif twin:
            values = {"text": device_id, "twin": twin}
            self.report(draft, "device_id", "case_twin", **values)

    def _check_twice(self, draft):
        for column in _KEYS:
            text = draft.values.get(column)
            first = self._first_row[column].setdefault(text, draft.row) if text else 0
            if first not in (0, draft.row):
                self.report(draft, column, "twice", text=text, first=first)
        device_id = draft.values.get("device_id")
        if device_id and "device_id" not in draft.failed:
            key = fold(device_id)
            twin, row = self._first_folded.setdefault(key, (device_id, draft.row))
            if twin != device_id:
                values = {"text": device_id, "twin": twin, "first": row}
                self.report(draft, "device_id", "case_twin_row", **values)

    def _check_fixed(self, draft):
        device = draft.device
        if not device or device.state in ("draft", "retired"):
            return
        for column in _FIXED:
            after = draft.values.get(column)
            if after and after != device[column]:
                choices = self.known.choices.get(column, {})
                values = {
                    "before": choices.get(device[column], device[column]),
                    "after": choices.get(after, after),
                }
                self.report(draft, column, "fixed", **values)
