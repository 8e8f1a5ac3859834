"""``make lint``: ruff, bandit, pylint-odoo, eslint, prettier; all at pinned versions.

Node itself comes as a Python wheel, so that nothing is installed on the host.
"""

import os
import shutil
import subprocess

from stack import python_env
from stack.console import Steps, say
from stack.process import run
from stack.settings import ADDONS, GLUE, PYTHON, REPO, RUN, VENV
from stack.stamps import Stamp

NODE_MODULES = REPO / "node_modules"  # where eslint's configuration looks for them
LOG = RUN / "logs" / "npm.log"


def main(exclusive) -> int:
    """Run every linter, also after one has complained."""
    steps = Steps(2)
    with exclusive():
        with steps.step("Python tools"):
            python_env.prepare(steps, "requirements-dev.txt")
        with steps.step("JavaScript tools"):
            prepare_node()
    addons = [name for name in ADDONS + GLUE if (REPO / name).is_dir()]
    checks = {
        "ruff": [VENV / "bin/ruff", "check", "--no-cache", "."],
        "ruff format": [VENV / "bin/ruff", "format", "--no-cache", "--check", "."],
        "bandit": [VENV / "bin/bandit", "-q", "-c", "pyproject.toml", "-r", *addons],
        "known holes": [PYTHON, REPO / "scripts" / "known_holes.py"],
        "pylint-odoo": [VENV / "bin/pylint", *addons],
        "eslint and prettier": [VENV / "bin/npm", "run", "--silent", "lint"],
    }
    failed = [name for name, command in checks.items() if not check(name, command)]
    say(f"lint: {', '.join(failed)} complained" if failed else "lint: all clean")
    return 1 if failed else 0


def environment() -> dict[str, str]:
    """Return an environment in which the tools of the venv come first."""
    path = f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    home = RUN / "cache" / "pylint"
    return os.environ | {"PATH": path, "PYLINTHOME": str(home)}


def check(name: str, command: list) -> bool:
    """Run one linter and tell whether it is content."""
    say(f"--- {name}")
    words = [str(word) for word in command]
    return subprocess.run(words, cwd=REPO, env=environment()).returncode == 0


def find_npm() -> str | None:
    """Return the npm of the venv, or the one of the machine if there is one."""
    return shutil.which("npm", path=environment()["PATH"])


def prepare_node() -> None:
    """Install the locked JavaScript tools."""
    stamp = Stamp(".stamp", REPO / "package-lock.json", folder=NODE_MODULES)
    if not stamp.is_current():
        npm = [find_npm(), "ci", "--no-audit", "--no-fund"]
        run(npm, LOG, cwd=REPO, env=environment(), what="npm ci")
        stamp.set()
