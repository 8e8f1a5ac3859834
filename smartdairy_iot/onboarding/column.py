"""The columns of the file. To add one: a line here, and what it means to the user."""

from dataclasses import dataclass

from .names import Suggestions, fold_header
from .problem import Problem


@dataclass(frozen=True, slots=True)
class Column:
    """:ivar name: the technical name, also accepted as header
    :ivar label: the header in the template
    :ivar field: of iot.device
    :ivar kind: how its cells are read, see :mod:`.cell`
    """

    name: str
    label: str
    field: str
    kind: str = "text"
    example: str = ""
    aliases: tuple[str, ...] = ()


COLUMNS = (
    Column("device_id", "Device ID", "device_id", "device_id", "TEMP-001", ("id",)),
    Column("name", "Device Name", "name", "text", "Tank 1 temperature", ("device",)),
    Column("device_type", "Device Type", "device_type", "choice", "temperature"),
    Column(
        *("serial_number", "Serial Number", "serial_number", "number_text", "SN-4711"),
        aliases=("serial", "serial no"),
    ),
    Column("farm", "Farm", "farm_id", "record", "Green Valley Dairy", ("farm code",)),
    Column("tank", "Tank", "tank_id", "record", "Tank 1"),
    Column("stall", "Stall", "stall_id", "record", ""),
    Column("gateway", "Gateway", "gateway_id", "device", "GW-001"),
    Column("channel", "Channel", "channel", "number_text", ""),
    Column("profile", "Device Profile", "profile_id", "record", ""),
    Column("source_key", "Key at the Source", "source_key", "number_text", ""),
    Column("location_type", "Location Type", "location_type", "choice", "raw_milk"),
    Column(
        *("location_description", "Location", "location_description", "text", "North"),
        aliases=("location description",),
    ),
    Column("manufacturer", "Manufacturer", "manufacturer", "text", ""),
    Column("model", "Model", "model", "number_text", ""),
    Column("offline_after", "Offline After (s)", "offline_after", "seconds", "300"),
    # Only where the device has the field: the wizard says which columns are in use.
    Column("tags", "Tags", "tag_ids", "records", ""),
)
BY_NAME = {column.name: column for column in COLUMNS}


def headers_of(columns=COLUMNS):
    """:return: ``{folded header: column}``"""
    return {
        fold_header(header): column
        for column in columns
        for header in (*column.aliases, column.label, column.field, column.name)
    }


def count_known(cells):
    known = headers_of()
    return sum(fold_header(cell) in known for cell in cells)


@dataclass(frozen=True, slots=True)
class Header:
    """:ivar columns: ``[(index in the row, column)]``
    :ivar ignored: headers that mean nothing to us
    """

    columns: list[tuple[int, Column]]
    ignored: list[str]
    problems: list[Problem]


def match_header(row, columns=COLUMNS, more=None):
    """:param row: the header's :class:`~.table.Row`
    :param more: ``{header in the user's language: column's name}``
    """
    known = headers_of(columns)
    by_name = {column.name: column for column in columns}
    for header, name in (more or {}).items():
        known.setdefault(fold_header(header), by_name[name])
    matched, ignored, problems = {}, [], []
    labels, suggestions = [column.label for column in columns], Suggestions()
    for index, text in enumerate(row.cells):
        column = known.get(fold_header(text))
        if column and column.name in matched:
            problems.append(Problem(row.number, column.name, "column_twice", {}))
        elif column:
            matched[column.name] = (index, column)
        elif text:
            near = suggestions.nearest(text, labels, 0.75)
            values = {"header": text, "nearest": near}
            if near:
                problems.append(Problem(row.number, None, "misspelt_column", values))
            else:
                ignored.append(text)
    if not {"device_id", "serial_number"} & matched.keys():
        problems.append(Problem(row.number, None, "no_key_column", {}))
    return Header(list(matched.values()), ignored, problems)
