"""Write the pages anew."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from reference.settings_table import PAGE, page  # noqa: E402

PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
print(f"{PAGE.name} is written")
