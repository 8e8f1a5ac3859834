"""What is there already, as the plan needs it."""

from collections import defaultdict
from dataclasses import dataclass, field

from .names import fold


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """:ivar values: ``{column's name: value}``, of records their id"""

    id: int
    state: str
    values: dict
    has_channels: bool = False

    def __getitem__(self, column):
        return self.values.get(column) or None


@dataclass(frozen=True, slots=True)
class Named:
    """A farm, tank, stall, profile or tag."""

    id: int
    name: str
    code: str = ""
    farm: int | None = None
    device_type: str | None = None
    has_channels: bool = False


@dataclass
class Known:
    """:ivar devices: those that the user sees
    :ivar taken: ``{"device_id": {…}, "serial_number": {…}}`` of those they do not see
    :ivar records: ``{column's name: [Named]}``
    :ivar choices: ``{column's name: {value: label}}``
    """

    devices: list[KnownDevice] = field(default_factory=list)
    taken: dict = field(default_factory=dict)
    records: dict = field(default_factory=dict)
    choices: dict = field(default_factory=dict)

    def __post_init__(self):
        self.by_id = {device.id: device for device in self.devices}
        self.by_key = {
            column: {
                device[column]: device for device in self.devices if device[column]
            }
            for column in ("device_id", "serial_number")
        }
        self.by_folded_id = {fold(text): text for text in self.by_key["device_id"]}
        self.by_name = defaultdict(list)
        for device in self.devices:
            self.by_name[fold(device["name"] or "")].append(device)
        self.names = {column: index(named) for column, named in self.records.items()}
        self.by_record = {
            column: {record.id: record for record in named}
            for column, named in self.records.items()
        }


def index(records):
    """:return: ``{folded name or code: [Named]}``, each once"""
    found = defaultdict(list)
    for record in records:
        for word in {fold(record.name), fold(record.code)} - {""}:
            found[word].append(record)
    return found
