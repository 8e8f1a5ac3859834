"""Pure tests import their files without ``__init__.py``, which would import Odoo."""

import sys
from pathlib import Path
from types import ModuleType

_ADDON = Path(__file__).parents[2]


def _register(name, folder):
    package = ModuleType(name)
    package.__file__ = str(folder / "__init__.py")
    package.__path__ = [str(folder)]
    sys.modules.setdefault(name, package)


_register(_ADDON.name, _ADDON)
_register(f"{_ADDON.name}.tests", _ADDON / "tests")
