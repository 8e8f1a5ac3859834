"""The order in which people count: Probe 2 before Probe 10. Pure."""

import re

_DIGITS = re.compile(r"(\d+)")


def natural_key(name):
    """By words regardless of case, and by the numbers between them."""
    parts = _DIGITS.split((name or "").casefold())
    # Words and digits take turns; of two numbers the longer one is the greater.
    parts[1::2] = [(len(n.lstrip("0")), n.lstrip("0")) for n in parts[1::2]]
    return parts
