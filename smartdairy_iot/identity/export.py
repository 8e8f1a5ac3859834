"""What the broker reads: ``passwd``, ``acl``, ``crl.pem``. Pure.

Each file is complete whenever it is looked at, and ``generation`` is written when all
of them are: whoever follows it never sees a half.
"""

import os
from pathlib import Path

from .names import RESERVED

READABLE = 0o640  # by the broker's group


class ExportError(ValueError):
    """:ivar problem: missing | foreign | unwritable | reserved"""

    def __init__(self, problem, detail=""):
        super().__init__(f"{problem}: {detail}")
        self.problem = problem
        self.detail = detail


def users_of(acl_base, passwd_base):
    """Who has lines or a password of the administrator's own: no device may be that.

    >>> sorted(users_of("user bridge\\ntopic write z/#", "admin:x") - RESERVED)
    ['bridge']
    """
    lines = acl_base.splitlines()
    named = {line[5:].strip() for line in lines if line.startswith("user ")}
    own = {line.partition(":")[0] for line in passwd_base.splitlines() if ":" in line}
    return named | own | RESERVED


def render_passwd(base, tokens, others=RESERVED):
    """:param base: the administrator's own lines
    :param tokens: ``{device id: hash}``
    :param others: see :func:`users_of`
    """
    if clash := others & tokens.keys():
        raise ExportError("reserved", ", ".join(sorted(clash)))
    lines = [f"{name}:{hashed}" for name, hashed in sorted(tokens.items())]
    return _ended(base) + "".join(f"{line}\n" for line in lines)


def render_acl(base, denied, others=RESERVED):
    """:param base: the access list by role and ``%u``
    :param denied: names that may do nothing, on open connections either
    :param others: see :func:`users_of`
    """
    lines = [f"user {name}\ntopic deny #\n" for name in sorted(denied - others)]
    if lines:
        lines.insert(0, "\n# revoked: Mosquitto looks at a certificate only once\n")
    return _ended(base) + "".join(lines)


def _ended(text):
    return text if not text or text.endswith("\n") else f"{text}\n"


class Folder:
    """The one folder that Odoo and the broker share."""

    def __init__(self, path, owner):
        """:param owner: names the database; another one must not write here"""
        self.path = Path(path)
        self._owner = owner

    def check(self):
        """:raise ExportError: it cannot be written, and why"""
        if not self.path.is_dir():
            raise ExportError("missing", str(self.path))
        owner = self.read("owner").decode(errors="replace").strip()
        if owner and owner != self._owner:
            raise ExportError("foreign", owner)
        if not os.access(self.path, os.W_OK | os.X_OK):
            raise ExportError("unwritable", str(self.path))

    def read(self, name):
        """Its bytes; none when there is no such file."""
        try:
            return (self.path / name).read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise ExportError("unwritable", str(error)) from None

    def write(self, files, action):
        """:param files: ``{name: bytes}``
        :param action: reload | restart, see ``docker/mosquitto/broker.sh``
        """
        number = int((self.read("generation").split() or [b"0"])[0]) + 1
        try:
            for name, content in files.items():
                self._replace(name, content)
            self._replace("owner", f"{self._owner}\n".encode())
            self._replace("generation", f"{number} {action}\n".encode())
        except OSError as error:
            raise ExportError("unwritable", str(error)) from None

    def _replace(self, name, content):
        new = self.path / f".{name}.new"
        with open(new, "wb") as file:
            os.fchmod(file.fileno(), READABLE)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.rename(self.path / name)
        folder = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
