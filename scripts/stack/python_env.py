"""The virtual environment, made from the distribution's Python.

A Python in somebody's home folder (pyenv) could not be run by the service user.
"""

import shutil

from stack.console import Steps
from stack.packages import install
from stack.process import run
from stack.settings import PYTHON, REPO, RUN, VENV
from stack.stamps import Stamp

SYSTEM_PYTHON = "/usr/bin/python3"
LOG = RUN / "logs" / "pip.log"


def prepare(steps: Steps, requirements: str = "requirements.txt") -> None:
    """Make the environment and install a pinned requirements file into it."""
    if not PYTHON.exists():
        install(["python3", "python3-venv"])
        shutil.rmtree(VENV, ignore_errors=True)
        run([SYSTEM_PYTHON, "-m", "venv", VENV], LOG, what="python3 -m venv")
    file = REPO / requirements
    stamp = Stamp(requirements, file, PYTHON.resolve().name, folder=VENV)
    if not stamp.is_current():
        steps.note(f"installing {requirements}")
        run(
            [PYTHON, "-m", "pip", "install", "--quiet", "-r", file],
            LOG,
            what="pip install",
            remedy="see the log; a package index must be reachable",
        )
        stamp.set()
