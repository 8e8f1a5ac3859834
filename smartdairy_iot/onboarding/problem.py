from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something cannot be carried out.

    :ivar row: its number in the spreadsheet, None: the whole file
    :ivar column: name in :data:`~.column.COLUMNS`, None: the whole row
    :ivar kind: such as ``unknown_farm``
    :ivar values: what the sentence about it needs
    """

    row: int | None
    column: str | None
    kind: str
    values: dict = field(default_factory=dict)


class FileError(Exception):
    """The file cannot be read at all."""

    def __init__(self, kind, **values):
        super().__init__(kind, values)
        self.problem = Problem(None, None, kind, values)
