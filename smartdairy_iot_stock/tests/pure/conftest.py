"""Pure tests: no Odoo, no paho, no database, milliseconds.

Both ``__init__.py`` above import Odoo, so bare packages stand in for them; the pure
modules are then imported as usual, and an impure import in one of them fails.
"""

import sys
from pathlib import Path
from types import ModuleType

_ADDON = Path(__file__).resolve().parents[2]


def _register(name, folder):
    package = ModuleType(name)
    package.__file__ = str(folder / "__init__.py")
    package.__path__ = [str(folder)]
    sys.modules.setdefault(name, package)


_register(_ADDON.name, _ADDON)
_register(f"{_ADDON.name}.tests", _ADDON / "tests")
