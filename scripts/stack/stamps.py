"""Stamps: what was done already, so that a second run takes seconds."""

import hashlib
from pathlib import Path

from stack.settings import CACHE


def fingerprint(*inputs) -> str:
    """Return a hash of values and of the contents of files."""
    digest = hashlib.sha256()
    for item in inputs:
        content = item.read_bytes() if isinstance(item, Path) else repr(item).encode()
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()


class Stamp:
    """Remembers the inputs with which a step was last completed."""

    def __init__(self, name: str, *inputs, folder: Path | None = None):
        self.path = (folder or CACHE / "stamps") / name
        self.value = fingerprint(*inputs)

    def is_current(self) -> bool:
        """Tell whether the step was completed with the same inputs."""
        return self.path.is_file() and self.path.read_text().strip() == self.value

    def set(self) -> None:
        """Record that the step is complete."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(self.value + "\n")

    def drop(self) -> None:
        """Forget that the step was completed."""
        self.path.unlink(missing_ok=True)
