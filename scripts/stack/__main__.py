"""Run as ``python3 scripts/stack`` or, from ``scripts/``, ``python3 -m stack``."""

import sys
from pathlib import Path

if not __package__:  # started as a folder: make the package importable instead
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from stack.cli import main

if __name__ == "__main__":
    sys.exit(main())
