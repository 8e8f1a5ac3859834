"""``make doctor``: scripts/doctor, told where a stack has its configuration."""

import subprocess

from stack.console import StackError
from stack.settings import PYTHON, REPO, Stack


def main(stack: Stack, arguments: list[str]) -> int:
    """Examine a stack; its Python has the libraries. Return the doctor's exit code."""
    if not stack.odoo_conf.exists():
        raise StackError(
            f"stack '{stack.name}' is not set up",
            remedy="make run; of another installation: "
            "python3 scripts/doctor --config /path/to/odoo.conf",
        )
    command = [PYTHON, REPO / "scripts" / "doctor", "--config", stack.odoo_conf]
    command += ["--bundle", stack.folder / "support", *arguments]
    environment = {"ODOO_LOG": str(stack.logs / "odoo.log"), "PATH": "/usr/bin:/bin"}
    words = [str(word) for word in command]
    return subprocess.run(words, env=environment, check=False).returncode
