"""The support bundle: what a helper needs, and nothing that is secret."""

import io
import json
import os
import tarfile
import time
from pathlib import Path

from doctor.configuration import HIDDEN, Configuration

_LOG_BYTES = 2_000_000  # of the end


def scrub(text: str, secrets: set[str]) -> str:
    """Take out every secret, the longest first: one may be a part of another."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


def write(folder: Path, configuration: Configuration, report: str, facts: dict) -> Path:
    """
    Write ``doctor-<UTC>.tar.gz``, readable by its owner only.

    :param report: what the terminal showed
    :param facts: for programs
    """
    secrets = configuration.secrets()
    parts = {
        "report.txt": report,
        "facts.json": json.dumps(facts, indent=1, default=str),
        "configuration.txt": configuration.redacted(),
    }
    log = Path(configuration.options.get("logfile") or os.environ.get("ODOO_LOG", ""))
    if log.is_file():
        parts["odoo.log"] = _end_of(log)
    path = folder / time.strftime("doctor-%Y%m%dT%H%M%SZ.tar.gz", time.gmtime())
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as raw, tarfile.open(None, "w:gz", raw) as tar:
        for name, text in parts.items():
            data = scrub(text, secrets).encode()
            entry = tarfile.TarInfo(f"{path.name.removesuffix('.tar.gz')}/{name}")
            entry.size, entry.mtime, entry.mode = len(data), int(time.time()), 0o600
            tar.addfile(entry, io.BytesIO(data))
    return path


def _end_of(log: Path) -> str:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - _LOG_BYTES))
        return file.read().decode(errors="replace")
