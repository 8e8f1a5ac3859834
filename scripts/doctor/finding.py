"""What one look has found."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "failure", "skipped"]
_SIGNS = {"ok": "ok", "warning": "WARN", "failure": "FAIL", "skipped": "-"}


@dataclass(frozen=True)
class Finding:
    """
    :param area: such as ``tls``
    :param text: what was found, with its figure
    :param remedy: what to do; each warning and failure has one
    """

    area: str
    state: State
    text: str
    remedy: str = ""

    def __post_init__(self):
        if self.state in ("warning", "failure") and not self.remedy:
            raise ValueError(f"no remedy for: {self.text}")

    def lines(self) -> list[str]:
        """What a terminal shows."""
        lines = [f"{_SIGNS[self.state]:>4}  {self.area:<13} {self.text}"]
        if self.remedy:
            lines.append(f"      {'':<13} → {self.remedy}")
        return lines


def ok(area: str, text: str) -> Finding:
    return Finding(area, "ok", text)


def warn(area: str, text: str, remedy: str) -> Finding:
    return Finding(area, "warning", text, remedy)


def fail(area: str, text: str, remedy: str) -> Finding:
    return Finding(area, "failure", text, remedy)


def skip(area: str, text: str) -> Finding:
    return Finding(area, "skipped", text)
