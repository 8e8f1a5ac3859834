"""Names as people write them: case and spaces tell nothing."""

import unicodedata
from difflib import get_close_matches


def fold(name):
    """``  Green   VALLEY `` → ``green valley``"""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def fold_header(name):
    """``Device ID *``, ``device_id`` → ``deviceid``"""
    return "".join(c for c in fold(name) if c.isalnum())


class Suggestions:
    """The nearest of the known names; each looked for once, and not thousands."""

    _most = 200

    def __init__(self):
        self._found = {}

    def nearest(self, name, names, cutoff=0.6):
        """:return: one of ``names``, or "" """
        names = tuple(names)
        key = name, len(names), names[:1]
        if key not in self._found:
            if len(self._found) >= self._most:
                return ""
            folded = {fold(known): known for known in names}
            near = get_close_matches(fold(name), folded, 1, cutoff)
            self._found[key] = folded[near[0]] if near else ""
        return self._found[key]
