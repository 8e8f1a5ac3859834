"""Take pictures of every board: ``python -m tests.pictures FOLDER [name …]``.

Beside `make run`, with its demo farm and simulator running, in the environment of
`.run/env`. Each board is taken at 1400 and 390 px, light, dark and mirrored; what
axe-core finds on them is printed.
"""

import os
import sys
from pathlib import Path

from tests.support.accessibility import serious_faults
from tests.support.browser import open_page
from tests.support.odoo import Odoo
from tests.support.screens import BOARDS, LOOKS, RTL, dress, open_board

_SIZES = {"desktop": (1400, 900), "phone": (390, 844)}


def main(folder, *wanted):
    login, password = os.environ["ODOO_LOGIN"], os.environ["ODOO_PASSWORD"]
    odoo = Odoo(os.environ["ODOO_URL"], os.environ["ODOO_DB"], login, password)
    users = odoo.search_read("res.users", [("login", "=", login)], ["lang"])
    looks = [look for look in LOOKS if look in wanted] or list(LOOKS)
    boards = {name: BOARDS[name] for name in wanted if name in BOARDS} or BOARDS
    try:
        for look in looks:
            _speak(odoo, users[0]["id"], RTL if look.startswith("rtl") else "en_US")
            for size, (width, height) in _SIZES.items():
                _take(odoo, boards, look, size, width, height, Path(folder))
    finally:
        _speak(odoo, users[0]["id"], users[0]["lang"])


def _speak(odoo, user, lang):
    wizard = odoo.create("base.language.install", {"lang_ids": _lang_ids(odoo, lang)})
    odoo.call("base.language.install", "lang_install", [wizard])
    odoo.call("res.users", "write", [user], {"lang": lang})


def _lang_ids(odoo, lang):
    domain = [("code", "=", lang), ("active", "in", (True, False))]
    return [(6, 0, [row["id"] for row in odoo.search_read("res.lang", domain, ["id"])])]


def _take(odoo, boards, look, size, width, height, folder):
    folder.mkdir(parents=True, exist_ok=True)
    with open_page(odoo, "/web/health", width, height) as page:
        dress(page, odoo, look)
        for name, path in boards.items():
            open_board(page, odoo, path, settle=4_000)
            page.screenshot(path=folder / f"{name}-{size}-{look}.png")
            for fault in serious_faults(page) + page.errors:
                print(f"{name} {size} {look}: {fault}")
            page.errors.clear()


if __name__ == "__main__":
    main(*sys.argv[1:])
